/**
 * Text-conditioned image diffusion: denoisers, text encoders, autoencoders, schedules and samplers.
 *
 * <p>Shapes: {@code B} batch, {@code C} channels, {@code H} height, {@code W} width, {@code T}
 * tokens, {@code E} width of the text states, {@code S} steps of a schedule.
 *
 * <p>The noise schedule is not part of the denoiser, and where text enters a denoiser is a concept
 * of its own ({@link palimpsest.torch.diffusion.TextMap}), so that a method speaks of neither
 * cross-attention nor any other architecture.
 */
@NullMarked
package palimpsest.torch.diffusion;

import org.jspecify.annotations.NullMarked;
