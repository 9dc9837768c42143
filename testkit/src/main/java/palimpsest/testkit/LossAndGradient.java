package palimpsest.testkit;

import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Loss;
import palimpsest.torch.train.Objective;

/** A loss and its gradient over all parameters. */
@SuppressWarnings("ArrayRecordComponent") // lives for one assertion
public record LossAndGradient(double loss, float[] gradient) {

  /** Of what is descended; the gradient of each parameter is left in the model. */
  public static LossAndGradient of(Llama model, Objective objective, Batch forget, Batch retain) {
    float[] gradient = new float[(int) model.weights().count()];
    try (PointerScope scope = new PointerScope()) {
      model.weights().gradient().zero_();
      double loss = back(model, objective.loss(), forget, 1);
      if (objective.beside().isPresent()) {
        Objective.Beside beside = objective.beside().get();
        loss += back(model, beside.loss(), retain, beside.weight());
      }
      new FloatPointer(model.weights().gradient().data_ptr_float()).get(gradient);
      return new LossAndGradient(loss, gradient);
    }
  }

  private static double back(Llama model, Loss loss, Batch batch, double weight) {
    Tensor share = loss.of(model, batch).mul(new Scalar(weight));
    if (share.numel() != 1) {
      throw new AssertionError("a loss must be one number, got " + share.numel());
    }
    share.backward();
    return share.item_double();
  }

  /** Euclidean norm of the gradient. */
  public double norm() {
    return Math.sqrt(
        IntStream.range(0, gradient.length)
            .mapToDouble(i -> (double) gradient[i] * gradient[i])
            .sum());
  }

  /** {@code this + factor * other}. */
  public LossAndGradient plus(double factor, LossAndGradient other) {
    float[] sum = gradient.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += (float) (factor * other.gradient[i]);
    }
    return new LossAndGradient(loss + factor * other.loss, sum);
  }

  /** Norm of {@code this - factor * other} over the norm of this. */
  public double distance(double factor, LossAndGradient other) {
    double sum = 0;
    for (int i = 0; i < gradient.length; i++) {
      double d = gradient[i] - factor * other.gradient[i];
      sum += d * d;
    }
    return Math.sqrt(sum) / norm();
  }
}
