package palimpsest.torch.diffusion.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.Interrupted;
import palimpsest.api.Recipe;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.schedule.Betas;
import palimpsest.torch.diffusion.schedule.NoiseSchedule;
import palimpsest.torch.diffusion.schedule.Prediction;
import palimpsest.torch.diffusion.text.ClipTextConfig;
import palimpsest.torch.diffusion.text.ClipTokenizer;
import palimpsest.torch.diffusion.unet.UNetConfig;
import palimpsest.torch.train.Course;
import palimpsest.torch.train.Loop;
import palimpsest.torch.train.Optimiser;
import palimpsest.torch.train.RunFolder;

/** Seven pictures of 8 x 8 pixels, a U-Net and a text encoder of some thousand parameters. */
class DenoisingTest {
  private static final Recipe RECIPE = new Recipe(3, 4, 2, 1e-3, 0, Recipe.Decay.CONSTANT, 0, 1, 5);
  private static final Denoising.How HOW =
      new Denoising.How(new NoiseSchedule(Betas.ddpm(), Prediction.EPSILON), 0.2, 0.9, 5);

  @TempDir Path folder;

  private static List<CaptionedPicture> pictures(ClipTokenizer tokenizer) {
    Random random = new Random(3);
    return IntStream.range(0, 7)
        .mapToObj(
            i -> {
              byte[] rgb = new byte[8 * 8 * 3];
              random.nextBytes(rgb);
              return new CaptionedPicture(rgb, 8, 8, tokenizer.encode("picture " + i));
            })
        .toList();
  }

  private static TextToImage model(ClipTokenizer tokenizer) {
    UNetConfig unet = UNetConfig.pixels(8, List.of(16, 32), 8);
    return TextToImage.draw(unet, ClipTextConfig.small(tokenizer, 8, 1, 2), tokenizer, 1);
  }

  private static ClipTokenizer tokenizer() {
    return ClipTokenizer.train(List.of("picture 0 1 2 3 4 5 6"), 520, 8);
  }

  private Loop loop(
      List<CaptionedPicture> data, Set<Integer> gone, Optional<String> name, int stopAt) {
    AtomicInteger asked = new AtomicInteger();
    return new Loop(
        Course.shuffled(data, RECIPE),
        gone::contains,
        RECIPE,
        Optimiser.Kind.ADAMW,
        name.map(
            n ->
                new RunFolder(
                    folder.resolve(n),
                    "{}",
                    new RunFolder.Saving(2, new TreeSet<>()),
                    new TreeSet<>(gone))),
        p -> {},
        () -> asked.getAndIncrement() == stopAt);
  }

  /**
   * The last map is zero, so a fresh model predicts no noise, and the loss is the mean of ε²: 1,
   * with a deviation of √(2 / n) for n numbers, here 4 x 192.
   */
  @Test
  void loss_ofAFreshModel_isTheNoisesVariance() {
    try (ClipTokenizer tokenizer = tokenizer();
        TextToImage model = model(tokenizer);
        Denoising slope = new Denoising(model, pictures(tokenizer), HOW)) {
      model.weights().gradient();
      Course.Planned met =
          new Course.Planned(0, List.of(new int[] {0, 1}, new int[] {2, 3}), List.of());

      assertThat(slope.fill(1, met).loss()).isCloseTo(1, within(4 * Math.sqrt(2 / 768.0)));
      double again = slope.fill(1, met).loss();
      Course.Planned otherwise =
          new Course.Planned(0, List.of(new int[] {3, 1, 0}, new int[] {2}), List.of());
      assertThat(slope.fill(1, otherwise).loss()).isCloseTo(again, within(1e-6));
      assertThat(slope.fill(2, met).loss()).isNotCloseTo(again, within(1e-6));
    }
  }

  /** What is drawn for the others does not move when one is taken away: sums differ by its own. */
  @Test
  void loss_withoutOne_leavesTheOthersDraws() {
    try (ClipTokenizer tokenizer = tokenizer();
        TextToImage model = model(tokenizer);
        Denoising slope = new Denoising(model, pictures(tokenizer), HOW)) {
      model.weights().gradient();
      double three = loss(slope, 0, 1, 2);
      double two = loss(slope, 0, 2);
      double one = loss(slope, 1);
      assertThat(3 * three).isCloseTo(2 * two + one, within(1e-5));
    }
  }

  private static double loss(Denoising slope, int... examples) {
    return slope.fill(1, new Course.Planned(0, List.of(examples), List.of())).loss();
  }

  @Test
  void run_thatWasStopped_goesOnBitForBit() {
    try (ClipTokenizer tokenizer = tokenizer()) {
      List<CaptionedPicture> data = pictures(tokenizer);
      String whole = weightsAfter(tokenizer, data, loop(data, Set.of(), Optional.of("a"), -1));
      assertThatThrownBy(
              () -> weightsAfter(tokenizer, data, loop(data, Set.of(), Optional.of("b"), 3)))
          .isInstanceOf(Interrupted.class);
      assertThat(weightsAfter(tokenizer, data, loop(data, Set.of(), Optional.of("b"), -1)))
          .isEqualTo(whole);
      assertThat(weightsAfter(tokenizer, data, loop(data, Set.of(2), Optional.empty(), -1)))
          .isNotEqualTo(whole);
    }
  }

  private static String weightsAfter(
      ClipTokenizer tokenizer, List<CaptionedPicture> data, Loop loop) {
    try (TextToImage model = model(tokenizer);
        Denoising slope = new Denoising(model, data, HOW)) {
      loop.run(slope);
      String last = model.weights().digest();
      slope.average().takeOver();
      return last + model.weights().digest();
    }
  }

  /**
   * Weights 0, then 1, then 1, decay 0.15: d = min(0.15, 1/10) and min(0.15, 2/11), so 0.9 and then
   * 0.15 · 0.9 + 0.85.
   */
  @Test
  void average_followsItsFormula() {
    try (Weights weights = Weights.allocate(Map.of("x", List.of(1L)));
        PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      weights.flat().fill_(new Scalar(0.0));
      try (MovingAverage average = new MovingAverage(weights, 0.15)) {
        weights.flat().fill_(new Scalar(1.0));
        average.update();
        average.update();
        average.takeOver();
      }
      assertThat(weights.flat().item_double()).isCloseTo(0.15 * 0.9 + 0.85, within(1e-6));
    }
  }

  @Test
  void fill_leavesNoNativeObjects() {
    try (ClipTokenizer tokenizer = tokenizer();
        TextToImage model = model(tokenizer);
        Denoising slope = new Denoising(model, pictures(tokenizer), HOW)) {
      model.weights().gradient();
      loss(slope, 0, 1, 2);
      long before = Pointer.totalCount();
      loss(slope, 0, 1, 2);
      assertThat(Pointer.totalCount()).isEqualTo(before);
    }
  }
}
