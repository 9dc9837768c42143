package palimpsest.torch.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.LlamaConfig;

class InitialWeightsTest {
  private static final LlamaConfig CONFIG = LlamaConfig.plain(500, 32, 64, 2, 4, 2, 64, true);

  @Test
  void draw_sameSeed_sameDigestOtherSeedAnother() {
    try (Weights a = InitialWeights.draw(CONFIG, 1);
        Weights b = InitialWeights.draw(CONFIG, 1);
        Weights c = InitialWeights.draw(CONFIG, 2)) {
      assertThat(a.digest()).isEqualTo(b.digest()).isNotEqualTo(c.digest());
    }
  }

  /**
   * Of n draws from N(0, 0.02²) the mean has deviation 0.02 / √n and the standard deviation about
   * 0.02 / √(2n): with n = 16000 within five of these, 8e-4 and 6e-4.
   */
  @Test
  void draw_embedding_hasMeanAndDeviationOfItsDistribution() {
    try (Weights weights = InitialWeights.draw(CONFIG, 3)) {
      float[] values = values(weights, "model.embed_tokens.weight");
      double sum = 0;
      double squares = 0;
      for (float v : values) {
        sum += v;
        squares += (double) v * v;
      }
      double mean = sum / values.length;
      assertThat(values).hasSize(16_000);
      assertThat(mean).isCloseTo(0, within(8e-4));
      assertThat(Math.sqrt(squares / values.length - mean * mean)).isCloseTo(0.02, within(6e-4));
    }
  }

  @Test
  void draw_tensorsOfOneShape_differAndNormsAreOne() {
    try (Weights weights = InitialWeights.draw(CONFIG, 3)) {
      assertThat(values(weights, "model.layers.0.mlp.up_proj.weight"))
          .isNotEqualTo(values(weights, "model.layers.1.mlp.up_proj.weight"))
          .isNotEqualTo(values(weights, "model.layers.0.mlp.gate_proj.weight"));
      assertThat(values(weights, "model.norm.weight")).containsOnly(1f);
    }
  }

  private static float[] values(Weights weights, String name) {
    float[] values = new float[(int) weights.tensor(name).numel()];
    try (PointerScope scope = new PointerScope()) {
      new FloatPointer(weights.tensor(name).data_ptr_float()).get(values);
    }
    return values;
  }
}
