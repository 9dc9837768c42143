package palimpsest.methods.diffusion.descent;

import static org.bytedeco.pytorch.global.torch.zeros;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.Conditioning;
import palimpsest.torch.diffusion.Denoiser;

/**
 * Selective amnesia: trains the concept's text on surrogate images, rehearses images that the start
 * drew, and holds parameters where the start's Fisher information says that they matter.
 *
 * <pre>
 * L = E |o(x_t, c) - target|² + γ E |o(y_t, d) - target|² + λ Σ_i F_i (θ_i - θ*_i)²
 * F = mean over images of (Σ_t ∇_θ |o(z_t, e) - target|²)²
 * </pre>
 *
 * <p>|·|² sums over (C, H, W), E is the mean over examples. x are surrogates: uniform noise from -1
 * to 1, or images that the start draws of what is to come instead. y are images that the start drew
 * of the texts d to keep, z such images of all texts, concepts among them. F, θ and θ* are (P). The
 * sum over all T timesteps is T/m times that over m evenly spaced ones.
 *
 * @param region which parameters move
 * @param noiseSurrogate 1 for uniform noise, 0 for images of what is to come instead
 * @param replayWeight γ
 * @param fisherWeight λ; the paper writes λ/2
 * @param images how many images the start draws for replay, and as many for surrogates
 * @param fisherImages how many of the drawn images, of all texts in turn, F is a mean over
 * @param fisherTimesteps m, at most T
 * @param drawSteps of the sampler that draws them
 * @param drawGuidance classifier-free guidance of it
 * @param steps of the optimiser
 * @param batch examples of each kind in a step
 * @param learningRate of Adam
 * @see <a href="https://arxiv.org/abs/2305.10120">Heng and Soh 2023</a>
 */
public record SelectiveAmnesia(
    int region,
    int noiseSurrogate,
    double replayWeight,
    double fisherWeight,
    int images,
    int fisherImages,
    int fisherTimesteps,
    int drawSteps,
    double drawGuidance,
    int steps,
    int batch,
    double learningRate)
    implements ImageDescent {
  public SelectiveAmnesia {
    Region.of(region);
    Check.fraction(noiseSurrogate, "noiseSurrogate");
    Check.nonNegative(replayWeight, "replayWeight");
    Check.nonNegative(fisherWeight, "fisherWeight");
    Check.atLeast(images, 1, "images");
    Check.atLeast(fisherImages, 1, "fisherImages");
    Check.atLeast(fisherTimesteps, 1, "fisherTimesteps");
    new Partway(drawSteps, drawGuidance);
    ImageDescent.check(steps, batch, learningRate);
  }

  /** All parameters, surrogates drawn, γ 1, λ 50; 1000 steps of 8 at 1e-5. */
  public static SelectiveAmnesia defaults() {
    return new SelectiveAmnesia(3, 0, 1, 50, 500, 500, 1000, 50, 7.5, 1000, 8, 1e-5);
  }

  @Override
  public String id() {
    return "image.sa";
  }

  @Override
  public About about() {
    return new About(
        "selective amnesia",
        "L = E |o(x_t, c) - target|^2 + replayWeight E |o(y_t, d) - target|^2 + fisherWeight sum F"
            + " (theta - start)^2, F = mean over images of (sum over t of grad |o(z_t, e) -"
            + " target|^2)^2",
        "Heng and Soh 2023, arXiv 2305.10120",
        "faithful, fisherWeight being half the paper's lambda as in the authors' code; norms are"
            + " sums over pixels; fisherTimesteps below the model's are evenly spaced and scaled"
            + " up",
        "the authors' configuration for Stable Diffusion (1e-5, weight 50) and 500 images and 1000"
            + " timesteps as in theirs for DDPM; steps and batch are ours, its 200 epochs being of"
            + " images that we do not have",
        Map.ofEntries(
            Map.entry("region", Region.WORDS),
            Map.entry("noiseSurrogate", "1 for uniform noise as a surrogate, 0 for drawn images"),
            Map.entry("replayWeight", "weight of the loss on replayed images, gamma"),
            Map.entry("fisherWeight", "weight of the Fisher term, lambda"),
            Map.entry("images", "images the start draws for replay, and as many surrogates"),
            Map.entry("fisherImages", "images that F is a mean over"),
            Map.entry("fisherTimesteps", "timesteps of each that its gradient is summed over"),
            Map.entry("drawSteps", "steps of the sampler that draws images"),
            Map.entry("drawGuidance", "its classifier-free guidance"),
            Map.entry("steps", "optimiser steps"),
            Map.entry("batch", "examples of each kind in a step"),
            Map.entry("learningRate", "of Adam")));
  }

  @Override
  public Laid lay(ImageModel model, long seed) {
    return Copies.of(model, Region.of(region));
  }

  @Override
  public Way begin(Ground ground) {
    Erasure erasure = ground.erasure();
    erasure.require(id(), true, false);
    List<Erasure.Pair> pairs = erasure.concepts();
    List<String> texts = new ArrayList<>();
    fill(texts, images, erasure.kept());
    fill(texts, fisherImages / 2, pairs.stream().map(Erasure.Pair::concept).toList());
    if (noiseSurrogate == 0) {
      fill(texts, images, pairs.stream().map(Erasure.Pair::instead).toList());
    }
    List<Captioned> drawn = new Partway(drawSteps, drawGuidance).finished(ground, texts, batch);
    List<Captioned> replay = drawn.subList(0, images);
    List<Captioned> all = new ArrayList<>(); // kept texts and concepts in turn
    for (int i = 0; i < fisherImages; i++) {
      all.add(i % 2 == 0 ? replay.get(i / 2 % images) : drawn.get(images + i / 2));
    }
    List<Captioned> surrogates = drawn.subList(images + fisherImages / 2, drawn.size());
    return new Amnesia(
        this, ground, new Drawn(replay, surrogates), Anchor.of(ground, fisher(ground, all)));
  }

  private static void fill(List<String> texts, int count, List<String> from) {
    IntStream.range(0, count).forEach(i -> texts.add(from.get(i % from.size())));
  }

  /** What the start drew; no surrogates where they are noise. */
  private record Drawn(List<Captioned> replay, List<Captioned> surrogates) {}

  /** A run. */
  private record Amnesia(SelectiveAmnesia method, Ground ground, Drawn drawn, Anchor anchor)
      implements Way {
    @Override
    public double fill(int step) {
      double surrogate = Ground.descend(() -> method.surrogate(ground, step, drawn.surrogates));
      List<Captioned> rows = ground.some(Draws.Use.RETAIN, step, method.batch, drawn.replay);
      double replay =
          Ground.descend(
              () ->
                  summed(
                          ground.diffused(Draws.Use.RETAIN, step, rows),
                          ground.now(),
                          ground.captions(rows))
                      .mul(new Scalar(method.replayWeight)));
      return surrogate + replay + anchor.pull(ground.trained(), method.fisherWeight);
    }

    @Override
    public void close() {
      anchor.close();
    }
  }

  private Tensor surrogate(Ground ground, int step, List<Captioned> surrogates) {
    List<Captioned> rows = new ArrayList<>();
    List<Erasure.Pair> pairs = ground.pairs(step, batch);
    Tensor clean;
    if (noiseSurrogate == 1) {
      long[] shape = ground.model().shape(batch);
      clean = ground.draws().uniform(Draws.Use.TARGET, step, shape);
      clean = clean.mul(new Scalar(2.0)).sub(new Scalar(1.0)); // in [-1, 1)
      pairs.forEach(pair -> rows.add(new Captioned(new float[0], pair.concept())));
    } else {
      for (int i : ground.draws().whole(Draws.Use.CHOICE, step, batch, images)) {
        String concept = ground.erasure().pair(i).concept();
        rows.add(new Captioned(surrogates.get(i).values(), concept));
      }
      clean = Captioned.stacked(rows, ground.model().shape(batch));
    }
    return summed(
        ground.diffused(Draws.Use.FORGET, step, clean), ground.now(), ground.captions(rows));
  }

  /** {@code E |o - target|²}, summed over pixels, (). */
  static Tensor summed(Diffused images, Denoiser now, Conditioning text) {
    double pixels = (double) images.clean().numel() / images.t().length;
    return images.loss(now, text).mul(new Scalar(pixels));
  }

  /** F of images, (P); whoever calls closes it. */
  Tensor fisher(Ground ground, List<Captioned> all) {
    Weights trained = ground.trained();
    int steps = ground.schedule().steps();
    int m = Math.min(fisherTimesteps, steps);
    try (PointerScope scope = new PointerScope()) {
      Tensor gradient = trained.gradient();
      Tensor sum = zeros(gradient.numel());
      for (int i = 0; i < all.size(); i++) {
        gradient.zero_();
        for (int from = 0; from < m; from += batch) {
          ground.check("measuring the Fisher information");
          int[] t =
              IntStream.range(from, Math.min(m, from + batch))
                  .map(j -> (int) ((long) j * steps / m))
                  .toArray();
          Captioned image = all.get(i);
          int number = i * steps + from;
          double weight = (double) t.length * steps / m;
          Ground.descend(() -> timesteps(ground, image, number, t).mul(new Scalar(weight)));
        }
        square(sum, gradient, all.size());
      }
      return Scopes.keep(sum);
    }
  }

  static void square(Tensor sum, Tensor gradient, int images) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      sum.addcmul_(gradient, gradient, new Scalar(1.0 / images));
    }
  }

  /** Mean over timesteps of |o - target|² of one image, (). */
  private static Tensor timesteps(Ground ground, Captioned image, int number, int... t) {
    List<Captioned> rows = Collections.nCopies(t.length, image);
    long[] shape = ground.model().shape(t.length);
    Tensor noise = ground.draws().normal(Draws.Use.FISHER, number, shape);
    Tensor clean = Captioned.stacked(rows, shape);
    Diffused images = new Diffused(ground.schedule(), clean, noise, t);
    return summed(images, ground.now(), ground.captions(rows));
  }
}
