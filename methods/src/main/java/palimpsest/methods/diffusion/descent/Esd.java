package palimpsest.methods.diffusion.descent;

import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.torch.Scopes;
import palimpsest.torch.diffusion.Conditioning;
import palimpsest.torch.diffusion.Denoiser;

/**
 * Erased stable diffusion: under the concept's text the model is to predict what leads away from
 * the concept.
 *
 * <pre>
 * L = mean (o(x_t, c) - [o*(x_t, ∅) - η (o*(x_t, c) - o*(x_t, ∅))])²
 * </pre>
 *
 * <p>o is the denoiser's output, o* the frozen start's, a constant, both (B, C, H, W); the formula
 * is affine in outputs at one image, so it holds for noise and velocity alike. η &gt; 0 pushes away
 * from the concept, 0 makes it the empty text. x_t are images on their way to the concept, drawn by
 * the start under guidance to a random moment, one moment for all rows of a step.
 *
 * <p>Region 0 is ESD-x, for what is to be erased where its name is said, such as styles; 1 is
 * ESD-u, for what is to be erased whatever is said; 2 is ESD-x strict.
 *
 * @param region which parameters move
 * @param guidance η in the paper. The authors' script of 2025 starts from o*(c) instead of o*(∅),
 *     so that its 2 is 1 here
 * @param drawSteps of the sampler that draws x_t
 * @param drawGuidance classifier-free guidance of it
 * @param steps of the optimiser
 * @param batch examples in a step
 * @param learningRate of Adam
 * @see <a href="https://arxiv.org/abs/2303.07345">Gandikota et al. 2023</a>
 */
public record Esd(
    int region,
    double guidance,
    int drawSteps,
    double drawGuidance,
    int steps,
    int batch,
    double learningRate)
    implements ImageDescent {
  public Esd {
    Region.of(region);
    Check.nonNegative(guidance, "guidance");
    new Partway(drawSteps, drawGuidance);
    ImageDescent.check(steps, batch, learningRate);
  }

  /** ESD-x, η 1, 50 steps under guidance 3; 1000 steps of one example at 1e-5, as published. */
  public static Esd defaults() {
    return new Esd(0, 1, 50, 3, 1000, 1, 1e-5);
  }

  /** ESD-u, otherwise as {@link #defaults}. */
  public static Esd unconditional() {
    return new Esd(1, 1, 50, 3, 1000, 1, 1e-5);
  }

  @Override
  public String id() {
    return "image.esd";
  }

  @Override
  public About about() {
    return new About(
        "erased stable diffusion",
        "L = mean (o(x_t, c) - [o0(x_t, empty) - guidance (o0(x_t, c) - o0(x_t, empty))])^2, o0 the"
            + " start's output, x_t drawn by the start in drawSteps under drawGuidance to a random"
            + " moment",
        "Gandikota et al. 2023, arXiv 2303.07345",
        "faithful; one moment for all rows of a step; x_t stands on the sampler's own timesteps, as"
            + " in the authors' script of 2025",
        "the paper and the authors' first script, which published figures are from; the script of"
            + " 2025 takes 200 steps at 5e-5, its negative guidance of 2 is guidance=1 here",
        Map.of(
            "region", Region.WORDS,
            "guidance", "eta, how far beyond the empty text, away from the concept",
            "drawSteps", "steps of the sampler that draws x_t",
            "drawGuidance", "its classifier-free guidance",
            "steps", "optimiser steps",
            "batch", "examples in a step",
            "learningRate", "of Adam"));
  }

  @Override
  public Laid lay(ImageModel model, long seed) {
    return Copies.of(model, Region.of(region));
  }

  @Override
  public Way begin(Ground ground) {
    Partway partway = new Partway(drawSteps, drawGuidance);
    return step ->
        Ground.descend(
            () -> {
              List<String> texts =
                  ground.pairs(step, batch).stream().map(Erasure.Pair::concept).toList();
              Noisy at = partway.drawn(ground, ground.start(), step, texts);
              Conditioning concept = ground.read(texts);
              Tensor target = target(ground.start(), at, concept, ground.read("", batch));
              return Noisy.meanSquare(at.output(ground.now(), concept), target);
            });
  }

  /** {@code o*(∅) - η (o*(c) - o*(∅))}, a constant, (B, C, H, W). */
  Tensor target(Denoiser start, Noisy at, Conditioning concept, Conditioning empty) {
    return Scopes.constant(
        () -> {
          Tensor without = at.output(start, empty);
          return without.lerp(at.output(start, concept), new Scalar(-guidance));
        });
  }
}
