package palimpsest.torch.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import palimpsest.api.Diverged;
import palimpsest.torch.checkpoint.LlamaConfig;

/** By hand, and against bitsandbytes in testkit/golden/quantization. */
class Nf4Test {
  private static final Path GOLDEN = Path.of("../testkit/golden/quantization/nf4.json");

  /**
   * A block whose largest is -2: 0.1 scales to 0.05, past the midpoint 0.0398 of 0 and 0.0796; 0.07
   * scales to 0.035, before it; 1.9 to 0.95, past the midpoint 0.8615 of 0.7230 and 1.
   */
  @Test
  void round_byHand_takesTheNearestCodeTimesTheLargest() {
    float[] values = {-2, 0.1f, 0.07f, 1.9f, 0};
    Nf4.round(values);

    assertThat(values).containsExactly(-2, 2 * Nf4.CODE[8], 0, 2, 0);
  }

  /** 64 values of one size and one of another: two blocks, each with a scale of its own. */
  @Test
  void round_65Values_areTwoBlocks() {
    float[] values = new float[65];
    Arrays.fill(values, 3);
    values[64] = -0.001f;
    Nf4.round(values);

    assertThat(values[0]).isEqualTo(3);
    assertThat(values[64]).isEqualTo(-0.001f);
  }

  @Test
  void nearest_ofEveryCode_isItself_andOfAMidpointTheLower() {
    for (int i = 0; i < Nf4.CODE.length; i++) {
      assertThat(Nf4.nearest(Nf4.CODE[i])).isEqualTo(Nf4.CODE[i]);
    }
    assertThat(Nf4.nearest(-2)).isEqualTo(-1);
    assertThat(Nf4.nearest((Nf4.CODE[14] + 1) / 2)).isEqualTo(Nf4.CODE[14]);
  }

  @Test
  void round_valueNotFinite_isRefused() {
    float[] values = {1, Float.NaN};

    assertThatThrownBy(() -> Nf4.round(values))
        .isInstanceOf(Diverged.class)
        .hasMessageContaining("weight 1 is NaN");
  }

  @Test
  void code_isTheOneDerivedFromQuantiles() throws IOException {
    JsonNode golden = golden();

    assertThat(Nf4.CODE).containsExactly(floats(golden.get("codebook")));
    assertThat(Nf4.CODE).containsExactly(floats(golden.get("derived")), within(1e-6f));
  }

  @Test
  void round_matrices_equalBitsAndBytes() throws IOException {
    JsonNode cases = golden().get("cases");
    assertThat(cases).hasSize(4);
    for (JsonNode c : cases) {
      float[] values = floats(c.get("values"));
      Nf4.round(values);

      assertThat(values)
          .as(c.get("name").asText())
          .containsExactly(floats(c.get("quantized")), within(1e-6f));
    }
  }

  /** Only the decoder's matrices: at most 16 values per block of them, all else as it was. */
  @Test
  void round_model_leavesEmbeddingAndGainsAsTheyAre() {
    LlamaConfig config =
        LlamaConfig.plain(300, 16, 32, 2, 4, 2, 128, true)
            .withTokens(OptionalInt.of(0), List.of(1), OptionalInt.of(2));
    try (Llama model = new Llama(config, InitialWeights.draw(config, 3));
        Llama before = model.copy()) {
      Nf4.round(model);

      model
          .weights()
          .tensors()
          .forEach(
              (name, tensor) -> {
                float[] now = values(tensor);
                boolean rounded = name.matches(".*layers.*proj.weight");
                assertThat(Arrays.equals(now, values(before.weights().tensor(name))))
                    .as(name)
                    .isEqualTo(!rounded);
                if (rounded) {
                  float[] block = Arrays.copyOf(now, Nf4.BLOCK);
                  Arrays.sort(block);
                  long distinct = 1;
                  for (int i = 1; i < block.length; i++) {
                    distinct += block[i] == block[i - 1] ? 0 : 1;
                  }
                  assertThat(distinct).isLessThanOrEqualTo(16);
                }
              });
    }
  }

  private static float[] values(Tensor tensor) {
    float[] values = new float[(int) tensor.numel()];
    try (PointerScope scope = new PointerScope()) {
      new FloatPointer(tensor.data_ptr_float()).get(values);
    }
    return values;
  }

  private static JsonNode golden() throws IOException {
    return new ObjectMapper().readTree(GOLDEN.toFile());
  }

  private static float[] floats(JsonNode node) {
    float[] values = new float[node.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) node.get(i).asDouble();
    }
    return values;
  }
}
