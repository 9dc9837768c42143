package palimpsest.torch.diffusion.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bytedeco.pytorch.global.torch.arange;

import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.diffusion.schedule.Betas;
import palimpsest.torch.diffusion.schedule.Ddim;
import palimpsest.torch.diffusion.schedule.NoiseSchedule;
import palimpsest.torch.diffusion.schedule.Prediction;
import palimpsest.torch.diffusion.schedule.SeededNoise;
import palimpsest.torch.diffusion.text.ClipTextConfig;
import palimpsest.torch.diffusion.text.ClipTokenizer;
import palimpsest.torch.diffusion.unet.UNetConfig;

/** Pixels laid as channels of fewer places, and back. */
class FoldTest {
  private static final UNetConfig CONFIG = UNetConfig.pixels(8, 2, List.of(16, 32), 8);

  /** A picture of 4 x 4 pixels numbered from 0: the place (0, 1) holds the block of 2, 3, 6, 7. */
  @Test
  void fold_ofANumberedPicture_byHand() {
    try (PointerScope scope = new PointerScope()) {
      Tensor pixels = arange(new Scalar(48)).view(1, 3, 4, 4).to(numbers());
      Tensor folded = new Fold(2).fold(pixels);

      assertThat(folded.shape()).containsExactly(1, 12, 2, 2);
      float[] values = values(folded);
      for (int colour = 0; colour < 3; colour++) {
        int first = 16 * colour;
        assertThat(new float[] {at(values, colour, 0), at(values, colour, 1)})
            .containsExactly(first + 2, first + 3);
        assertThat(new float[] {at(values, colour, 2), at(values, colour, 3)})
            .containsExactly(first + 6, first + 7);
      }
      assertThat(values(new Fold(2).unfold(folded))).isEqualTo(values(pixels));
    }
  }

  /** Of the second place of the first row. */
  private static float at(float[] values, int colour, int inBlock) {
    return values[(colour * 4 + inBlock) * 4 + 1];
  }

  private static org.bytedeco.pytorch.global.torch.ScalarType numbers() {
    return org.bytedeco.pytorch.global.torch.ScalarType.Float;
  }

  private static float[] values(Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.numel())];
    new FloatPointer(tensor.contiguous().data_ptr_float()).get(values);
    return values;
  }

  @Test
  void of_aConfiguration_isWhatItsChannelsSay() {
    assertThat(Fold.of(CONFIG)).isEqualTo(new Fold(2));
    assertThat(new Fold(2).side(CONFIG)).isEqualTo(8);
    assertThat(CONFIG.sampleSize()).hasValue(4);
    assertThat(Fold.of(UNetConfig.pixels(8, List.of(16, 32), 8))).isEqualTo(Fold.NONE);
    assertThatThrownBy(() -> UNetConfig.pixels(8, 3, List.of(16, 32), 8))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("multiple of 6");
    assertThatThrownBy(() -> new Fold(0)).isInstanceOf(InvalidRequest.class);
  }

  /**
   * A fresh model predicts no noise, so DDIM's one step leaves the noise, over √ᾱ_0 and clipped:
   * pixel (c, 2h + i, 2w + j) is that of channel 4c + 2i + j at place (h, w).
   */
  @Test
  void draw_byAFreshModel_unfoldsTheNoise() {
    Ddim sampler = Ddim.pixels(new NoiseSchedule(Betas.ddpm(), Prediction.EPSILON));
    try (ClipTokenizer words = ClipTokenizer.train(List.of("a cup"), 520, 8);
        TextToImage model =
            TextToImage.draw(CONFIG, ClipTextConfig.small(words, 8, 1, 2), words, 1);
        PointerScope scope = new PointerScope()) {
      float[] noise = values(new SeededNoise(6, List.of(4L)).draw(-1, 1, 12, 4, 4));
      byte[] rgb =
          new PixelDrawing(sampler, 1, 1, 6)
              .draw(model, List.of(new PixelDrawing.Wanted(words.encode("a cup"), 4)))
              .get(0);

      assertThat(model.side()).isEqualTo(8);
      for (int y = 0; y < 8; y++) {
        for (int x = 0; x < 8; x++) {
          for (int c = 0; c < 3; c++) {
            int channel = 4 * c + 2 * (y % 2) + x % 2;
            double value = noise[channel * 16 + y / 2 * 4 + x / 2] / Math.sqrt(1 - 1e-4);
            long wanted = Math.round((Math.max(-1, Math.min(1, value)) + 1) * 127.5);
            assertThat(rgb[(y * 8 + x) * 3 + c]).isEqualTo((byte) wanted);
          }
        }
      }
    }
  }
}
