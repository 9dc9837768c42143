package palimpsest.torch.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.pytorch.global.torch.empty;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
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

  /**
   * More than a block of draws from ±0.5: variance 1/12, whose estimate from n = 70000 has
   * deviation √(1/180n) = 2.8e-4, and mean 0 with √(1/12n) = 1.1e-3; within five of these.
   */
  @Test
  void uniform_manyDraws_haveMeanAndVarianceOfTheirDistribution() {
    float[] values = uniform("a", 3);
    double sum = 0;
    double squares = 0;
    for (float v : values) {
      assertThat(Math.abs(v)).isLessThanOrEqualTo(0.5f);
      sum += v;
      squares += (double) v * v;
    }
    assertThat(sum / values.length).isCloseTo(0, within(5.5e-3));
    assertThat(squares / values.length).isCloseTo(1 / 12.0, within(1.4e-3));
    assertThat(values)
        .isEqualTo(uniform("a", 3))
        .isNotEqualTo(uniform("a", 4))
        .isNotEqualTo(uniform("b", 3));
    assertThat(values[65_536]).isNotEqualTo(values[0]);
  }

  private static float[] uniform(String name, long seed) {
    float[] values = new float[70_000];
    try (PointerScope scope = new PointerScope()) {
      Tensor t = empty(values.length);
      InitialWeights.uniform(t, 0.5, name, seed);
      new FloatPointer(t.data_ptr_float()).get(values);
    }
    return values;
  }

  private static float[] values(Weights weights, String name) {
    float[] values = new float[(int) weights.tensor(name).numel()];
    try (PointerScope scope = new PointerScope()) {
      new FloatPointer(weights.tensor(name).data_ptr_float()).get(values);
    }
    return values;
  }
}
