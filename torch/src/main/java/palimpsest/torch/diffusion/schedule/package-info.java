/**
 * How an image is noised and how noise becomes an image: the schedule of variances, and the
 * samplers that walk it backwards with whatever denoiser they are given.
 *
 * <ul>
 *   <li>{@link palimpsest.torch.diffusion.schedule.Betas}, {@link
 *       palimpsest.torch.diffusion.schedule.NoiseSchedule}: the noising process, Ho et al. 2020
 *   <li>{@link palimpsest.torch.diffusion.schedule.Prediction}: what a denoiser's output means
 *   <li>{@link palimpsest.torch.diffusion.schedule.Ddpm}: Ho et al. 2020
 *   <li>{@link palimpsest.torch.diffusion.schedule.Ddim}: Song et al. 2020
 *   <li>{@link palimpsest.torch.diffusion.schedule.Pndm}: Liu et al. 2022
 *   <li>{@link palimpsest.torch.diffusion.schedule.Euler}, {@link
 *       palimpsest.torch.diffusion.schedule.EulerAncestral}: Karras et al. 2022
 *   <li>{@link palimpsest.torch.diffusion.schedule.DpmSolver}: Lu et al. 2022
 *   <li>{@link palimpsest.torch.diffusion.schedule.SchedulerConfig}: their scheduler_config.json
 * </ul>
 *
 * <p>Notation: {@code ᾱ_t} is the share of the image's variance that is left at timestep t, {@code
 * x_t = √ᾱ_t x_0 + √(1-ᾱ_t) ε}, {@code σ_t = √((1-ᾱ_t)/ᾱ_t)}. Scalars are computed in Java, from ᾱ
 * rounded to float32 as diffusers has it; tensors are touched once a step and never read.
 */
@NullMarked
package palimpsest.torch.diffusion.schedule;

import org.jspecify.annotations.NullMarked;
