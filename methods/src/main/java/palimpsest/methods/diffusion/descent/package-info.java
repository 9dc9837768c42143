/**
 * Erasure of concepts from text-conditioned image diffusion by descent.
 *
 * <p>A method is an {@link palimpsest.methods.diffusion.descent.ImageDescent}: it says what of a
 * model is trained, and fills the gradient of a step; {@link
 * palimpsest.methods.diffusion.descent.ErasureRun} goes down by the common loop. What is trained
 * lies over the model ({@link palimpsest.methods.diffusion.descent.Laid}), which therefore is its
 * own frozen start, and changes only once the run has ended.
 */
@NullMarked
package palimpsest.methods.diffusion.descent;

import org.jspecify.annotations.NullMarked;
