package palimpsest.torch.diffusion.train;

import java.util.ArrayList;
import java.util.Arrays;
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
 * How pictures are drawn by a model of pixels.
 *
 * @param sampler walks from noise to picture
 * @param steps of it, at least 1
 * @param guidance scale g of {@link Guidance#classifierFree}; at 1 the empty text is not asked
 * @param seed of all noise
 */
public record PixelDrawing(Sampler sampler, int steps, double guidance, long seed) {
  private static final int AT_ONCE = 16;
  private static final float HALF = 127.5f;

  public PixelDrawing {
    Check.atLeast(steps, 1, "steps");
    Check.nonNegative(guidance, "guidance scale");
  }

  /**
   * A picture that is wanted.
   *
   * @param caption token ids, (T)
   * @param sample its number: the same one begins from the same noise, whatever the caption
   */
  @SuppressWarnings("ArrayRecordComponent") // ids, compared by value nowhere
  public record Wanted(int[] caption, long sample) {}

  /**
   * A picture that is wanted under several texts.
   *
   * @param texts token ids, (T) each, in the order in which a guidance combines them
   * @param sample its number, as that of {@link Wanted}
   */
  public record Asked(List<int[]> texts, long sample) {
    public Asked {
      texts = List.copyOf(texts);
    }
  }

  /**
   * Red, green and blue of each picture's pixels, row by row, height x width x 3 bytes.
   *
   * @param negative token ids of what guidance leads away from: the empty text, usually
   */
  public List<byte[]> draw(TextToImage model, List<Wanted> wanted, int... negative) {
    boolean alone = guidance == 1;
    List<Asked> asked = new ArrayList<>();
    for (Wanted each : wanted) {
      List<int[]> texts = alone ? List.of(each.caption()) : List.of(negative, each.caption());
      asked.add(new Asked(texts, each.sample()));
    }
    return draw(model, asked, alone ? Guidance.none() : Guidance.classifierFree(guidance));
  }

  /**
   * The same where the denoiser is asked for other texts than the empty one and the caption.
   *
   * @param asked as many texts of each picture as the guidance combines
   * @param how combines; this drawing's scale has no say besides
   */
  public List<byte[]> draw(TextToImage model, List<Asked> asked, Guidance how) {
    List<byte[]> drawn = new ArrayList<>();
    for (int at = 0; at < asked.size(); at += AT_ONCE) {
      List<Asked> some = asked.subList(at, Math.min(asked.size(), at + AT_ONCE));
      drawn.addAll(Scopes.withoutGradient(() -> bytes(pixels(model, some, how))));
    }
    return drawn;
  }

  /** (B, 3, H, W). */
  private Tensor pixels(TextToImage model, List<Asked> some, Guidance how) {
    int side = model.unet().config().sampleSize().orElseThrow();
    Fold fold = model.fold();
    List<Conditioning> texts = new ArrayList<>();
    for (int i = 0; i < some.get(0).texts().size(); i++) {
      texts.add(model.conditioning(ids(some, i)));
    }
    SeededNoise noise = new SeededNoise(seed, some.stream().map(Asked::sample).toList());
    Tensor drawn =
        new Generation(model.unet(), sampler, steps, how)
            .draw(texts, noise, some.size(), fold.channels(), side, side);
    return fold.unfold(drawn);
  }

  /** Of one place in the order, (B, T); one row where all pictures have the same text there. */
  private static Tensor ids(List<Asked> some, int place) {
    List<int[]> rows = some.stream().map(asked -> asked.texts().get(place)).toList();
    boolean same = rows.stream().allMatch(row -> Arrays.equals(row, rows.get(0)));
    return Pictures.ids(same ? rows.subList(0, 1) : rows);
  }

  /** Red, green and blue of pictures (B, 3, H, W) in [-1, 1], what is outside cut off. */
  public static List<byte[]> bytes(Tensor pixels) {
    ScalarOptional least = new ScalarOptional(new Scalar(-1.0));
    ScalarOptional most = new ScalarOptional(new Scalar(1.0));
    Tensor last = pixels.clamp(least, most).permute(0, 2, 3, 1).contiguous(); // (B, H, W, 3)
    int rows = Math.toIntExact(last.size(0));
    float[] values = new float[Math.toIntExact(last.numel())];
    new FloatPointer(last.data_ptr_float()).get(values);
    List<byte[]> all = new ArrayList<>();
    int each = values.length / rows;
    for (int row = 0; row < rows; row++) {
      byte[] rgb = new byte[each];
      for (int i = 0; i < each; i++) {
        rgb[i] = (byte) Math.round((values[row * each + i] + 1) * HALF);
      }
      all.add(rgb);
    }
    return all;
  }
}
