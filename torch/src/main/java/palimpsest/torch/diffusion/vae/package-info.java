/**
 * The autoencoder between images and the latents that a diffusion model works on.
 *
 * <ul>
 *   <li>{@link palimpsest.torch.diffusion.vae.Autoencoder} encodes and decodes, {@link
 *       palimpsest.torch.diffusion.vae.AutoencoderConfig} is its shape (Rombach et al. 2022, arXiv
 *       2112.10752);
 *   <li>{@link palimpsest.torch.diffusion.vae.Gaussian} is what an image is encoded to;
 *   <li>{@link palimpsest.torch.diffusion.vae.LegacyNames} knows older names of its parameters.
 * </ul>
 */
@NullMarked
package palimpsest.torch.diffusion.vae;

import org.jspecify.annotations.NullMarked;
