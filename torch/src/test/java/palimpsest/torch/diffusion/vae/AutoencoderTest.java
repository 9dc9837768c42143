package palimpsest.torch.diffusion.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.pytorch.global.torch.tensor;
import static org.bytedeco.pytorch.global.torch.zeros;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.Weights;

class AutoencoderTest {
  private static final AutoencoderConfig CONFIG =
      new AutoencoderConfig(8, 3, 3, 2, List.of(4, 8), 1, 2, 2, 0.5, true, true, "{}");

  private static Autoencoder zero() {
    Weights weights = Weights.allocate(CONFIG.tensors());
    weights.recordGradients(false);
    weights.flat().zero_();
    return new Autoencoder(CONFIG, weights);
  }

  private static double first(Tensor t) {
    return t.contiguous().data_ptr_float().get(0);
  }

  /** Mean 1, variance 4, so deviation 2; noise 0.5: 1 + 2 · 0.5 = 2. */
  @Test
  void sample_givenNoise_isByHand() {
    try (PointerScope scope = new PointerScope()) {
      Gaussian gaussian =
          new Gaussian(tensor(new float[] {1}), tensor(new float[] {(float) Math.log(4)}));
      assertThat(first(gaussian.sample(tensor(new float[] {0.5f})))).isCloseTo(2, within(1e-6));
    }
  }

  /** (3 - 0.5) · 2 = 5 and back. */
  @Test
  void scaled_andBack_isByHand() {
    try (Autoencoder model = zero();
        PointerScope scope = new PointerScope()) {
      Tensor z = tensor(new float[] {3});
      assertThat(first(model.scaled(z))).isCloseTo(5, within(1e-6));
      assertThat(first(model.unscaled(model.scaled(z)))).isCloseTo(3, within(1e-6));
    }
  }

  /** All weights zero, so the last bias is all there is: 100 and -100 are cut to 20 and -30. */
  @Test
  void encode_wildVariance_isCut() {
    try (Autoencoder model = zero();
        PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor bias = model.weights().tensor("quant_conv.bias");
      bias.copy_(tensor(new float[] {7, 8, 100, -100}));
      Gaussian found = model.encode(zeros(1, 3, 8, 8));
      assertThat(found.mean().sizes().vec().get()).containsExactly(1, 2, 4, 4);
      assertThat(first(found.mean())).isEqualTo(7);
      assertThat(first(found.logVariance())).isEqualTo(20);
      assertThat(first(found.logVariance().select(1, 1))).isEqualTo(-30);
    }
  }

  @Test
  void bothWays_misfit_isRefused() {
    try (Autoencoder model = zero();
        PointerScope scope = new PointerScope()) {
      assertThatThrownBy(() -> model.encode(zeros(1, 4, 8, 8))).isInstanceOf(InvalidRequest.class);
      assertThatThrownBy(() -> model.decode(zeros(1, 3, 8, 8)))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("(B, 2, H, W)");
    }
  }

  @Test
  void legacyNames_oldAndNew_areTodays() {
    assertThat(
            List.of(
                LegacyNames.current("encoder.mid_block.attentions.0.query.weight"),
                LegacyNames.current("decoder.mid_block.attentions.0.key.bias"),
                LegacyNames.current("decoder.mid_block.attentions.0.value.weight"),
                LegacyNames.current("decoder.mid_block.attentions.0.proj_attn.bias")))
        .containsExactly(
            "encoder.mid_block.attentions.0.to_q.weight",
            "decoder.mid_block.attentions.0.to_k.bias",
            "decoder.mid_block.attentions.0.to_v.weight",
            "decoder.mid_block.attentions.0.to_out.0.bias");
    CONFIG.tensors().keySet().forEach(n -> assertThat(LegacyNames.current(n)).isEqualTo(n));
  }
}
