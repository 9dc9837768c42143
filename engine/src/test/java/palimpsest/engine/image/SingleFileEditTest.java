package palimpsest.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.InvalidRequest;
import palimpsest.engine.Console;
import palimpsest.methods.diffusion.Uce;
import palimpsest.testkit.FormulaWeights;
import palimpsest.testkit.LeakCheck;
import palimpsest.testkit.TinyDiffusion;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.checkpoint.JsonFile;
import palimpsest.torch.checkpoint.Safetensors;

/** A model in one file, its names those of the original code, its tokenizer from elsewhere. */
@ExtendWith(LeakCheck.class)
class SingleFileEditTest {
  private static final Path NAMES = Path.of("../testkit/golden/diffusion/checkpoint/names.json");
  private static final String TEXT = "cond_stage_model.transformer.text_model.embeddings.";
  private static final ImageEdit EDIT =
      new ImageEdit(
          Uce.defaults(), List.of(new Replacement("van gogh", "a painting")), List.of("a dog"));

  @TempDir Path folder;
  private Path file;
  private Path tokenizer;

  @BeforeEach
  void write() {
    tokenizer = TinyDiffusion.SD1.write(folder.resolve("sd"), Dtype.F32).resolve("tokenizer");
    file = folder.resolve("sd.safetensors");
    Map<String, List<Long>> shapes = shapes();
    shapes.put(TEXT + "token_embedding.weight", List.of(600L, 12L));
    shapes.put(TEXT + "position_embedding.weight", List.of(40L, 12L));
    shapes.put("model_ema.diffusion_modelinput_blocks00weight", List.of(3L, 4L));
    try (Weights weights = Weights.allocate(shapes)) {
      FormulaWeights.fill(weights);
      Safetensors.write(file, weights.tensors(), Dtype.F16);
    }
  }

  /** Those of the tiny model, its U-Net four times as wide: its 32 groups are not in the file. */
  private static Map<String, List<Long>> shapes() {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    JsonNode tiny = JsonFile.read(NAMES).get("pipelines").get(0).get("file");
    for (Map.Entry<String, JsonNode> each : tiny.properties()) {
      List<Long> shape = new ArrayList<>();
      boolean unet = each.getKey().startsWith("model.diffusion_model.");
      each.getValue().forEach(n -> shape.add(n.asLong() * (unet && n.asLong() % 8 == 0 ? 4 : 1)));
      shapes.put(each.getKey(), shape);
    }
    return shapes;
  }

  @Test
  void apply_singleFile_isTakenBackToTheLastByte() throws IOException {
    Path out = folder.resolve("out");

    ImageEdited done =
        new EditingImages(file, List.of(tokenizer), false, Console.SILENT).apply(EDIT, out);

    assertThat(done.changed().model()).contains("model.safetensors");
    assertThat(done.notShown().get(0)).contains("model_ema");
    Path edited = out.resolve("model.safetensors");
    assertThat(edited).hasSize(Files.size(file));
    assertThat(Files.mismatch(edited, file)).isNotNegative();
    Path back = folder.resolve("back.safetensors");
    new Patching(edited, out.resolve(EditingImages.PATCH), Console.SILENT).revert(back);
    assertThat(Files.mismatch(back, file)).isNegative();
  }

  @Test
  void apply_singleFileWithoutTokenizer_isRefused() {
    EditingImages editing = new EditingImages(file, List.of(), false, Console.SILENT);
    assertThatThrownBy(() -> editing.apply(EDIT, folder.resolve("out")))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("give --tokenizer FOLDER");
    assertThat(folder.resolve("out")).doesNotExist();
  }
}
