package palimpsest.methods.diffusion.descent;

import static org.bytedeco.pytorch.global.torch.kthvalue;

import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.Conditioning;
import palimpsest.torch.diffusion.Denoiser;

/**
 * Saliency unlearning: only the parameters that matter most to the loss of forgetting move, towards
 * what the model makes of another text.
 *
 * <pre>
 * m = 1(|∇_θ L_f(θ_0)| ≥ γ, and > 0),   L_f = mean over the forget images of (o(x_t, c) - target)²
 * L = mean (o(x_t, c) - sg o(x_t, c'))² + α mean (o(y_t, d) - target)²
 * θ <- θ - m ⊙ Adam(m ⊙ ∇L)
 * </pre>
 *
 * <p>(x, c) are forget images and captions, c' the caption with another concept in its place, (y,
 * d) retain images and captions; outputs (B, C, H, W), mask (P). γ is the median of |∇L_f| over all
 * trained parameters at once, or another quantile. The gradient of the mask is summed over every
 * forget image {@code maskPasses} times before its size is taken, as the paper has it, and no step
 * is taken meanwhile. A parameter outside the mask stays as it is to the last bit: its gradient and
 * Adam's moments are zero, and weights do not decay.
 *
 * @param region which parameters the mask chooses from
 * @param salient share of them that move, in (0, 1]; 0.5 makes γ the median
 * @param retainWeight α
 * @param maskPasses over the forget images
 * @param steps of the optimiser
 * @param batch forget images in a step, and retain images
 * @param learningRate of Adam
 * @see <a href="https://arxiv.org/abs/2310.12508">Fan et al. 2024</a>
 */
public record SalUn(
    int region,
    double salient,
    double retainWeight,
    int maskPasses,
    int steps,
    int batch,
    double learningRate)
    implements ImageDescent {
  public SalUn {
    Region.of(region);
    if (Check.fraction(salient, "salient") == 0) {
      throw new InvalidRequest("salient must be > 0, got 0.0");
    }
    Check.nonNegative(retainWeight, "retainWeight");
    Check.atLeast(maskPasses, 1, "maskPasses");
    ImageDescent.check(steps, batch, learningRate);
  }

  /** All parameters, half of them salient, α 0.1; 500 steps of 8 at 1e-5. */
  public static SalUn defaults() {
    return new SalUn(3, 0.5, 0.1, 1, 500, 8, 1e-5);
  }

  @Override
  public String id() {
    return "image.salun";
  }

  @Override
  public About about() {
    return new About(
        "saliency unlearning",
        "mask = |gradient of the forget images' loss at the start| >= its quantile 1 - salient; L ="
            + " mean (o(x_t, c) - sg o(x_t, c'))^2 + retainWeight mean (o(y_t, d) - target)^2, on"
            + " the mask alone",
        "Fan et al. 2024, arXiv 2310.12508",
        "faithful; a parameter whose gradient is 0 is never salient; clipping, which the authors do"
            + " before the mask, is left out",
        "the authors' code for Stable Diffusion (retainWeight 0.1 of its arguments, 0.5 of its"
            + " manual); its 5 epochs are steps here",
        Map.of(
            "region", Region.WORDS,
            "salient", "share of the parameters that move; 0.5 takes the median for a threshold",
            "retainWeight", "weight of the retain loss, alpha",
            "maskPasses", "passes over the forget images for the mask",
            "steps", "optimiser steps",
            "batch", "forget images in a step, and as many retain images",
            "learningRate", "of Adam"));
  }

  @Override
  public Laid lay(ImageModel model, long seed) {
    return Copies.of(model, Region.of(region));
  }

  @Override
  public Way begin(Ground ground) {
    ground.erasure().require(id(), false, true);
    ground.erasure().forget().forEach(image -> ground.erasure().mismatched(image.text()));
    return new Masked(this, ground, mask(ground));
  }

  /** A run; the mask is its own. */
  private record Masked(SalUn method, Ground ground, Tensor mask) implements Way {
    @Override
    public double fill(int step) {
      double loss = method.fill(ground, step);
      try (PointerScope scope = new PointerScope();
          AutoGradMode off = new AutoGradMode(false)) {
        ground.trained().gradient().mul_(mask);
      }
      return loss;
    }

    @Override
    public void close() {
      mask.close();
    }
  }

  private double fill(Ground ground, int step) {
    Erasure erasure = ground.erasure();
    double forgetting =
        Ground.descend(
            () -> {
              List<Captioned> rows = ground.some(Draws.Use.FORGET, step, batch, erasure.forget());
              List<String> others =
                  rows.stream().map(row -> erasure.mismatched(row.text())).toList();
              Noisy at = ground.diffused(Draws.Use.FORGET, step, rows).noisy();
              return mismatch(ground.now(), at, ground.captions(rows), ground.read(others));
            });
    if (retainWeight == 0) {
      return forgetting;
    }
    return forgetting
        + Ground.descend(
            () -> {
              List<Captioned> rows = ground.some(Draws.Use.RETAIN, step, batch, erasure.retain());
              return ground
                  .diffused(Draws.Use.RETAIN, step, rows)
                  .loss(ground.now(), ground.captions(rows))
                  .mul(new Scalar(retainWeight));
            });
  }

  /** {@code mean (o(x_t, c) - sg o(x_t, c'))²}, (). */
  static Tensor mismatch(Denoiser now, Noisy at, Conditioning own, Conditioning other) {
    Tensor wanted = at.fixed(now, other);
    return Noisy.meanSquare(at.output(now, own), wanted);
  }

  /** The mask at the start, ones and zeros, (P); whoever calls closes it. */
  Tensor mask(Ground ground) {
    Weights trained = ground.trained();
    List<Captioned> all = ground.erasure().forget();
    trained.gradient().zero_();
    int step = 0;
    for (int pass = 0; pass < maskPasses; pass++) {
      for (int from = 0; from < all.size(); from += batch) {
        ground.check("looking for salient weights");
        List<Captioned> rows = all.subList(from, Math.min(all.size(), from + batch));
        int number = ++step;
        Ground.descend(
            () ->
                ground
                    .diffused(Draws.Use.MASK, number, rows)
                    .loss(ground.now(), ground.captions(rows))
                    .mul(new Scalar((double) rows.size() / all.size())));
      }
    }
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      return Scopes.keep(mask(trained.gradient(), salient));
    }
  }

  /** 1 where a gradient is among the largest, in the caller's scope, (P). */
  static Tensor mask(Tensor gradient, double salient) {
    Tensor size = gradient.abs();
    long count = size.numel();
    long kept = Math.max(1, Math.round(salient * count));
    Tensor threshold = kthvalue(size, count - kept + 1).get0(); // γ: the kept-th largest
    Tensor positive = size.gt(new Scalar(0.0));
    return size.ge(threshold).logical_and(positive).to(ScalarType.Float);
  }
}
