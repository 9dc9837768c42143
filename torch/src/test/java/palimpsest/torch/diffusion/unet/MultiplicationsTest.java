package palimpsest.torch.diffusion.unet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

class MultiplicationsTest {

  /**
   * One stage of 32 channels, 4 x 4 places, 5 tokens of width 16, times of width 128.
   *
   * <pre>
   * residual block, 32 to 32   16 (32 32 9) twice, and 128 32            299 008
   * of 64 to 32                16 (64 32 9), 16 (32 32 9), 128 32, 16 (64 32)   479 232
   * transformer: two projections 16 (32 32) each                          32 768
   *   self-attention   4 maps of 16 (32 32), and 2 16 16 32                81 920
   *   cross-attention  2 maps of 16 (32 32), 2 of 5 (16 32), and 2 16 5 32 43 008
   *   feed-forward     16 (32 256) + 16 (128 32)                          196 608
   * first and last convolution 16 (3 32 9) each                            27 648
   * time                       32 128 + 128 128                            20 480
   * </pre>
   *
   * <p>One block down, two and the transformer in the middle, two of 64 up: 3 · 299008 + 2 · 479232
   * + 354304 + 27648 + 20480 = 2257920.
   */
  @Test
  void of_oneStage_isTheSumOfItsParts() {
    UNetConfig config = UNetConfig.pixels(4, List.of(32), 16);
    try (PointerScope scope = new PointerScope();
        UNet model = new UNet(config, Seeded.draw(new UNetParts(config)))) {
      assertThat(Multiplications.of(model, 4, 5)).isEqualTo(2_257_920);
    }
  }
}
