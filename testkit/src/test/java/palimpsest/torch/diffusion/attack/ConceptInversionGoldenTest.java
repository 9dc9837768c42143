package palimpsest.torch.diffusion.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.pytorch.global.torch.zeros;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.testkit.FormulaWeights;
import palimpsest.testkit.LeakCheck;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.JsonFile;
import palimpsest.torch.diffusion.schedule.Betas;
import palimpsest.torch.diffusion.schedule.Ddim;
import palimpsest.torch.diffusion.schedule.NoiseSchedule;
import palimpsest.torch.diffusion.schedule.Prediction;
import palimpsest.torch.diffusion.text.ClipText;
import palimpsest.torch.diffusion.text.ClipTextConfig;
import palimpsest.torch.diffusion.text.ClipTokenizer;
import palimpsest.torch.diffusion.train.Pictures;
import palimpsest.torch.diffusion.unet.UNet;
import palimpsest.torch.diffusion.unet.UNetConfig;

/**
 * Against diffusers and transformers, in testkit/golden/diffusion/attack/inversion.json: a text
 * encoder, a U-Net and a schedule together, differentiated by two placeholder embeddings.
 */
@ExtendWith(LeakCheck.class)
class ConceptInversionGoldenTest {
  private static final Path GOLDEN = Path.of("golden/diffusion/attack/inversion.json");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"epsilon", "v_prediction"})
  void gradient_byPlaceholders_equalsDiffusers(String prediction) {
    JsonNode golden = JsonFile.read(GOLDEN);
    JsonNode wanted = golden.get("cases").get(prediction.equals("epsilon") ? 0 : 1);
    assertThat(wanted.get("prediction").asText()).isEqualTo(prediction);
    try (ClipTokenizer any = ClipTokenizer.train(List.of("a"), 514, 7);
        ClipText text = text(golden);
        UNet unet = unet(golden);
        PointerScope scope = new PointerScope()) {
      Prediction kind = prediction.equals("epsilon") ? Prediction.EPSILON : Prediction.VELOCITY;
      Drawing drawing = new Drawing(Ddim.pixels(new NoiseSchedule(Betas.ddpm(), kind)), 1, 1, 8);
      Victim victim = new Victim(unet, text, any, drawing, Optional.empty());
      Tensor added = zeros(2, 16);
      FormulaWeights.fill("added", added);
      added.set_requires_grad(true);
      Tensor states = victim.read(text.embed(ids(wanted), added)).states();
      List<Integer> times = new ArrayList<>();
      wanted.get("timesteps").forEach(t -> times.add(t.asInt()));
      Noised noised = new Noised(List.of(), times, 0, 0);
      Tensor loss = noised.loss(victim, states, input("clean"), input("noise"));
      loss.backward();
      assertThat(loss.item_double()).isCloseTo(wanted.get("loss").asDouble(), within(1e-5));
      FloatPointer gradient = added.grad().contiguous().data_ptr_float();
      assertThat(wanted.get("gradient").size()).isEqualTo(32);
      for (int i = 0; i < 32; i++) {
        double value = wanted.get("gradient").get(i).asDouble();
        assertThat((double) gradient.get(i)).isCloseTo(value, within(2e-6));
      }
    }
  }

  private ClipText text(JsonNode golden) {
    Path file = folder.resolve("text.json");
    JsonFile.write(file, golden.get("text_config"));
    ClipTextConfig config = ClipTextConfig.read(file);
    return new ClipText(config, filled(Weights.allocate(config.tensors())));
  }

  private UNet unet(JsonNode golden) {
    Path file = folder.resolve("unet.json");
    JsonFile.write(file, golden.get("unet_config"));
    UNetConfig config = UNetConfig.read(file);
    return new UNet(config, filled(Weights.allocate(config.tensors())));
  }

  private static Weights filled(Weights weights) {
    FormulaWeights.fill(weights);
    return weights;
  }

  private static Tensor ids(JsonNode wanted) {
    List<int[]> rows = new ArrayList<>();
    for (JsonNode row : wanted.get("ids")) {
      int[] ids = new int[row.size()];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = row.get(i).asInt();
      }
      rows.add(ids);
    }
    return Pictures.ids(rows);
  }

  /** What formula.inputs gives in Python, (3, 3, 8, 8). */
  private static Tensor input(String name) {
    float[] values = new float[3 * 3 * 8 * 8];
    for (int k = 0; k < values.length; k++) {
      values[k] = (float) (Math.sqrt(12) * (FormulaWeights.uniform(name, k) - 0.5));
    }
    return torch.tensor(values).view(3, 3, 8, 8);
  }
}
