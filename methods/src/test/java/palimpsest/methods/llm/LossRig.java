package palimpsest.methods.llm;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.methods.DescentMethod;
import palimpsest.methods.RetainLoss;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Alternatives;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.Objective;

/** Loss and gradient of a method on whole data sets as one step. */
record LossRig(
    Llama model,
    Materials materials,
    List<TokenizedExample> forget,
    List<TokenizedExample> retain) {

  /** A loss and its gradient over all parameters. */
  @SuppressWarnings("ArrayRecordComponent") // lives for one assertion
  record Result(double loss, float[] gradient) {
    double norm() {
      return Math.sqrt(
          IntStream.range(0, gradient.length).mapToDouble(i -> gradient[i] * gradient[i]).sum());
    }

    /** {@code this + factor * other}. */
    Result plus(double factor, Result other) {
      float[] sum = gradient.clone();
      for (int i = 0; i < sum.length; i++) {
        sum[i] += (float) (factor * other.gradient[i]);
      }
      return new Result(loss + factor * other.loss, sum);
    }

    /** Norm of {@code this - factor * other} over the norm of this. */
    double distance(double factor, Result other) {
      double sum = 0;
      for (int i = 0; i < gradient.length; i++) {
        double d = gradient[i] - factor * other.gradient[i];
        sum += d * d;
      }
      return Math.sqrt(sum) / norm();
    }
  }

  Result of(DescentMethod method) {
    return of(method, method.retainLoss());
  }

  Result of(DescentMethod method, RetainLoss retainLoss) {
    return of(method.objective(materials, retainLoss));
  }

  Result of(Objective objective) {
    return back(
        () -> {
          Tensor loss = objective.loss().of(model, all(forget)); // ()
          if (objective.beside().isEmpty()) {
            return loss;
          }
          Objective.Beside beside = objective.beside().get();
          Tensor kept = beside.loss().of(model, all(retain)); // ()
          return loss.add(kept.mul(new Scalar(beside.weight())));
        });
  }

  Result of(RetainLoss retainLoss) {
    return back(() -> retainLoss.of(model, all(retain), materials));
  }

  private Result back(Supplier<Tensor> forward) {
    float[] gradient = new float[(int) model.weights().count()];
    try (PointerScope scope = new PointerScope()) {
      model.weights().gradient().zero_();
      Tensor loss = forward.get();
      loss.backward();
      new FloatPointer(model.weights().gradient().data_ptr_float()).get(gradient);
      return new Result(loss.item_double(), gradient);
    }
  }

  /** One other answer to each question. */
  static Alternatives one(List<TokenizedExample> answers) {
    return new Alternatives(answers.stream().map(List::of).toList());
  }

  private static Batch all(List<TokenizedExample> data) {
    return Batch.whole(data, IntStream.range(0, data.size()).toArray());
  }
}
