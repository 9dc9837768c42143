/**
 * The U-Net of Stable Diffusion 1.x, 2.x and XL, and the layers that its autoencoder shares.
 *
 * <ul>
 *   <li>{@link palimpsest.torch.diffusion.unet.UNet} is the denoiser, {@link
 *       palimpsest.torch.diffusion.unet.UNetConfig} its shape (Rombach et al. 2022, arXiv
 *       2112.10752; Podell et al. 2023, arXiv 2307.01952);
 *   <li>{@link palimpsest.torch.diffusion.unet.Layers} does every operation that has parameters, by
 *       name, and {@link palimpsest.torch.diffusion.unet.Overlay} changes them without touching the
 *       model below;
 *   <li>parts such as {@link palimpsest.torch.diffusion.unet.ResnetBlock} are records of a name and
 *       of widths: they own no tensor, declare which ones they need and say what they compute.
 * </ul>
 *
 * <p>Shapes: {@code B} batch, {@code C} channels, {@code H} height, {@code W} width, {@code L} the
 * {@code H W} places of an image as tokens, {@code T} tokens of a text, {@code E} width of the text
 * states, {@code N} heads, {@code K} head size. Names of tensors are those of diffusers.
 */
@NullMarked
package palimpsest.torch.diffusion.unet;

import org.jspecify.annotations.NullMarked;
