/**
 * Edits of image diffusion models.
 *
 * <p>{@link palimpsest.engine.image.EditingImages} carries out an {@link
 * palimpsest.engine.image.ImageEdit} on a checkpoint in closed form: it reads the text encoders and
 * the maps by which text enters the denoiser, and computes neither denoiser nor picture. {@link
 * palimpsest.engine.image.Patching} takes an edit to another copy of the checkpoint, or back, to
 * the last bit.
 */
@NullMarked
package palimpsest.engine.image;

import org.jspecify.annotations.NullMarked;
