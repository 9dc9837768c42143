package palimpsest.torch.diffusion;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.full;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.Scopes;
import palimpsest.torch.diffusion.Guidance.Combination;
import palimpsest.torch.diffusion.schedule.Moment;
import palimpsest.torch.diffusion.schedule.Noise;
import palimpsest.torch.diffusion.schedule.Recent;
import palimpsest.torch.diffusion.schedule.Sampler;
import palimpsest.torch.diffusion.schedule.Sampling;

/**
 * Drawing images, or latents, from noise: the sampler's steps, at each the denoiser's outputs under
 * all texts in one batch, combined by the guidance. No gradients are recorded.
 *
 * @param denoiser predicts
 * @param sampler walks
 * @param steps of the sampler
 * @param guidance combines
 */
public record Generation(Denoiser denoiser, Sampler sampler, int steps, Guidance guidance) {

  /** Sees each image on its way. */
  @FunctionalInterface
  public interface Watch {
    /** Sees nothing and goes on to the end. */
    Watch NONE = (moment, x) -> true;

    /**
     * Called before each evaluation of the denoiser.
     *
     * @param moment that comes
     * @param x the sampler's image at it, (B, C, H, W), valid during the call; the denoiser reads
     *     it multiplied by {@link Moment#inputScale}
     * @return false to stop here: this image is then the result
     */
    boolean goesOn(Moment moment, Tensor x);
  }

  /** The finished images, (B, C, H, W), in the caller's scope. */
  public Tensor draw(List<Conditioning> texts, Noise noise, long... shape) {
    return draw(texts, noise, Watch.NONE, shape);
  }

  /**
   * The images where the watch stops, or the finished ones, (B, C, H, W), in the caller's scope.
   *
   * @param texts in the order in which the guidance combines them, such as the empty text and the
   *     prompt; each of B rows, or of one row for all images
   * @param noise of the start and of the steps
   * @param watch sees the image before each evaluation
   * @param shape (B, C, H, W)
   * @throws InvalidRequest if the texts do not have the rows, differ in length, or are not as many
   *     as the guidance combines
   */
  public Tensor draw(List<Conditioning> texts, Noise noise, Watch watch, long... shape) {
    requireShape(texts, shape);
    return Scopes.constant(
        () -> {
          Conditioning all = joined(texts, shape[0]);
          try (Sampling run = sampler.begin(steps, noise);
              Combination combination = guidance.begin(sampler.schedule());
              Recent image = new Recent(1)) {
            image.add(noise.draw(Noise.START, shape).mul(new Scalar(run.initialScale())));
            for (Moment moment : run.moments()) {
              if (!watch.goesOn(moment, image.back(0))) {
                break;
              }
              try (PointerScope step = new PointerScope()) {
                List<Tensor> outputs = outputs(moment, image.back(0), all, texts.size());
                Tensor output = combination.combine(moment, outputs);
                image.add(run.step(moment.step(), output, image.back(0)));
              }
            }
            return new Tensor(image.back(0));
          }
        });
  }

  private static void requireShape(List<Conditioning> texts, long... shape) {
    if (texts.isEmpty() || shape.length != 4) {
      throw new InvalidRequest(
          "images are drawn for at least one text and in four dimensions, got "
              + texts.size()
              + " texts and "
              + shape.length
              + " dimensions");
    }
  }

  /** The outputs under each text, of one pass over as many copies of the image. */
  private List<Tensor> outputs(Moment moment, Tensor x, Conditioning all, int texts) {
    long rows = x.size(0);
    Tensor input = moment.inputScale() == 1 ? x : x.mul(new Scalar(moment.inputScale()));
    Tensor copies = texts == 1 ? input : input.repeat(texts, 1, 1, 1);
    Tensor timesteps = full(new long[] {rows * texts}, new Scalar(moment.timestep()));
    Tensor output = denoiser.predict(copies, timesteps, all);
    List<Tensor> parts = new ArrayList<>();
    for (int i = 0; i < texts; i++) {
      parts.add(output.narrow(0, i * rows, rows));
    }
    return parts;
  }

  private static Conditioning joined(List<Conditioning> texts, long rows) {
    Tensor states = joined(texts, rows, Conditioning::states);
    if (texts.stream().anyMatch(text -> text.added().isPresent())) {
      Tensor pooled = joined(texts, rows, text -> text.added().orElseThrow().pooled());
      Tensor ids = joined(texts, rows, text -> text.added().orElseThrow().timeIds());
      return new Conditioning(states, Optional.of(new Conditioning.Added(pooled, ids)));
    }
    return Conditioning.of(states);
  }

  private static Tensor joined(
      List<Conditioning> texts, long rows, Function<Conditioning, Tensor> part) {
    TensorVector parts = new TensorVector();
    long[] wanted = part.apply(texts.get(0)).shape();
    wanted[0] = rows;
    for (Conditioning text : texts) {
      Tensor one = part.apply(text);
      long[] shape = one.shape();
      if (shape[0] == 1) {
        shape[0] = rows;
      }
      if (!Arrays.equals(shape, wanted)) {
        throw new InvalidRequest(
            "texts must have the shape "
                + Arrays.toString(wanted)
                + " or one row of it, got "
                + Arrays.toString(one.shape()));
      }
      parts.push_back(one.expand(wanted));
    }
    return cat(parts, 0);
  }
}
