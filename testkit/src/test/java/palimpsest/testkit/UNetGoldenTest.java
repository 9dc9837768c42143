package palimpsest.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.pytorch.global.torch.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.Conditioning;
import palimpsest.torch.diffusion.unet.UNet;
import palimpsest.torch.diffusion.unet.UNetConfig;

/** Against diffusers' UNet2DConditionModel in testkit/golden/diffusion/unet. */
@ExtendWith(LeakCheck.class)
class UNetGoldenTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"sd1", "sd2", "sdxl"})
  void tensors_tinyModels_areThoseOfDiffusers(String name) throws IOException {
    JsonNode golden = Golden.read("unet/" + name + ".json");
    UNetConfig config = UNetConfig.read(Golden.config(golden, folder));
    assertThat(config.tensors()).containsExactlyInAnyOrderEntriesOf(Golden.tensors(golden));
  }

  @ParameterizedTest
  @ValueSource(strings = {"sd1", "sd2", "sdxl"})
  void predict_withAndWithoutRecording_equalsDiffusers(String name) throws IOException {
    JsonNode golden = Golden.read("unet/" + name + ".json");
    try (UNet model = model(golden)) {
      for (JsonNode each : golden.get("cases")) {
        try (PointerScope scope = new PointerScope()) {
          Inputs inputs = Inputs.of(each, model.config());
          assertThat(Golden.worst(inputs.predict(model), each.get("output"))).isLessThan(1e-4);
          try (AutoGradMode off = new AutoGradMode(false)) {
            assertThat(Golden.worst(inputs.predict(model), each.get("output"))).isLessThan(1e-4);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sd1", "sd2", "sdxl"})
  void backward_weighedSum_equalsDiffusers(String name) throws IOException {
    JsonNode golden = Golden.read("unet/" + name + ".json");
    for (JsonNode each : golden.get("cases")) {
      try (UNet model = model(golden);
          PointerScope scope = new PointerScope()) {
        model.weights().gradient();
        Inputs inputs = Inputs.of(each, model.config());
        Tensor y = inputs.predict(model);
        y.mul(Golden.input("probe", y.sizes().vec().get())).sum().backward();
        assertThat(Golden.worst(inputs.x.grad(), each.get("gradient_x"))).isLessThan(1e-4);
        Tensor states = inputs.text.states().grad();
        assertThat(Golden.worst(states, each.get("gradient_text"))).isLessThan(1e-4);
        if (inputs.text.added().isPresent()) {
          Tensor pooled = inputs.text.added().get().pooled().grad();
          assertThat(Golden.worst(pooled, each.get("gradient_pooled"))).isLessThan(1e-4);
        }
        requireNorms(model.weights(), each.get("gradient_norms"));
      }
    }
  }

  private static void requireNorms(Weights weights, JsonNode norms) {
    assertThat(norms.size()).isEqualTo(weights.tensors().size());
    norms
        .properties()
        .forEach(
            e -> {
              double wanted = e.getValue().asDouble();
              double norm = weights.tensor(e.getKey()).grad().norm().item_float();
              assertThat(norm).as(e.getKey()).isCloseTo(wanted, within(1e-4 * (1 + wanted)));
            });
  }

  private UNet model(JsonNode golden) throws IOException {
    UNetConfig config = UNetConfig.read(Golden.config(golden, folder));
    Weights weights = Weights.allocate(config.tensors());
    FormulaWeights.fill(weights);
    return new UNet(config, weights);
  }

  /** What a case is given; all of it records gradients. */
  private record Inputs(Tensor x, Tensor timesteps, Conditioning text) {

    static Inputs of(JsonNode each, UNetConfig config) {
      float[] timesteps = Golden.floats(each.get("timesteps"));
      int rows = timesteps.length;
      long height = each.get("height").asLong();
      long width = each.get("width").asLong();
      Tensor x = recorded(Golden.input("x", rows, config.inChannels(), height, width));
      Tensor states =
          recorded(Golden.input("text", rows, each.get("tokens").asLong(), config.textWidth()));
      Optional<Conditioning.Added> added = config.added().map(more -> added(each, rows, more));
      return new Inputs(x, tensor(timesteps), new Conditioning(states, added));
    }

    private static Conditioning.Added added(JsonNode each, int rows, UNetConfig.AddedText more) {
      List<JsonNode> ids = each.get("time_ids").valueStream().toList();
      float[] flat = new float[6 * rows];
      for (int i = 0; i < rows; i++) {
        System.arraycopy(Golden.floats(ids.get(i)), 0, flat, 6 * i, 6);
      }
      long pooled = more.inputWidth() - 6L * more.timeWidth();
      return new Conditioning.Added(
          recorded(Golden.input("pooled", rows, pooled)), tensor(flat).view(rows, 6));
    }

    private static Tensor recorded(Tensor tensor) {
      return tensor.set_requires_grad(true);
    }

    Tensor predict(UNet model) {
      return model.predict(x, timesteps, text);
    }
  }
}
