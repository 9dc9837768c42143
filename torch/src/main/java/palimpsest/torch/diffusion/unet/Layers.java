package palimpsest.torch.diffusion.unet;

import static org.bytedeco.pytorch.global.torch.conv2d;
import static org.bytedeco.pytorch.global.torch.group_norm;
import static org.bytedeco.pytorch.global.torch.layer_norm;
import static org.bytedeco.pytorch.global.torch.silu;
import static org.bytedeco.pytorch.global.torch.silu_;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import palimpsest.torch.Weights;

/** The operations of a network that have parameters, each by the name of its parameters. */
public final class Layers {
  private static final String WEIGHT = ".weight";
  private static final String BIAS = ".bias";
  private static final double LAYER_EPS = 1e-5;
  private static final long[] UNDILATED = {1, 1};

  private final Weights weights;
  private final Overlay overlay;

  /** Borrows the weights. */
  public Layers(Weights weights, Overlay overlay) {
    this.weights = weights;
    this.overlay = overlay;
  }

  /** {@code x Wᵀ + b}, or {@code x Wᵀ} where there is no b; (..., in) to (..., out). */
  public Tensor linear(Tensor x, String name) {
    Tensor y = torch.linear(x, parameter(name + WEIGHT), bias(name));
    return overlay.add(y, x, name + WEIGHT);
  }

  /** A convolution, (B, in, H, W) to (B, out, H', W'). */
  public Tensor conv(Tensor x, String name, Window window) {
    long[] stride = {window.stride(), window.stride()};
    long[] padding = {window.padding(), window.padding()};
    Tensor y =
        conv2d(x, parameter(name + WEIGHT), bias(name), stride, padding, UNDILATED, 1); // no groups
    return overlay.add(y, x, name + WEIGHT, window);
  }

  /** {@code (x - mean) / √(variance + ε)} over each group of channels, scaled and shifted. */
  public Tensor groupNorm(Tensor x, String name, Groups groups) {
    TensorOptional scale = new TensorOptional(parameter(name + WEIGHT));
    TensorOptional shift = new TensorOptional(parameter(name + BIAS));
    return group_norm(x, groups.count(), scale, shift, groups.eps(), false);
  }

  /** {@code silu(groupNorm(x))}, in place where nothing is recorded. */
  public Tensor activated(Tensor x, String name, Groups groups) {
    Tensor y = groupNorm(x, name, groups);
    if (y.requires_grad()) {
      return silu(y);
    }
    silu_(y); // what it returns does not own the tensor
    return y;
  }

  /** The same over the last dimension, with ε = 1e-5. */
  public Tensor layerNorm(Tensor x, String name) {
    TensorOptional scale = new TensorOptional(parameter(name + WEIGHT));
    TensorOptional shift = new TensorOptional(parameter(name + BIAS));
    return layer_norm(x, new long[] {x.size(-1)}, scale, shift, LAYER_EPS, false);
  }

  /** x and a result that nobody else holds, added in place where nothing is recorded. */
  static Tensor sum(Tensor x, Tensor fresh) {
    return fresh.requires_grad() ? x.add(fresh) : fresh.add_(x);
  }

  /** {@link Overlay#attend}. */
  Tensor attend(String name, Tensor q, Tensor k, Tensor v) {
    return overlay.attend(name, q, k, v);
  }

  private Tensor parameter(String name) {
    return overlay.over(name, weights);
  }

  private TensorOptional bias(String name) {
    return weights.tensors().containsKey(name + BIAS)
        ? new TensorOptional(parameter(name + BIAS))
        : new TensorOptional();
  }
}
