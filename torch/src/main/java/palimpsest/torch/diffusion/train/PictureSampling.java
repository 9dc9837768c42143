package palimpsest.torch.diffusion.train;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Check;
import palimpsest.torch.Scopes;
import palimpsest.torch.diffusion.Conditioning;
import palimpsest.torch.diffusion.Generation;
import palimpsest.torch.diffusion.Guidance;
import palimpsest.torch.diffusion.schedule.Sampler;
import palimpsest.torch.diffusion.schedule.SeededNoise;

/**
 * Drawing pictures, as bytes, from a model of pixels.
 *
 * @param sampler walks
 * @param steps of it
 * @param guidance scale of classifier-free guidance; 1 hears the caption alone and takes half the
 *     time
 * @param size width and height in pixels
 */
public record PictureSampling(Sampler sampler, int steps, double guidance, int size) {
  private static final int COLOURS = 3;
  private static final double HALF = 127.5;

  public PictureSampling {
    Check.atLeast(steps, 1, "sampling steps");
    Check.nonNegative(guidance, "guidance scale");
    Check.atLeast(size, 1, "picture size");
  }

  /**
   * A picture that is asked for.
   *
   * @param caption token ids, padded to the text encoder's length
   * @param noise number of the noise that it is drawn from; the same number gives the same noise
   */
  @SuppressWarnings("ArrayRecordComponent") // ids, compared by value nowhere
  public record Asked(int[] caption, long noise) {}

  /**
   * The pictures, drawn together: red, green and blue of each pixel, row by row, size x size x 3
   * bytes each; values beyond black and white are cut.
   */
  public List<byte[]> draw(TextToImage model, List<Asked> asked) {
    return Scopes.withoutGradient(
        () -> {
          List<Conditioning> texts = new ArrayList<>();
          if (guidance != 1) {
            texts.add(model.conditioning(Pictures.ids(List.of(model.noText()))));
          }
          texts.add(model.conditioning(Pictures.ids(asked.stream().map(Asked::caption).toList())));
          Guidance combining = guidance == 1 ? Guidance.none() : Guidance.classifierFree(guidance);
          SeededNoise noise = new SeededNoise(0, asked.stream().map(Asked::noise).toList());
          Tensor x =
              new Generation(model.unet(), sampler, steps, combining)
                  .draw(texts, noise, asked.size(), COLOURS, size, size);
          return bytes(x, asked.size());
        });
  }

  /** From (B, 3, H, W), -1 to 1, to bytes pixel by pixel. */
  private static List<byte[]> bytes(Tensor x, int count) {
    ScalarOptional least = new ScalarOptional(new Scalar(-1.0));
    ScalarOptional most = new ScalarOptional(new Scalar(1.0));
    Tensor rows = x.clamp(least, most).permute(0, 2, 3, 1).contiguous(); // (B, H, W, 3)
    float[] values = new float[(int) rows.numel()];
    new FloatPointer(rows.data_ptr_float()).get(values);
    List<byte[]> pictures = new ArrayList<>();
    int length = values.length / count;
    for (int b = 0; b < count; b++) {
      byte[] rgb = new byte[length];
      for (int i = 0; i < length; i++) {
        rgb[i] = (byte) Math.round((values[b * length + i] + 1) * HALF);
      }
      pictures.add(rgb);
    }
    return pictures;
  }
}
