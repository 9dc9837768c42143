package palimpsest.methods.diffusion.descent;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.api.Recipe;
import palimpsest.torch.diffusion.Conditioning;
import palimpsest.torch.diffusion.Denoiser;

/**
 * Concept ablation: under the concept's text the model is to predict what it predicts under an
 * anchor's, a broader concept.
 *
 * <pre>
 * model-based: L = mean (o(x_t, c) - sg o(x_t, anchor))²
 * noise-based: L = mean (o(x_t, c) - target of x_t)²
 * x_t = √ᾱ_t x + √(1 - ᾱ_t) ε,  x of the anchor,   + λ mean (o(x_t, anchor) - target of x_t)²
 * </pre>
 *
 * <p>Outputs and targets (B, C, H, W); sg stops the gradient, so the anchor's output is the current
 * model's, but a constant. x are images of the anchor that the start draws once, before the first
 * step.
 *
 * @param region which parameters move
 * @param noiseBased 0 for the model-based loss, 1 for the noise-based
 * @param priorWeight λ, weight of the loss of training on the anchor's images; where the authors'
 *     code is told to keep these, 0.2, and 1 in its version for diffusers
 * @param images how many of them the start draws
 * @param drawSteps of the sampler that draws them
 * @param drawGuidance classifier-free guidance of it
 * @param steps of the optimiser
 * @param batch examples in a step
 * @param learningRate of AdamW
 * @see <a href="https://arxiv.org/abs/2303.13516">Kumari et al. 2023</a>
 */
public record ConceptAblation(
    int region,
    int noiseBased,
    double priorWeight,
    int images,
    int drawSteps,
    double drawGuidance,
    int steps,
    int batch,
    double learningRate)
    implements ImageDescent {
  private static final double DECAY = 0.01;

  public ConceptAblation {
    Region.of(region);
    Check.fraction(noiseBased, "noiseBased");
    Check.nonNegative(priorWeight, "priorWeight");
    Check.atLeast(images, 1, "images");
    new Partway(drawSteps, drawGuidance);
    ImageDescent.check(steps, batch, learningRate);
  }

  /** Model-based on the text maps; 200 images; 100 steps of 8 at 2e-6 for each example of them. */
  public static ConceptAblation defaults() {
    return new ConceptAblation(2, 0, 0, 200, 50, 6, 100, 8, 1.6e-5);
  }

  @Override
  public String id() {
    return "image.ca";
  }

  @Override
  public About about() {
    return new About(
        "concept ablation",
        "L = mean (o(x_t, c) - a)^2 + priorWeight mean (o(x_t, anchor) - target)^2; a is the"
            + " current o(x_t, anchor) as a constant, or with noiseBased=1 the target of training;"
            + " x_t of images of the anchor",
        "Kumari et al. 2023, arXiv 2303.13516",
        "variant: the anchor's images are drawn from its text alone, not from prompts that a"
            + " language model wrote around it, and are not augmented; all timesteps weigh the"
            + " same",
        "the authors' code: 2e-6 for each of 4 examples on 2 devices; AdamW with a decay of 0.01",
        Map.of(
            "region", Region.WORDS,
            "noiseBased", "0 for the model-based loss, 1 for the noise-based",
            "priorWeight", "weight of the loss of training on the anchor's images, lambda",
            "images", "images of the anchors that the start draws",
            "drawSteps", "steps of the sampler that draws them",
            "drawGuidance", "its classifier-free guidance",
            "steps", "optimiser steps",
            "batch", "examples in a step",
            "learningRate", "of AdamW"));
  }

  @Override
  public Recipe recipe(long seed) {
    return new Recipe(1, batch, batch, learningRate, 0, Recipe.Decay.CONSTANT, DECAY, 0, seed);
  }

  @Override
  public Laid lay(ImageModel model, long seed) {
    return Copies.of(model, Region.of(region));
  }

  @Override
  public Way begin(Ground ground) {
    List<Erasure.Pair> pairs =
        IntStream.range(0, images).mapToObj(i -> ground.erasure().pair(i)).toList();
    List<Captioned> anchors =
        new Partway(drawSteps, drawGuidance)
            .finished(ground, pairs.stream().map(Erasure.Pair::instead).toList(), batch);
    return step ->
        Ground.descend(
            () -> {
              int[] rows = ground.draws().whole(Draws.Use.CHOICE, step, batch, images);
              List<Captioned> shown = IntStream.of(rows).mapToObj(anchors::get).toList();
              List<String> concepts =
                  IntStream.of(rows).mapToObj(row -> pairs.get(row).concept()).toList();
              return loss(
                  ground.now(),
                  ground.diffused(Draws.Use.FORGET, step, shown),
                  ground.read(concepts),
                  ground.captions(shown));
            });
  }

  /** The loss on images of the anchor, (). */
  Tensor loss(Denoiser now, Diffused anchors, Conditioning concept, Conditioning anchor) {
    Noisy at = anchors.noisy();
    Tensor wanted =
        noiseBased == 1
            ? anchors.schedule().target(anchors.clean(), anchors.noise(), anchors.t())
            : at.fixed(now, anchor);
    Tensor forgetting = Noisy.meanSquare(at.output(now, concept), wanted);
    return priorWeight == 0
        ? forgetting
        : forgetting.add(anchors.loss(now, anchor), new Scalar(priorWeight));
  }
}
