/**
 * Training of diffusion models by the one loop: captioned pictures, the loss of denoising them, and
 * the moving average of the weights that is what comes of it.
 */
@NullMarked
package palimpsest.torch.diffusion.train;

import org.jspecify.annotations.NullMarked;
