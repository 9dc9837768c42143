package palimpsest.engine.picture;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import palimpsest.api.Check;
import palimpsest.api.Recipe;
import palimpsest.torch.Native;
import palimpsest.torch.diffusion.text.ClipTextConfig;
import palimpsest.torch.diffusion.train.CaptionedPicture;
import palimpsest.torch.diffusion.train.Denoising;
import palimpsest.torch.diffusion.train.TextToImage;
import palimpsest.torch.diffusion.unet.Multiplications;
import palimpsest.torch.train.Course;
import palimpsest.torch.train.Loop;
import palimpsest.torch.train.Optimiser;

/** How long a model of pixels takes to draw and to be trained, on this machine as it is. */
public final class PictureSpeed {
  private static final int BATCH = 16;
  private static final int WARM = 2;
  private static final int BYTE = 256;

  private PictureSpeed() {}

  /**
   * What the same work took, time after time.
   *
   * @param seconds by the clock
   * @param processor seconds of all processors together, which other processes hardly change, in
   *     hundredths; 0 where the system does not tell
   */
  public record Times(List<Double> seconds, List<Double> processor) {
    public Times {
      seconds = List.copyOf(seconds);
      processor = List.copyOf(processor);
    }

    /** The middle of the seconds by the clock, of an even number the larger of both. */
    public double median() {
      return seconds.stream().sorted().toList().get(seconds.size() / 2);
    }
  }

  /** Reads clock and processor at the end of each piece of work. */
  private static final class Watch {
    private final List<Long> clock = new ArrayList<>(List.of(System.nanoTime()));
    private final List<Long> processor = new ArrayList<>(List.of(used()));

    void tick() {
      clock.add(System.nanoTime());
      processor.add(used());
    }

    /** Between the ticks, without the first so many. */
    Times without(int first) {
      return new Times(between(clock, first), between(processor, first));
    }

    private static List<Double> between(List<Long> ends, int first) {
      return IntStream.range(first + 1, ends.size())
          .mapToObj(i -> (ends.get(i) - ends.get(i - 1)) / 1e9)
          .toList();
    }

    private static long used() {
      return ProcessHandle.current().info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
    }
  }

  /**
   * Drawing.
   *
   * @param pictures drawn at a time
   * @param times after a first one that is not counted
   */
  public record Drawn(int pictures, Times times) {}

  /**
   * Steps of a training as {@code train --pictures} takes them: loss, gradient, its norm, AdamW and
   * moving average.
   *
   * @param batch pictures of a step
   * @param times of each step after the first two
   * @param multiplyAdds M of one picture forwards, counted from the shapes
   * @param gemmBefore GFLOP/s of the machine before the steps
   * @param gemmAfter GFLOP/s of the machine after them
   * @param share 6 M batch over the median step and the mean of both rates: two operations for each
   *     multiply-add, forwards once and backwards twice
   */
  public record Trained(
      int batch,
      Times times,
      long multiplyAdds,
      double gemmBefore,
      double gemmAfter,
      double share) {}

  /** Draws the prompts so many times, and once before. */
  public static Drawn drawing(
      PictureModel model, List<String> prompts, PictureModel.How how, int times) {
    Check.atLeast(times, 1, "times to draw");
    Watch watch = new Watch();
    for (int i = 0; i <= times; i++) {
      model.draw(prompts, how);
      watch.tick();
    }
    return new Drawn(prompts.size() * how.samples(), watch.without(1));
  }

  /** Takes so many steps on pictures of random pixels, in a copy of the model. */
  public static Trained training(PictureModel model, int steps) {
    Check.atLeast(steps, WARM + 1, "steps of training");
    Recipe recipe = new Recipe(1, BATCH, BATCH, 1e-4, 0, Recipe.Decay.CONSTANT, 0.01, 1, 1);
    List<CaptionedPicture> data = random(model, steps * BATCH);
    double before = Native.gemmGflops();
    try (TextToImage copy = model.model().copy();
        Denoising slope = new Denoising(copy, data, how(model))) {
      Watch watch = new Watch();
      new Loop(
              Course.shuffled(data, recipe),
              place -> false,
              recipe,
              Optimiser.Kind.ADAMW,
              Optional.empty(),
              p -> watch.tick(),
              () -> false)
          .run(slope);
      return trained(model, watch.without(WARM), before);
    }
  }

  private static Trained trained(PictureModel model, Times times, double before) {
    double after = Native.gemmGflops();
    long each = multiplyAdds(model);
    double share = 6.0 * each * BATCH / times.median() / 1e9 / ((before + after) / 2);
    return new Trained(BATCH, times, each, before, after, share);
  }

  private static Denoising.How how(PictureModel model) {
    return new Denoising.How(
        model.sampler().schedule(), PictureRecipe.DROPPED, PictureRecipe.AVERAGE, 1);
  }

  /** Random pixels, each with a caption of its number, so that no two are alike. */
  private static List<CaptionedPicture> random(PictureModel model, int count) {
    int side = model.side();
    SplittableRandom random = new SplittableRandom(1);
    List<CaptionedPicture> pictures = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] rgb = new byte[3 * side * side];
      for (int at = 0; at < rgb.length; at++) {
        rgb[at] = (byte) random.nextInt(BYTE);
      }
      int[] caption = model.tokenizer().encode("a picture " + i);
      pictures.add(new CaptionedPicture(rgb, side, side, caption));
    }
    return pictures;
  }

  /** Multiply-adds of the U-Net and of the text encoder for one picture, forwards. */
  static long multiplyAdds(PictureModel model) {
    int tokens = model.tokenizer().length();
    int side = model.model().unet().config().sampleSize().orElseThrow();
    return Multiplications.of(model.model().unet(), side, tokens)
        + ofText(model.model().text().config(), tokens);
  }

  /** Each matrix once for each token, but tables, which are looked up; and causal attention. */
  private static long ofText(ClipTextConfig config, long tokens) {
    long matrices =
        config.tensors().entrySet().stream()
            .filter(e -> e.getValue().size() == 2 && !e.getKey().contains("embedding"))
            .map(Map.Entry::getValue)
            .mapToLong(shape -> shape.get(0) * shape.get(1))
            .sum();
    return tokens * matrices + 2L * config.layers() * tokens * tokens * config.hiddenSize();
  }
}
