package palimpsest.methods.diffusion.descent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.bytedeco.pytorch.global.torch.tensor;
import static org.bytedeco.pytorch.global.torch.zeros;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.testkit.FormulaWeights;
import palimpsest.testkit.LeakCheck;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.JsonFile;
import palimpsest.torch.diffusion.Conditioning;
import palimpsest.torch.diffusion.Denoiser;
import palimpsest.torch.diffusion.schedule.Ddim;
import palimpsest.torch.diffusion.text.ClipText;
import palimpsest.torch.diffusion.text.ClipTextConfig;
import palimpsest.torch.diffusion.unet.UNet;
import palimpsest.torch.diffusion.unet.UNetConfig;

/** Against torch and diffusers in float64, testkit/golden/diffusion/descent/descent.json. */
@ExtendWith(LeakCheck.class)
class DescentGoldenTest {
  private static final JsonNode GOLDEN =
      JsonFile.read(Path.of("../testkit/golden/diffusion/descent/descent.json"));
  private static final double PERCENT = 0.01; // 1e-4 relative
  private static final int[] T = {37, 640};
  private static final int ROWS = 2;

  @TempDir Path folder;
  private PointerScope scope;
  private ImageModel model;

  @BeforeEach
  void open() {
    scope = new PointerScope();
    Path file = folder.resolve("config.json");
    JsonFile.write(file, GOLDEN.get("config"));
    UNetConfig config = UNetConfig.read(file);
    Weights weights = Weights.allocate(config.tensors());
    FormulaWeights.fill(weights);
    weights.recordGradients(false);
    Texts none =
        texts -> {
          throw new IllegalStateException("no text is encoded here: " + texts);
        };
    model =
        new ImageModel(
            new UNet(config, weights), none, Ddim.pixels(Tiny.SCHEDULE), List.of(3L, 8L, 8L));
  }

  @AfterEach
  void close() {
    model.unet().close();
    scope.close();
  }

  private static JsonNode golden(String name) {
    return StreamSupport.stream(GOLDEN.get("cases").spliterator(), false)
        .filter(each -> each.get("name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private Copies copies(int region) {
    Copies copies = Copies.of(model, Region.of(region));
    copies.weights().gradient();
    halfway(copies.weights());
    return copies;
  }

  /** Half what it is and half what follows from "now." and the name. */
  private static void halfway(Weights weights) {
    try (PointerScope inner = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      weights
          .tensors()
          .forEach(
              (name, tensor) -> {
                Tensor own = zeros(tensor.shape());
                FormulaWeights.fill("now." + name, own);
                tensor.lerp_(own, new Scalar(0.5));
              });
    }
  }

  private static Tensor inputs(String name, long... shape) {
    float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    for (int k = 0; k < values.length; k++) {
      values[k] = (float) (Math.sqrt(12) * (FormulaWeights.uniform(name, k) - 0.5));
    }
    return tensor(values).view(shape);
  }

  private static Tensor image(String name) {
    return inputs(name, ROWS, 3, 8, 8);
  }

  private static Conditioning text(String name) {
    return Conditioning.of(inputs("text." + name, ROWS, 5, 12));
  }

  private static Diffused diffused(String name) {
    return new Diffused(Tiny.SCHEDULE, image(name), image(name + ".noise"), T);
  }

  private static void assertEqual(JsonNode expected, Weights trained, double loss) {
    assertThat(loss).isCloseTo(expected.get("loss").asDouble(), withinPercentage(PERCENT));
    double total = expected.get("gradient").asDouble();
    JsonNode norms = expected.get("gradient_norms");
    assertThat(trained.tensors()).hasSize(norms.size());
    trained
        .tensors()
        .forEach(
            (name, t) ->
                assertThat(t.grad().norm().item_double())
                    .as(name)
                    .isCloseTo(norms.get(name).asDouble(), within(1e-4 * total / 10)));
    assertThat(trained.gradient().norm().item_double()).isCloseTo(total, withinPercentage(PERCENT));
  }

  private static double backward(Tensor loss) {
    loss.backward();
    return loss.item_double();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void esd_everyRegion_equals(int region) {
    try (Copies copies = copies(region)) {
      Esd method = (Esd) Esd.defaults().with(Map.of("guidance", 1.5));
      Noisy at = new Noisy(image("x"), T);
      Tensor target = method.target(model.unet(), at, text("c"), text("empty"));
      double loss = backward(Noisy.meanSquare(at.output(copies.denoiser(), text("c")), target));
      assertEqual(golden("esd-" + region), copies.weights(), loss);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void conceptAblation_bothLosses_equal(int based) {
    JsonNode expected = golden("ca-" + based);
    try (Copies copies = copies(2)) {
      double prior = expected.get("priorWeight").asDouble();
      ConceptAblation method =
          (ConceptAblation)
              ConceptAblation.defaults()
                  .with(Map.of("noiseBased", (double) based, "priorWeight", prior));
      double loss =
          backward(method.loss(copies.denoiser(), diffused("anchor"), text("c"), text("anchor")));
      assertEqual(expected, copies.weights(), loss);
    }
  }

  /** The mask of the start, its share of every tensor, and what it leaves of a step's gradient. */
  @Test
  void salUn_lossAndMask_equal() {
    JsonNode expected = golden("salun");
    Tensor mask = saliency(expected);
    try (Copies copies = copies(3)) {
      Denoiser now = copies.denoiser();
      double loss =
          backward(
              SalUn.mismatch(now, diffused("forget").noisy(), text("c"), text("other"))
                  .add(diffused("retain").loss(now, text("kept")), new Scalar(0.1)));
      assertEqual(expected, copies.weights(), loss);
      assertThat(copies.weights().gradient().mul(mask).norm().item_double())
          .isCloseTo(expected.get("masked_gradient").asDouble(), withinPercentage(0.1));
    }
  }

  private Tensor saliency(JsonNode expected) {
    try (Copies start = Copies.of(model, Region.EVERYTHING)) {
      Tensor gradient = start.weights().gradient();
      diffused("forget").loss(start.denoiser(), text("c")).backward();
      Tensor mask = SalUn.mask(gradient, 0.5);
      long at = 0;
      for (Map.Entry<String, Tensor> each : start.weights().tensors().entrySet()) {
        long size = each.getValue().numel();
        assertThat(mask.narrow(0, at, size).sum().item_double())
            .as(each.getKey())
            .isCloseTo(expected.get("counts").get(each.getKey()).asDouble(), within(2.0));
        at += size;
      }
      return mask;
    }
  }

  @Test
  void spm_adaptersOnEveryMap_equal() {
    try (RankOne adapters = RankOne.draw(model, 1)) {
      fill(adapters.weights());
      adapters.weights().gradient();
      Spm method = Spm.defaults();
      Noisy at = new Noisy(image("x"), T);
      UNet start = model.unet();
      Tensor target =
          method.target(
              at.fixed(start, text("other")),
              at.fixed(start, text("c")),
              at.fixed(start, text("empty")));
      Tensor erasing = Noisy.meanSquare(at.output(adapters.denoiser(), text("c")), target);
      Tensor anchoring = Spm.drift(adapters.denoiser(), start, at, text("kept"));
      double loss = backward(erasing.add(anchoring, new Scalar(10.0)));
      assertEqual(golden("spm"), adapters.weights(), loss);
    }
  }

  private static void fill(Weights adapters) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      FormulaWeights.fill(adapters);
      adapters
          .tensors()
          .forEach((name, t) -> t.mul_(new Scalar(name.endsWith(RankOne.UP) ? 0.3 : 1.0)));
    }
  }

  @Test
  void eraseDiff_combination_equals() {
    JsonNode expected = golden("erasediff");
    try (Copies copies = copies(3)) {
      Weights trained = copies.weights();
      DoubleSupplier f = () -> wrong(copies.denoiser());
      double forgetting = f.getAsDouble();
      assertThat(forgetting)
          .isCloseTo(expected.get("forgetting").asDouble(), withinPercentage(PERCENT));
      Tensor ofForgetting = trained.gradient().clone();
      EraseDiff method =
          (EraseDiff) EraseDiff.defaults().with(Map.of("barrier", 100.0, "innerRate", 0.01));
      double q = forgetting - method.optimum(trained, ofForgetting, f);
      assertThat(q).isCloseTo(expected.get("q").asDouble(), withinPercentage(0.05));
      trained.gradient().zero_();
      double loss = backward(diffused("retain").loss(copies.denoiser(), text("kept")));
      assertEqual(expected, trained, loss);
      double weight = method.weight(trained.gradient(), ofForgetting, q);
      assertThat(weight).isPositive();
      assertThat(weight).isCloseTo(expected.get("weight").asDouble(), withinPercentage(0.2));
      trained.gradient().add_(ofForgetting, new Scalar(weight));
      assertThat(trained.gradient().norm().item_double())
          .isCloseTo(expected.get("combined_gradient").asDouble(), withinPercentage(0.2));
    }
  }

  private static double wrong(Denoiser now) {
    return Ground.descend(
        () -> {
          Diffused forget = diffused("forget");
          Tensor output = forget.noisy().output(now, text("c"));
          return EraseDiff.wrongNoise(forget, output, image("wrong"));
        });
  }

  @Test
  void selectiveAmnesia_fisherAndLoss_equal() {
    JsonNode expected = golden("sa");
    try (Copies start = Copies.of(model, Region.EVERYTHING);
        Copies copies = copies(3)) {
      Tensor fisher = fisher(start, expected.get("fisher"));
      Denoiser now = copies.denoiser();
      Tensor replay = SelectiveAmnesia.summed(diffused("replay"), now, text("kept"));
      double loss =
          backward(
              SelectiveAmnesia.summed(diffused("forget"), now, text("c"))
                  .add(replay, new Scalar(0.5)));
      Anchor anchor = new Anchor(start.weights().flat(), fisher);
      double pull = anchor.pull(copies.weights(), 1e-6);
      assertThat(pull).isCloseTo(expected.get("pull").asDouble(), withinPercentage(0.05));
      assertEqual(expected, copies.weights(), loss + pull);
    }
  }

  /** Of both rows of the replayed images, at timesteps 0 and 500 of 1000. */
  private static Tensor fisher(Copies start, JsonNode expected) {
    Tensor gradient = start.weights().gradient();
    Tensor fisher = zeros(gradient.numel());
    for (int row = 0; row < ROWS; row++) {
      gradient.zero_();
      Tensor clean = image("replay").narrow(0, row, 1).repeat(ROWS, 1, 1, 1);
      Tensor states = text("kept").states().narrow(0, row, 1).repeat(ROWS, 1, 1);
      Diffused images = new Diffused(Tiny.SCHEDULE, clean, image("fisher." + row), 0, 500);
      SelectiveAmnesia.summed(images, start.denoiser(), Conditioning.of(states))
          .mul(new Scalar(1000.0))
          .backward();
      SelectiveAmnesia.square(fisher, gradient, ROWS);
    }
    long at = 0;
    for (Map.Entry<String, Tensor> each : start.weights().tensors().entrySet()) {
      long size = each.getValue().numel();
      assertThat(fisher.narrow(0, at, size).sum().item_double())
          .as(each.getKey())
          .isCloseTo(expected.get(each.getKey()).asDouble(), withinPercentage(0.1));
      at += size;
    }
    return fisher;
  }

  @Test
  void advUnlearn_attackAndLoss_equal() {
    JsonNode expected = golden("advunlearn");
    try (ClipText before = encoder();
        ClipText now = encoder()) {
      halfway(now.weights());
      Tensor ids = ids(expected.get("ids"));
      Noisy at = new Noisy(image("x"), T);
      UNet o = model.unet();
      Tensor old = at.fixed(o, Conditioning.of(before.encode(ids).last()));
      Tensor target = at.fixed(o, text("empty")).lerp(old, new Scalar(-1.0));
      Prefix prefix = new Prefix(now, ids);
      Tensor delta =
          Prefix.attacked(
              inputs("delta", ROWS, 1, 12).mul(new Scalar(0.1)),
              new Prefix.Attack(3, 0.05),
              added -> Noisy.meanSquare(at.output(o, prefix.read(added)), old));
      assertDelta(delta, expected.get("delta"));
      now.weights().gradient().zero_();
      Tensor retain = Noisy.meanSquare(at.output(o, Conditioning.of(now.encode(ids).last())), old);
      double loss =
          backward(
              Noisy.meanSquare(at.output(o, prefix.read(delta)), target)
                  .add(retain, new Scalar(0.3)));
      assertEqual(expected, now.weights(), loss);
    }
  }

  private static void assertDelta(Tensor got, JsonNode expected) {
    float[] values = Captioned.floats(got);
    assertThat(expected).hasSize(values.length);
    IntStream.range(0, values.length)
        .forEach(
            i ->
                assertThat((double) values[i]).isCloseTo(expected.get(i).asDouble(), within(1e-5)));
  }

  private ClipText encoder() {
    Path file = folder.resolve("text.json");
    JsonFile.write(file, GOLDEN.get("text_config"));
    ClipTextConfig config = ClipTextConfig.read(file);
    Weights weights = Weights.allocate(config.tensors());
    FormulaWeights.fill(weights);
    weights.gradient();
    return new ClipText(config, weights);
  }

  private static Tensor ids(JsonNode rows) {
    long[] all =
        StreamSupport.stream(rows.spliterator(), false)
            .flatMap(row -> StreamSupport.stream(row.spliterator(), false))
            .mapToLong(JsonNode::asLong)
            .toArray();
    return tensor(all).view(rows.size(), -1);
  }
}
