package palimpsest.methods.diffusion.descent;

import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.Scopes;
import palimpsest.torch.diffusion.train.CaptionedPicture;
import palimpsest.torch.diffusion.train.Fold;
import palimpsest.torch.diffusion.train.Pictures;

/**
 * An image, or a latent, as the denoiser's training saw it, and its text.
 *
 * @param values of (C, H, W), row by row; pixels from -1 to 1
 * @param text what it shows
 */
@SuppressWarnings("ArrayRecordComponent") // pixels, compared by value nowhere
public record Captioned(float[] values, String text) {

  /** A picture, its caption in words, as a model reads it whose pixels are laid so. */
  public static Captioned of(CaptionedPicture picture, String text, Fold fold) {
    return Scopes.withoutGradient(
        () -> new Captioned(floats(fold.fold(Pictures.pixels(List.of(picture)))), text));
  }

  /** Images of one shape, (B, C, H, W). */
  static Tensor stacked(List<Captioned> rows, long... shape) {
    int size = Math.toIntExact(shape[1] * shape[2] * shape[3]);
    float[] all = new float[Math.multiplyExact(size, rows.size())];
    for (int row = 0; row < rows.size(); row++) {
      float[] values = rows.get(row).values;
      if (values.length != size) {
        throw new InvalidRequest(
            "the image of \""
                + rows.get(row).text
                + "\" has "
                + values.length
                + " values, wanted "
                + size
                + "; scale it to the model's size");
      }
      System.arraycopy(values, 0, all, row * size, size);
    }
    return tensor(all).view(shape);
  }

  /** All values of a tensor. */
  static float[] floats(Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.numel())];
    new FloatPointer(tensor.contiguous().data_ptr_float()).get(values);
    return values;
  }
}
