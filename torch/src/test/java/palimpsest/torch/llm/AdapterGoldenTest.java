package palimpsest.torch.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Against Hugging Face PEFT, which has loaded the folder testkit/golden/lora/adapter: what is
 * written here is that folder, and what it makes of the model is what PEFT makes of it.
 */
class AdapterGoldenTest {
  private static final Path GOLDEN = Path.of("../testkit/golden/lora");
  private static final double SPREAD = 0.618033988749895;
  private static final Trained.LowRank HOW =
      new Trained.LowRank(2, 3, Trained.LowRank.DEFAULT.targets());

  private Llama model;
  private Adapter adapter;

  @BeforeEach
  void open() {
    model = LlamaGoldenTest.load(Path.of("../testkit/golden/llama/gqa-tied"));
    adapter = HOW.over(model, 7).orElseThrow();
    adapter
        .weights()
        .tensors()
        .forEach(
            (name, t) -> {
              if (name.endsWith("lora_B.weight")) { // which begins at 0, and then nothing changes
                spread(t);
              }
            });
  }

  @AfterEach
  void close() {
    adapter.close();
    model.close();
  }

  private static void spread(Tensor t) {
    float[] values = new float[(int) t.numel()];
    for (int i = 0; i < values.length; i++) {
      double turn = SPREAD * (i + 1);
      values[i] = (float) (0.2 * (turn - Math.floor(turn)) - 0.1);
    }
    try (FloatPointer to = new FloatPointer(t.data_ptr_float())) {
      to.put(values);
    }
  }

  @Test
  void write_adapter_isTheFolderThatPeftLoaded(@TempDir Path folder) {
    AdapterFolder.write(folder, adapter, HOW);
    for (String name : List.of("adapter_model.safetensors", "adapter_config.json")) {
      assertThat(folder.resolve(name))
          .hasSameBinaryContentAs(GOLDEN.resolve("adapter").resolve(name));
    }
  }

  @Test
  void logits_laidOver_equalPeft() throws IOException {
    assertEqual(model.with(adapter));
  }

  @Test
  void logits_merged_equalPeft() throws IOException {
    adapter.mergeInto(model.weights());
    assertEqual(model);
  }

  private static void assertEqual(Llama got) throws IOException {
    JsonNode expected = new ObjectMapper().readTree(GOLDEN.resolve("expected.json").toFile());
    JsonNode ids = expected.get("input_ids");
    long[] input = IntStream.range(0, ids.size()).mapToLong(i -> ids.get(i).asLong()).toArray();
    assertThat(expected.get("change_norm").asDouble()).isGreaterThan(1);
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor z = got.logits(input, 1, input.length).contiguous(); // (1, T, V)
      assertThat(z.norm().item_double())
          .isCloseTo(expected.get("logits_norm").asDouble(), within(1e-3));
      FloatPointer all = z.data_ptr_float();
      for (int p = 0; p < expected.get("positions").size(); p++) {
        JsonNode logits = expected.get("logits").get(p);
        int from = expected.get("positions").get(p).asInt() * logits.size();
        for (int v = 0; v < logits.size(); v++) {
          assertThat((double) all.get(from + v)).isCloseTo(logits.get(v).asDouble(), within(1e-4));
        }
      }
    }
  }
}
