package palimpsest.methods.diffusion.descent;

import static org.bytedeco.pytorch.global.torch.tensor;
import static org.bytedeco.pytorch.global.torch.zeros;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.torch.diffusion.Conditioning;
import palimpsest.torch.diffusion.Denoiser;

/**
 * AdvUnlearn: trains the text encoder to erase a concept although an adversary puts embeddings
 * before its prompt.
 *
 * <pre>
 * inner:  δ* = argmin_δ mean (o(x_t, e(δ + c)) - o(x_t, e*(c)))²
 * outer:  L = mean (o(x_t, e(δ* + c)) - [o(x_t, ∅) - η (o(x_t, e*(c)) - o(x_t, ∅))])²
 *             + w mean (o(y_t, e(d)) - o(y_t, e*(d)))²
 * </pre>
 *
 * <p>e is the encoder that is trained, e* the frozen start, (B, T, E); the denoiser o, (B, C, H,
 * W), stays as it is, gradients pass through it. δ, (B, A, E), begins as embeddings of drawn tokens
 * and goes down by its gradient's sign, which is computed anew at each inner step; it is a constant
 * to the outer loss. x_t and y_t are images on their way to the concept and to the texts d to keep,
 * drawn by the start.
 *
 * @param attackSteps inner steps
 * @param attackRate ξ of an inner step
 * @param attackTokens A; 0 for no adversary
 * @param attackFrom the outer step from which on there is one; before it δ is empty
 * @param retainWeight w
 * @param retainBatch texts to keep in a step
 * @param guidance η, as in {@link Esd}
 * @param drawSteps of the sampler that draws x_t
 * @param drawGuidance classifier-free guidance of it
 * @param steps of the optimiser
 * @param batch concepts in a step
 * @param learningRate of Adam
 * @see <a href="https://arxiv.org/abs/2405.15234">Zhang et al. 2024</a>
 */
public record AdvUnlearn(
    int attackSteps,
    double attackRate,
    int attackTokens,
    int attackFrom,
    double retainWeight,
    int retainBatch,
    double guidance,
    int drawSteps,
    double drawGuidance,
    int steps,
    int batch,
    double learningRate)
    implements ImageDescent {
  public AdvUnlearn {
    Check.atLeast(attackSteps, 1, "attackSteps");
    Check.positive(attackRate, "attackRate");
    Check.atLeast(attackTokens, 0, "attackTokens");
    Check.atLeast(attackFrom, 0, "attackFrom");
    Check.nonNegative(retainWeight, "retainWeight");
    Check.atLeast(retainBatch, 1, "retainBatch");
    Check.nonNegative(guidance, "guidance");
    new Partway(drawSteps, drawGuidance);
    ImageDescent.check(steps, batch, learningRate);
  }

  /** 30 steps of 1e-3 on 1 token after 200 steps without, w 1; 1000 steps of one at 1e-5. */
  public static AdvUnlearn defaults() {
    return new AdvUnlearn(30, 1e-3, 1, 200, 1, 5, 1, 50, 3, 1000, 1, 1e-5);
  }

  @Override
  public String id() {
    return "image.advunlearn";
  }

  @Override
  public About about() {
    return new About(
        "AdvUnlearn, adversarial training of the text encoder",
        "L = mean (o(x_t, e(d + c)) - [o(x_t, empty) - guidance (o(x_t, e0(c)) - o(x_t, empty))])^2"
            + " + retainWeight mean (o(y_t, e(r)) - o(y_t, e0(r)))^2; d: attackSteps of d -"
            + " attackRate sign grad mean (o(x_t, e(d + c)) - o(x_t, e0(c)))^2",
        "Zhang et al. 2024, arXiv 2405.15234",
        "faithful to the method with a prefix; inner gradients are taken anew at each step, where"
            + " the authors' code adds them up; texts to keep are given, not filtered by a language"
            + " model",
        "the authors' code; its manual has retainWeight 0.3 for nudity",
        Map.ofEntries(
            Map.entry("attackSteps", "inner steps"),
            Map.entry("attackRate", "size of an inner step"),
            Map.entry("attackTokens", "embeddings before the prompt; 0 for no adversary"),
            Map.entry("attackFrom", "the step from which on there is an adversary"),
            Map.entry("retainWeight", "weight of the retain loss"),
            Map.entry("retainBatch", "texts to keep in a step"),
            Map.entry("guidance", "eta, how far beyond the empty text, away from the concept"),
            Map.entry("drawSteps", "steps of the sampler that draws images on their way"),
            Map.entry("drawGuidance", "its classifier-free guidance"),
            Map.entry("steps", "optimiser steps"),
            Map.entry("batch", "concepts in a step"),
            Map.entry("learningRate", "of Adam")));
  }

  @Override
  public Laid lay(ImageModel model, long seed) {
    return EncoderCopy.of(model);
  }

  @Override
  public Way begin(Ground ground) {
    ground.erasure().require(id(), retainWeight > 0, false);
    ClipTexts texts = ((EncoderCopy) ground.laid()).texts();
    return step -> {
      double erasing = erase(ground, texts, step);
      return retainWeight == 0 ? erasing : erasing + retain(ground, step);
    };
  }

  private double erase(Ground ground, ClipTexts texts, int step) {
    return Ground.descend(
        () -> {
          List<String> concepts =
              ground.pairs(step, batch).stream().map(Erasure.Pair::concept).toList();
          Noisy at =
              new Partway(drawSteps, drawGuidance).drawn(ground, ground.start(), step, concepts);
          Denoiser o = ground.now();
          Tensor asBefore = at.fixed(o, ground.read(concepts));
          Tensor empty = at.fixed(o, ground.read("", batch));
          Tensor target = empty.lerp(asBefore, new Scalar(-guidance));
          Prefix prefix = new Prefix(texts.encoder(), texts.ids(concepts));
          Tensor added =
              attackTokens == 0 || step < attackFrom
                  ? zeros(batch, 0, texts.encoder().config().hiddenSize())
                  : attacked(
                      ground,
                      step,
                      prefix,
                      given -> Noisy.meanSquare(at.output(o, prefix.read(given)), asBefore));
          return Noisy.meanSquare(at.output(o, prefix.read(added)), target);
        });
  }

  /** δ*, the encoder's own parameters being left out of the inner gradients. */
  private Tensor attacked(Ground ground, int step, Prefix prefix, Function<Tensor, Tensor> loss) {
    int vocabulary = prefix.encoder().config().vocabSize();
    int[] drawn = ground.draws().whole(Draws.Use.CHOICE, step, batch * attackTokens, vocabulary);
    long[] tokens = Arrays.stream(drawn).asLongStream().toArray();
    Tensor from = prefix.embedded(tensor(tokens).view(batch, attackTokens));
    ground.trained().recordGradients(false);
    try {
      return Prefix.attacked(from, new Prefix.Attack(attackSteps, attackRate), loss);
    } finally {
      ground.trained().recordGradients(true);
    }
  }

  private double retain(Ground ground, int step) {
    return Ground.descend(
        () -> {
          List<String> texts =
              ground.texts(Draws.Use.RETAIN, step, retainBatch, ground.erasure().kept());
          Partway partway = new Partway(drawSteps, drawGuidance);
          Noisy at = partway.drawn(ground, ground.start(), -step, texts);
          Conditioning now = ground.laid().texts().read(texts);
          Tensor before = at.fixed(ground.start(), ground.read(texts));
          return Noisy.meanSquare(at.output(ground.now(), now), before)
              .mul(new Scalar(retainWeight));
        });
  }
}
