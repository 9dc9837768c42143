package palimpsest.torch.train;

import static org.bytedeco.pytorch.global.torch.zeros;

import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;

/**
 * Adam with decoupled weight decay, on the flat parameters of a model.
 *
 * <pre>
 * p <- p (1 - η λ)                     matrices only
 * m <- β1 m + (1 - β1) g
 * v <- β2 v + (1 - β2) g²
 * p <- p - η / (1 - β1^t) · m / (sqrt(v) / sqrt(1 - β2^t) + ε)
 * </pre>
 *
 * <p>The same arithmetic as torch.optim.AdamW; β = (0.9, 0.999), ε = 1e-8. Works through memory in
 * pieces that fit the cache, so that it does not depend on the number of threads.
 *
 * @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov and Hutter 2017</a>
 */
public final class AdamW implements Optimiser {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;
  private static final long ROW = 1 << 15;
  private static final long PIECE = ROW * 16;

  private final Weights weights;
  private final double weightDecay;
  private final Tensor first; // m, (P)
  private final Tensor second; // v, (P)
  private int steps;

  public AdamW(Weights weights, double weightDecay) {
    this.weights = weights;
    this.weightDecay = weightDecay;
    this.first = Scopes.keep(zeros(weights.count()));
    this.second = Scopes.keep(zeros(weights.count()));
  }

  @Override
  public Map<String, Tensor> state() {
    return Map.of("first_moment", first, "second_moment", second);
  }

  @Override
  public int steps() {
    return steps;
  }

  @Override
  public void resumeAt(int taken) {
    steps = taken;
  }

  @Override
  public void step(double rate, double scale) {
    steps++;
    try (AutoGradMode off = new AutoGradMode(false)) {
      long n = weights.count();
      long decayed = weights.decayed();
      for (long at = 0; at < n; at += PIECE) {
        long end = Math.min(n, at + PIECE);
        if (at < decayed && decayed < end) {
          piece(at, decayed, rate, scale, true);
          piece(decayed, end, rate, scale, false);
        } else {
          piece(at, end, rate, scale, end <= decayed);
        }
      }
    }
  }

  private void piece(long from, long to, double rate, double scale, boolean decays) {
    try (PointerScope scope = new PointerScope()) {
      long n = to - from;
      Tensor p = weights.flat().narrow(0, from, n);
      Tensor g = weights.gradient().narrow(0, from, n);
      Tensor m = first.narrow(0, from, n);
      Tensor v = second.narrow(0, from, n);
      if (scale != 1) {
        g = g.mul(new Scalar(scale));
      }
      if (decays && weightDecay > 0) {
        p.mul_(new Scalar(1 - rate * weightDecay));
      }
      m.lerp_(g, new Scalar(1 - BETA1));
      v.mul_(new Scalar(BETA2)).addcmul_(g, g, new Scalar(1 - BETA2));
      double correction = Math.sqrt(1 - Math.pow(BETA2, steps));
      Tensor denominator = v.sqrt().div_(new Scalar(correction)).add_(new Scalar(EPSILON));
      p.addcdiv_(m, denominator, new Scalar(-rate / (1 - Math.pow(BETA1, steps))));
    }
  }

  @Override
  public void close() {
    first.close();
    second.close();
  }
}
