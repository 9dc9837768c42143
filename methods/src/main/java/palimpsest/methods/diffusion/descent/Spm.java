package palimpsest.methods.diffusion.descent;

import static org.bytedeco.pytorch.global.torch.cosine_similarity;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.api.Recipe;
import palimpsest.torch.Scopes;
import palimpsest.torch.diffusion.Conditioning;
import palimpsest.torch.diffusion.Denoiser;

/**
 * Semi-permeable membrane: additions of rank one to the transformers, trained to turn the concept
 * into its surrogate and to leave other texts alone.
 *
 * <pre>
 * L = mean (o(x_t, c) - [o*(x_t, s) - η (o*(x_t, c) - o*(x_t, ∅))])²
 *     + λ mean (o(x_t, a) - o*(x_t, a))²
 * P(a) ~ (1 - |cos(a, c)|)^α
 * </pre>
 *
 * <p>o is the denoiser with the additions, o* without, a constant, both (B, C, H, W); s is the
 * surrogate's text, often empty; x_t are images on their way to the concept, drawn by the model
 * with its additions. The second line is the latent anchoring: a are texts to keep, drawn with the
 * more weight the farther their states (T, E) are from the concept's. What is trained can be kept
 * apart and gated by prompt ({@link Transport}), or written into the weights.
 *
 * @param guidance η
 * @param anchorWeight λ
 * @param anchorPower α
 * @param anchors texts to keep that are drawn in a step
 * @param drawSteps of the sampler that draws x_t
 * @param drawGuidance classifier-free guidance of it
 * @param warmup steps in which the rate rises; then it falls as a cosine
 * @param steps of the optimiser
 * @param batch examples in a step
 * @param learningRate peak rate of AdamW
 * @see <a href="https://arxiv.org/abs/2312.16145">Lyu et al. 2024</a>
 */
public record Spm(
    double guidance,
    double anchorWeight,
    double anchorPower,
    int anchors,
    int drawSteps,
    double drawGuidance,
    int warmup,
    int steps,
    int batch,
    double learningRate)
    implements ImageDescent {
  private static final double DECAY = 0.01;

  public Spm {
    Check.nonNegative(guidance, "guidance");
    Check.nonNegative(anchorWeight, "anchorWeight");
    Check.nonNegative(anchorPower, "anchorPower");
    Check.atLeast(anchors, 1, "anchors");
    new Partway(drawSteps, drawGuidance);
    Check.atLeast(warmup, 0, "warmup");
    ImageDescent.check(steps, batch, learningRate);
  }

  /** η 1, λ 1000, 4 anchors, 30 steps under guidance 3; 3000 steps at 1e-4 after 500 of warm-up. */
  public static Spm defaults() {
    return new Spm(1, 1000, 1, 4, 30, 3, 500, 3000, 1, 1e-4);
  }

  @Override
  public String id() {
    return "image.spm";
  }

  @Override
  public About about() {
    return new About(
        "semi-permeable membrane, adapters of rank one",
        "L = mean (o(x_t, c) - [o0(x_t, s) - guidance (o0(x_t, c) - o0(x_t, empty))])^2 +"
            + " anchorWeight mean (o(x_t, a) - o0(x_t, a))^2, P(a) ~ (1 - |cos(a, c)|)^anchorPower,"
            + " o0 without the adapters",
        "Lyu et al. 2024, arXiv 2312.16145",
        "variant: anchors are drawn from the texts to keep, by the paper's weights, not from all of"
            + " the text space; one cosine without restarts, AdamW in float32",
        "the authors' code; anchorPower is ours",
        Map.of(
            "guidance", "eta, how far beyond the surrogate, away from the concept",
            "anchorWeight", "weight of the latent anchoring, lambda",
            "anchorPower", "how much farther texts are preferred, alpha",
            "anchors", "texts to keep that are drawn in a step",
            "drawSteps", "steps of the sampler that draws x_t",
            "drawGuidance", "its classifier-free guidance",
            "warmup", "steps in which the rate rises",
            "steps", "optimiser steps",
            "batch", "examples in a step",
            "learningRate", "peak rate of AdamW"));
  }

  @Override
  public Recipe recipe(long seed) {
    return new Recipe(1, batch, batch, learningRate, warmup, Recipe.Decay.COSINE, DECAY, 0, seed);
  }

  @Override
  public Laid lay(ImageModel model, long seed) {
    return RankOne.draw(model, seed);
  }

  @Override
  public Way begin(Ground ground) {
    ground.erasure().require(id(), anchorWeight > 0, false);
    return step -> fill(ground, step);
  }

  private double fill(Ground ground, int step) {
    List<Erasure.Pair> pairs = ground.pairs(step, batch);
    List<String> concepts = pairs.stream().map(Erasure.Pair::concept).toList();
    List<String> surrogates = pairs.stream().map(Erasure.Pair::instead).toList();
    Partway partway = new Partway(drawSteps, drawGuidance);
    return Ground.descend(
        () -> {
          Noisy at = partway.drawn(ground, ground.now(), step, concepts);
          Tensor target =
              target(
                  at.fixed(ground.start(), ground.read(surrogates)),
                  at.fixed(ground.start(), ground.read(concepts)),
                  at.fixed(ground.start(), ground.read("", batch)));
          Tensor erasing = Noisy.meanSquare(at.output(ground.now(), ground.read(concepts)), target);
          if (anchorWeight == 0) {
            return erasing;
          }
          Tensor anchoring = anchoring(ground, at, anchorsOf(ground, step, concepts.get(0)));
          return erasing.add(anchoring, new Scalar(anchorWeight));
        });
  }

  /** {@code o*(s) - η (o*(c) - o*(∅))}, (B, C, H, W). */
  Tensor target(Tensor surrogate, Tensor concept, Tensor empty) {
    return surrogate.sub(concept.sub(empty), new Scalar(guidance));
  }

  /** Mean over anchors, each seen at every x_t. */
  private Tensor anchoring(Ground ground, Noisy at, List<String> texts) {
    int rows = at.t().length;
    Tensor x = at.x().repeat(texts.size(), 1, 1, 1);
    int[] t = new int[rows * texts.size()];
    List<String> all = new ArrayList<>();
    for (int i = 0; i < t.length; i++) {
      t[i] = at.t()[i % rows];
      all.add(texts.get(i / rows));
    }
    return drift(ground.now(), ground.start(), new Noisy(x, t), ground.read(all));
  }

  /** {@code mean (o(x_t, a) - o*(x_t, a))²}, (). */
  static Tensor drift(Denoiser now, Denoiser start, Noisy at, Conditioning text) {
    return Noisy.meanSquare(at.output(now, text), at.fixed(start, text));
  }

  private List<String> anchorsOf(Ground ground, int step, String concept) {
    List<String> kept = ground.erasure().kept();
    double[] weights = weights(ground, concept, kept);
    SplittableRandom random = ground.draws().random(Draws.Use.CHOICE, step);
    List<String> drawn = new ArrayList<>();
    for (int i = 0; i < anchors; i++) {
      drawn.add(kept.get(place(weights, random.nextDouble())));
    }
    return drawn;
  }

  private double[] weights(Ground ground, String concept, List<String> kept) {
    return Scopes.withoutGradient(
        () -> {
          Tensor own = ground.read(List.of(concept)).states().flatten(1, -1); // (1, T E)
          Tensor others = ground.read(kept).states().flatten(1, -1); // (N, T E)
          float[] near = Captioned.floats(cosine_similarity(own, others, 1, 1e-8));
          double[] weights = new double[near.length];
          for (int i = 0; i < weights.length; i++) {
            weights[i] = weight(near[i]);
          }
          return weights;
        });
  }

  /** {@code (1 - |cos|)^α}. */
  double weight(double cosine) {
    return Math.pow(Math.max(0, 1 - Math.abs(cosine)), anchorPower);
  }

  /** Where a share of the weights' sum is reached. */
  static int place(double[] weights, double share) {
    double sum = 0;
    for (double weight : weights) {
      sum += weight;
    }
    double left = share * sum;
    for (int i = 0; i < weights.length; i++) {
      left -= weights[i];
      if (left < 0) {
        return i;
      }
    }
    return weights.length - 1;
  }
}
