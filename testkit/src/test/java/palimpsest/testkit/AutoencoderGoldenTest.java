package palimpsest.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.vae.Autoencoder;
import palimpsest.torch.diffusion.vae.AutoencoderConfig;
import palimpsest.torch.diffusion.vae.Gaussian;

/** Against diffusers' AutoencoderKL in testkit/golden/diffusion/vae. */
@ExtendWith(LeakCheck.class)
class AutoencoderGoldenTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"sd", "bare"})
  void tensors_tinyModels_areThoseOfDiffusers(String name) throws IOException {
    JsonNode golden = Golden.read("vae/" + name + ".json");
    AutoencoderConfig config = AutoencoderConfig.read(Golden.config(golden, folder));
    assertThat(config.tensors()).containsExactlyInAnyOrderEntriesOf(Golden.tensors(golden));
  }

  @ParameterizedTest
  @ValueSource(strings = {"sd", "bare"})
  void encode_imagesOfAnySize_equalsDiffusers(String name) throws IOException {
    JsonNode golden = Golden.read("vae/" + name + ".json");
    try (Autoencoder model = model(golden)) {
      for (JsonNode each : golden.get("cases")) {
        try (PointerScope scope = new PointerScope()) {
          Tensor image = image(each).set_requires_grad(true);
          Gaussian found = model.encode(image);
          long[] shape = Golden.longs(each.get("latent_shape"));
          assertThat(found.mean().sizes().vec().get()).isEqualTo(shape);
          assertThat(Golden.worst(found.mean(), each.get("mean"))).isLessThan(1e-4);
          assertThat(Golden.worst(found.logVariance(), each.get("logvar"))).isLessThan(1e-4);
          Tensor sample = found.sample(Golden.input("noise", shape));
          assertThat(Golden.worst(sample, each.get("sample"))).isLessThan(1e-4);
          Tensor means = found.mean().mul(Golden.input("probe-mean", shape));
          Tensor spreads = found.logVariance().mul(Golden.input("probe-logvar", shape));
          means.add(spreads).sum().backward();
          assertThat(Golden.worst(image.grad(), each.get("gradient_image"))).isLessThan(1e-4);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sd", "bare"})
  void decode_latents_equalsDiffusers(String name) throws IOException {
    JsonNode golden = Golden.read("vae/" + name + ".json");
    try (Autoencoder model = model(golden)) {
      for (JsonNode each : golden.get("cases")) {
        try (PointerScope scope = new PointerScope()) {
          long[] latent = Golden.longs(each.get("latent_shape"));
          Tensor z = Golden.input("latent", latent).set_requires_grad(true);
          Tensor decoded = model.decode(z);
          long[] shape = Golden.longs(each.get("decoded_shape"));
          assertThat(decoded.sizes().vec().get()).isEqualTo(shape);
          assertThat(Golden.worst(decoded, each.get("decoded"))).isLessThan(1e-4);
          decoded.mul(Golden.input("probe-image", shape)).sum().backward();
          assertThat(Golden.worst(z.grad(), each.get("gradient_latent"))).isLessThan(1e-4);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sd", "bare"})
  void bothWays_nothingRecorded_equalsDiffusers(String name) throws IOException {
    JsonNode golden = Golden.read("vae/" + name + ".json");
    JsonNode each = golden.get("cases").get(0);
    try (Autoencoder model = model(golden);
        PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      assertThat(Golden.worst(model.encode(image(each)).mean(), each.get("mean"))).isLessThan(1e-4);
      Tensor z = Golden.input("latent", Golden.longs(each.get("latent_shape")));
      assertThat(Golden.worst(model.decode(z), each.get("decoded"))).isLessThan(1e-4);
    }
  }

  private static Tensor image(JsonNode each) {
    return Golden.input("image", 2, 3, each.get("height").asLong(), each.get("width").asLong());
  }

  private Autoencoder model(JsonNode golden) throws IOException {
    AutoencoderConfig config = AutoencoderConfig.read(Golden.config(golden, folder));
    Weights weights = Weights.allocate(config.tensors());
    FormulaWeights.fill(weights);
    return new Autoencoder(config, weights);
  }
}
