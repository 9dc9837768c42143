package palimpsest.torch.diffusion.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.OptionalInt;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.diffusion.text.ClipTextConfig.Activation;

class InitialClipTextTest {
  private static final ClipTextConfig CONFIG =
      new ClipTextConfig(
          500, 64, 256, 2, 4, 77, Activation.GELU, 1e-5, OptionalInt.of(64), 499, Dtype.F32, "{}");

  /** By hand, E = 64, L = 2: 1/8; with depth 1/8 / 2 = 1/16; the MLP's first 1/8 / √2. */
  @Test
  void draw_deviations_areThoseOfClip() {
    String layer = "text_model.encoder.layers.1.";
    try (Weights weights = InitialClipText.draw(CONFIG, 3)) {
      assertDeviation(weights, "text_model.embeddings.token_embedding.weight", 0.02);
      assertDeviation(weights, "text_model.embeddings.position_embedding.weight", 0.02);
      assertDeviation(weights, layer + "self_attn.k_proj.weight", 1.0 / 16);
      assertDeviation(weights, layer + "self_attn.out_proj.weight", 1.0 / 8);
      assertDeviation(weights, layer + "mlp.fc1.weight", 1 / (8 * Math.sqrt(2)));
      assertDeviation(weights, layer + "mlp.fc2.weight", 1.0 / 16);
      assertDeviation(weights, "text_projection.weight", 1.0 / 8);
      assertSum(weights, layer + "layer_norm2.weight", 64);
      assertSum(weights, layer + "layer_norm2.bias", 0);
      assertSum(weights, layer + "mlp.fc1.bias", 0);
    }
  }

  /** The deviation of 4000 draws or more is known to within 2 percent or so. */
  private static void assertDeviation(Weights weights, String name, double wanted) {
    try (PointerScope scope = new PointerScope()) {
      Tensor t = weights.tensor(name).detach();
      double meanSquare = t.mul(t).mean().item_double();
      assertThat(Math.sqrt(meanSquare)).as(name).isCloseTo(wanted, within(0.04 * wanted));
      assertThat(t.mean().item_double()).isCloseTo(0, within(0.1 * wanted));
    }
  }

  private static void assertSum(Weights weights, String name, double wanted) {
    try (PointerScope scope = new PointerScope()) {
      assertThat(weights.tensor(name).detach().sum().item_double()).as(name).isEqualTo(wanted);
    }
  }

  @Test
  void draw_seed_settlesAll() {
    try (Weights one = InitialClipText.draw(CONFIG, 3);
        Weights same = InitialClipText.draw(CONFIG, 3);
        Weights other = InitialClipText.draw(CONFIG, 4)) {
      assertThat(one.digest()).isEqualTo(same.digest()).isNotEqualTo(other.digest());
    }
  }
}
