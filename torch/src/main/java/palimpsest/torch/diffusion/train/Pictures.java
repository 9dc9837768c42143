package palimpsest.torch.diffusion.train;

import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Pictures of like sizes and their captions as tensors. */
public final class Pictures {
  private static final float HALF = 127.5f;
  private static final int CHANNELS = 3;

  private Pictures() {}

  /** Pixels from -1 to 1, (B, 3, H, W). */
  public static Tensor pixels(List<CaptionedPicture> rows) {
    int height = rows.get(0).height();
    int width = rows.get(0).width();
    int plane = height * width;
    float[] values = new float[rows.size() * CHANNELS * plane];
    for (int row = 0; row < rows.size(); row++) {
      byte[] rgb = rows.get(row).rgb();
      for (int pixel = 0; pixel < plane; pixel++) {
        for (int c = 0; c < CHANNELS; c++) {
          int value = rgb[pixel * CHANNELS + c] & 0xff;
          values[(row * CHANNELS + c) * plane + pixel] = value / HALF - 1;
        }
      }
    }
    return tensor(values).view(rows.size(), CHANNELS, height, width);
  }

  /** Token ids, (B, T). */
  public static Tensor ids(List<int[]> captions) {
    int length = captions.get(0).length;
    long[] ids = new long[captions.size() * length];
    for (int row = 0; row < captions.size(); row++) {
      for (int at = 0; at < length; at++) {
        ids[row * length + at] = captions.get(row)[at];
      }
    }
    return tensor(ids).view(captions.size(), length);
  }
}
