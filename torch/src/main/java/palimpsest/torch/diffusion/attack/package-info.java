/**
 * Attacks on a model that was made to stop drawing a concept: what can still be got out of it, and
 * how cheaply.
 *
 * <ul>
 *   <li>{@link palimpsest.torch.diffusion.attack.ConceptInversion}: an embedding that stands for
 *       the concept (Pham et al. 2024)
 *   <li>{@link palimpsest.torch.diffusion.attack.UnlearnDiffAtk}: tokens before the prompt that
 *       bring it back (Zhang et al. 2024)
 *   <li>{@link palimpsest.torch.diffusion.attack.RingABell}: a prompt that the text encoder takes
 *       for it (Tsai et al. 2024)
 *   <li>{@link palimpsest.torch.diffusion.attack.ConceptRelearning}: how soon it is learned again
 *   <li>{@link palimpsest.torch.diffusion.attack.GuidanceLeak}: other guidance, and none
 * </ul>
 *
 * <p>Each is a record of its hyper-parameters. A {@link palimpsest.torch.diffusion.attack.Campaign}
 * chooses among several on tuning cases, judges the choice on test cases that share nothing with
 * them, and does the same to a model that never met the concept: inversion and relearning can
 * teach, so a success alone shows nothing.
 */
@NullMarked
package palimpsest.torch.diffusion.attack;

import org.jspecify.annotations.NullMarked;
