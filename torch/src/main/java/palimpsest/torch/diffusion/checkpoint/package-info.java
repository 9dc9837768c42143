/**
 * Stable Diffusion checkpoints, read lazily and strictly, written whole or not at all.
 *
 * <p>A {@link palimpsest.torch.diffusion.checkpoint.DiffusionCheckpoint} is a {@link
 * palimpsest.torch.diffusion.checkpoint.DiffusionFolder} as diffusers lays it out or a {@link
 * palimpsest.torch.diffusion.checkpoint.SingleFile} with the names of the original code; both show
 * the same {@link palimpsest.torch.diffusion.checkpoint.Component components}, under the names that
 * diffusers gives their tensors. A {@link palimpsest.torch.diffusion.checkpoint.Patch} is an edit
 * that can be undone to the last bit.
 */
@NullMarked
package palimpsest.torch.diffusion.checkpoint;

import org.jspecify.annotations.NullMarked;
