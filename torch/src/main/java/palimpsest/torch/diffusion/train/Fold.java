package palimpsest.torch.diffusion.train;

import static org.bytedeco.pytorch.global.torch.pixel_shuffle;
import static org.bytedeco.pytorch.global.torch.pixel_unshuffle;

import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Check;
import palimpsest.torch.diffusion.unet.UNetConfig;

/**
 * How pixels are laid before a denoiser: the p x p pixels of a block as channels of one place, so
 * that a network of the same width does p² times less. Nothing is lost, and as noise is drawn for
 * each number by itself, the diffusion is the same.
 *
 * <pre>y[b, (c p + i) p + j, h, w] = x[b, c, h p + i, w p + j]</pre>
 *
 * @param by p; 1 leaves pixels as they are
 */
public record Fold(int by) {
  private static final int COLOURS = 3;

  /** Pixels as they are. */
  public static final Fold NONE = new Fold(1);

  public Fold {
    Check.atLeast(by, 1, "pixels folded to a side of a place");
  }

  /** That of a U-Net that reads and gives 3 p² channels, or {@link #NONE} if p is not whole. */
  public static Fold of(UNetConfig config) {
    int by = (int) Math.round(Math.sqrt(config.inChannels() / (double) COLOURS));
    Fold fold = new Fold(Math.max(1, by));
    return fold.channels() == config.inChannels() ? fold : NONE;
  }

  /** 3 p². */
  public int channels() {
    return COLOURS * by * by;
  }

  /** Width and height of a picture of which the U-Net reads so many places, in pixels. */
  public int side(UNetConfig config) {
    return config.sampleSize().orElseThrow() * by;
  }

  /** Of pictures (B, 3, H, W) what the denoiser reads, (B, 3p², H/p, W/p). */
  public Tensor fold(Tensor pixels) {
    return by == 1 ? pixels : pixel_unshuffle(pixels, by);
  }

  /** The inverse. */
  public Tensor unfold(Tensor folded) {
    return by == 1 ? folded : pixel_shuffle(folded, by);
  }
}
