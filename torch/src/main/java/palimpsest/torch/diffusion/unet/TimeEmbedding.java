package palimpsest.torch.diffusion.unet;

import static org.bytedeco.pytorch.global.torch.arange;
import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.silu;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Two linear maps with an activation between them: {@code W₂ silu(W₁ x + b₁) + b₂}.
 *
 * @param name such as {@code time_embedding}
 * @param in width of x
 * @param out width of the result
 */
public record TimeEmbedding(String name, int in, int out) implements Part {
  private static final double LONGEST_PERIOD = 10_000;

  /**
   * Waves by which numbers become vectors.
   *
   * <pre>f_i = 10000^(-i / (width/2 - shift)),  i = 0 .. width/2 - 1;  (sin t f, cos t f)</pre>
   *
   * @param width of a vector, even
   * @param cosineFirst whether the cosines come before the sines
   * @param shift of the denominator, below {@code width / 2}
   * @see <a href="https://arxiv.org/abs/2006.11239">Ho et al. 2020</a>
   */
  public record Waves(int width, boolean cosineFirst, double shift) {

    /** The vectors of numbers, (n) to (n, width), float32. */
    public Tensor of(Tensor numbers) {
      long half = width / 2;
      Tensor exponent =
          arange(new Scalar(0), new Scalar(half))
              .to(torch.ScalarType.Float)
              .mul(new Scalar(-Math.log(LONGEST_PERIOD)))
              .div(new Scalar(half - shift)); // (width / 2)
      Tensor angle = numbers.unsqueeze(1).mul(exponent.exp().unsqueeze(0)); // (n, width / 2)
      Tensor sine = angle.sin();
      Tensor cosine = angle.cos();
      TensorVector halves =
          cosineFirst ? new TensorVector(cosine, sine) : new TensorVector(sine, cosine);
      return cat(halves, 1); // (n, width)
    }
  }

  @Override
  public void declare(TensorShapes shapes) {
    shapes.linear(name + ".linear_1", in, out).linear(name + ".linear_2", out, out);
  }

  /** (B, in) to (B, out). */
  public Tensor forward(Layers layers, Tensor x) {
    return layers.linear(silu(layers.linear(x, name + ".linear_1")), name + ".linear_2");
  }
}
