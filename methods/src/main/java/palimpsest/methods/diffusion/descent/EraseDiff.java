package palimpsest.methods.diffusion.descent;

import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.Conditioning;

/**
 * EraseDiff: descends the retain loss under the constraint that the loss of forgetting is at its
 * optimum, a problem of two levels solved to first order.
 *
 * <pre>
 * f(θ) = mean (ε(o(x_t, c)) - u)²,  u ~ U[0, 1)        r(θ) = mean (o(y_t, d) - target)²
 * φ = θ after K steps φ <- φ - ξ ∇f(φ)                  q = f(θ) - f(φ), φ constant: ∇q = ∇f(θ)
 * g = ∇r + λ ∇q,   λ = max(0, (η q - ∇r·∇q) / ‖∇q‖²)
 * </pre>
 *
 * <p>Adam goes along g. So q falls at a rate of η q at least, and once forgetting is at its optimum
 * the retain loss alone is descended. (x, c) are forget images and captions, (y, d) retain ones;
 * ε(o) is the noise by the denoiser's output, u noise of the wrong kind, both (B, C, H, W). The
 * inner steps see what f(θ) saw.
 *
 * @param region which parameters move
 * @param innerSteps K; 0 puts η ‖∇q‖² in place of η q, in which φ has no part
 * @param innerRate ξ
 * @param barrier η
 * @param penalty 0 for λ as above, or λ itself
 * @param uniform 1 for u; 0 for f(θ) = mean (o(x_t, c) - o*(x_t, c'))², c' the caption with another
 *     concept in its place, o* the frozen start's output (the authors' code has the current
 *     model's, as a constant)
 * @param steps of the optimiser
 * @param batch forget images in a step, and retain images
 * @param learningRate of Adam
 * @see <a href="https://arxiv.org/abs/2401.05779">Wu et al. 2024</a>
 * @see <a href="https://arxiv.org/abs/2209.08709">Liu et al. 2022, of the barrier</a>
 */
public record EraseDiff(
    int region,
    int innerSteps,
    double innerRate,
    double barrier,
    double penalty,
    int uniform,
    int steps,
    int batch,
    double learningRate)
    implements ImageDescent {
  public EraseDiff {
    Region.of(region);
    Check.atLeast(innerSteps, 0, "innerSteps");
    Check.positive(innerRate, "innerRate");
    Check.nonNegative(barrier, "barrier");
    Check.nonNegative(penalty, "penalty");
    Check.fraction(uniform, "uniform");
    ImageDescent.check(steps, batch, learningRate);
  }

  /** All parameters; K 2, ξ 1e-4, η 0.1, uniform noise; 1000 steps of 8 at 1e-4. */
  public static EraseDiff defaults() {
    return new EraseDiff(3, 2, 1e-4, 0.1, 0, 1, 1000, 8, 1e-4);
  }

  @Override
  public String id() {
    return "image.erasediff";
  }

  @Override
  public About about() {
    return new About(
        "EraseDiff, retain loss under the constraint of forgetting",
        "g = grad r + l grad f, l = max(0, (barrier q - grad r . grad f) / |grad f|^2), q ="
            + " f(theta) - f(after innerSteps of innerRate), f = mean (noise by o(x_t, c) - u)^2, u"
            + " ~ U[0, 1), r = mean (o(y_t, d) - target)^2",
        "Wu et al. 2024, arXiv 2401.05779; the barrier of Liu et al. 2022, arXiv 2209.08709",
        "variant: the barrier is eta q, one of the two that Liu et al. give, since with the other"
            + " the inner steps change nothing; inner steps of plain descent; no moving average of"
            + " weights. The authors' code has a constant weight unless told otherwise, then max(0,"
            + " barrier - cos(grad r, grad f)), and inner steps of Adam over the whole forget set",
        "innerSteps and barrier of the authors' code; penalty=0.1 is its constant weight; steps and"
            + " batch are ours",
        Map.of(
            "region", Region.WORDS,
            "innerSteps",
                "K, steps towards the optimum of forgetting; 0 for a barrier of eta |grad f|^2",
            "innerRate", "their rate",
            "barrier", "eta",
            "penalty", "0 for the dynamic weight of forgetting, or the weight",
            "uniform", "1 for uniform noise as a target, 0 for the start under another text",
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
    if (uniform == 0) {
      ground.erasure().forget().forEach(image -> ground.erasure().mismatched(image.text()));
    }
    return step -> fill(ground, step);
  }

  private double fill(Ground ground, int step) {
    try (PointerScope scope = new PointerScope()) {
      Tensor gradient = ground.trained().gradient(); // (P), of one loss after another
      double forgetting = forgetting(ground, step);
      Tensor ofForgetting = gradient.clone();
      double q =
          innerSteps == 0
              ? 0
              : forgetting
                  - optimum(ground.trained(), ofForgetting, () -> forgetting(ground, step));
      gradient.zero_();
      double retaining = retaining(ground, step);
      double weight = weight(gradient, ofForgetting, q);
      gradient.add_(ofForgetting, new Scalar(weight));
      return retaining + weight * forgetting;
    }
  }

  /** λ. */
  double weight(Tensor retain, Tensor forget, double q) {
    if (penalty > 0) {
      return penalty;
    }
    double square = forget.dot(forget).item_double();
    double wanted = barrier * (innerSteps == 0 ? square : Math.max(0, q));
    return square == 0 ? 0 : Math.max(0, (wanted - retain.dot(forget).item_double()) / square);
  }

  /**
   * f(φ). The weights are left as they were, their gradient is of no use.
   *
   * @param first ∇f(θ), (P)
   * @param f gives its value and adds its gradient
   */
  double optimum(Weights trained, Tensor first, DoubleSupplier f) {
    Tensor flat = trained.flat();
    try (PointerScope scope = new PointerScope()) {
      Tensor theta = flat.clone();
      double last = 0;
      for (int k = 0; k < innerSteps; k++) {
        move(flat, k == 0 ? first : trained.gradient());
        trained.gradient().zero_();
        last = f.getAsDouble();
      }
      copy(theta, flat);
      return last;
    }
  }

  private void move(Tensor flat, Tensor gradient) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      flat.sub_(gradient, new Scalar(innerRate));
    }
  }

  private static void copy(Tensor from, Tensor to) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      to.copy_(from);
    }
  }

  /** f, its gradient added. */
  private double forgetting(Ground ground, int step) {
    return Ground.descend(
        () -> {
          Erasure erasure = ground.erasure();
          List<Captioned> rows = ground.some(Draws.Use.FORGET, step, batch, erasure.forget());
          Diffused images = ground.diffused(Draws.Use.FORGET, step, rows);
          Conditioning own = ground.captions(rows);
          Noisy at = images.noisy();
          Tensor output = at.output(ground.now(), own);
          if (uniform == 1) {
            Tensor u = ground.draws().uniform(Draws.Use.TARGET, step, at.x().shape());
            return wrongNoise(images, output, u);
          }
          List<String> others = rows.stream().map(r -> erasure.mismatched(r.text())).toList();
          return Noisy.meanSquare(output, at.fixed(ground.start(), ground.read(others)));
        });
  }

  /** {@code mean (ε(o) - u)²}, (). */
  static Tensor wrongNoise(Diffused images, Tensor output, Tensor u) {
    Tensor noise = images.schedule().noise(output, images.noisy().x(), images.t());
    return Noisy.meanSquare(noise, u);
  }

  /** r, its gradient added. */
  private double retaining(Ground ground, int step) {
    return Ground.descend(
        () -> {
          List<Captioned> rows =
              ground.some(Draws.Use.RETAIN, step, batch, ground.erasure().retain());
          return ground
              .diffused(Draws.Use.RETAIN, step, rows)
              .loss(ground.now(), ground.captions(rows));
        });
  }
}
