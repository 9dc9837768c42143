/**
 * Suppression while a model answers, its weights as they are.
 *
 * <p>Two combine its logits with those of a second model, {@link
 * palimpsest.methods.suppression.Whp} (Eldan and Russinovich 2023) and {@link
 * palimpsest.methods.suppression.Uld} (Ji et al. 2024); {@link
 * palimpsest.methods.suppression.InContext} (Jin et al. 2024) tells it in every prompt not to know;
 * {@link palimpsest.methods.suppression.Eco} (Liu et al. 2024) makes prompts about the target
 * unreadable to it.
 */
@NullMarked
package palimpsest.methods.suppression;

import org.jspecify.annotations.NullMarked;
