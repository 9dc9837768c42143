/**
 * Erasure of concepts from text-conditioned image diffusion by descent.
 *
 * <p>A method is an {@link palimpsest.methods.diffusion.descent.ImageDescent}: it says what of a
 * model is trained, and fills the gradient of a step; {@link
 * palimpsest.methods.diffusion.descent.ErasureRun} goes down by the common loop. What is trained
 * lies over the model ({@link palimpsest.methods.diffusion.descent.Laid}), which therefore is its
 * own frozen start, and changes only once the run has ended.
 *
 * <p>{@link palimpsest.methods.diffusion.descent.Esd} (Gandikota et al. 2023) leads away from the
 * concept, {@link palimpsest.methods.diffusion.descent.ConceptAblation} (Kumari et al. 2023) to an
 * anchor, {@link palimpsest.methods.diffusion.descent.SalUn} (Fan et al. 2024) to another text by
 * salient weights alone, {@link palimpsest.methods.diffusion.descent.Spm} (Lyu et al. 2024) by
 * additions of rank one, {@link palimpsest.methods.diffusion.descent.EraseDiff} (Wu et al. 2024)
 * under a constraint, {@link palimpsest.methods.diffusion.descent.SelectiveAmnesia} (Heng and Soh
 * 2023) near the start's important weights, {@link palimpsest.methods.diffusion.descent.AdvUnlearn}
 * (Zhang et al. 2024) against an adversary.
 */
@NullMarked
package palimpsest.methods.diffusion.descent;

import org.jspecify.annotations.NullMarked;
