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
import java.util.stream.StreamSupport;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.testkit.FormulaWeights;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.JsonFile;
import palimpsest.torch.diffusion.Conditioning;
import palimpsest.torch.diffusion.schedule.Ddim;
import palimpsest.torch.diffusion.text.ClipText;
import palimpsest.torch.diffusion.text.ClipTextConfig;
import palimpsest.torch.diffusion.unet.UNet;
import palimpsest.torch.diffusion.unet.UNetConfig;

/**
 * testkit/golden/diffusion/descent/descent.json, and the model and inputs that its script makes.
 */
final class GoldenRig implements AutoCloseable {
  private static final JsonNode GOLDEN =
      JsonFile.read(Path.of("../testkit/golden/diffusion/descent/descent.json"));
  static final double PERCENT = 0.01; // 1e-4 relative
  static final int[] T = {37, 640};
  static final int ROWS = 2;

  final ImageModel model;
  private final Path folder;

  /** The start; configurations pass through the folder. */
  GoldenRig(Path folder) {
    this.folder = folder;
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

  static JsonNode golden(String name) {
    return StreamSupport.stream(GOLDEN.get("cases").spliterator(), false)
        .filter(each -> each.get("name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  Copies copies(int region) {
    Copies copies = Copies.of(model, Region.of(region));
    copies.weights().gradient();
    halfway(copies.weights());
    return copies;
  }

  /** Half what it is and half what follows from "now." and the name. */
  static void halfway(Weights weights) {
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

  static Tensor inputs(String name, long... shape) {
    float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    for (int k = 0; k < values.length; k++) {
      values[k] = (float) (Math.sqrt(12) * (FormulaWeights.uniform(name, k) - 0.5));
    }
    return tensor(values).view(shape);
  }

  static Tensor image(String name) {
    return inputs(name, ROWS, 3, 8, 8);
  }

  static Conditioning text(String name) {
    return Conditioning.of(inputs("text." + name, ROWS, 5, 12));
  }

  static Diffused diffused(String name) {
    return new Diffused(Tiny.SCHEDULE, image(name), image(name + ".noise"), T);
  }

  static void assertEqual(JsonNode expected, Weights trained, double loss) {
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

  static double backward(Tensor loss) {
    loss.backward();
    return loss.item_double();
  }

  ClipText encoder() {
    Path file = folder.resolve("text.json");
    JsonFile.write(file, GOLDEN.get("text_config"));
    ClipTextConfig config = ClipTextConfig.read(file);
    Weights weights = Weights.allocate(config.tensors());
    FormulaWeights.fill(weights);
    weights.gradient();
    return new ClipText(config, weights);
  }

  @Override
  public void close() {
    model.unet().close();
  }
}
