package palimpsest.methods.llm;

import static org.bytedeco.pytorch.global.torch.ScalarType;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.llm.TokenBatch;

/**
 * Sums over a layer's activations in float64, batch by batch, so that no more than one matrix of
 * the width of the layer is held. Its tensors belong to the scope that it is made in.
 */
final class LunarSums {
  private final Llama model;
  private final int layer;
  private final Tensor projection; // (E, FFN)
  private final Tensor gram; // (FFN, FFN)
  private final Tensor forget; // (FFN)
  private final Tensor forgetStates; // (E)
  private final Tensor unanswerableStates; // (E)
  private long forgetRows;
  private long unanswerableRows;

  LunarSums(Llama model, int layer) {
    this.model = model;
    this.layer = layer;
    this.projection = model.weights().tensor("model.layers." + layer + ".mlp.down_proj.weight");
    long width = projection.size(1);
    gram = zeros(width, width);
    forget = zeros(width);
    forgetStates = zeros(projection.size(0));
    unanswerableStates = zeros(projection.size(0));
  }

  private static Tensor zeros(long... shape) {
    return org.bytedeco.pytorch.global.torch.zeros(shape, new TensorOptions(ScalarType.Double));
  }

  void addForget(TokenBatch batch) {
    Tensor x = gates(batch); // (P, FFN)
    gram.addmm_(x.t(), x);
    forget.add_(x.sum(0));
    forgetStates.add_(states(batch));
    forgetRows += batch.rows();
  }

  void addRetain(TokenBatch batch) {
    Tensor x = gates(batch); // (P, FFN)
    gram.addmm_(x.t(), x);
  }

  void addUnanswerable(TokenBatch batch) {
    unanswerableStates.add_(states(batch));
    unanswerableRows += batch.rows();
  }

  private Tensor gates(TokenBatch batch) {
    return model.promptGates(batch, layer).toType(ScalarType.Double);
  }

  private Tensor states(TokenBatch batch) {
    return model.promptStates(batch, layer).toType(ScalarType.Double).sum(0); // (E)
  }

  /** The matrix to change, the model's own, (E, FFN). */
  Tensor projection() {
    return projection;
  }

  /** Σ x xᵀ over the tokens of forget and retain questions, (FFN, FFN). */
  Tensor gram() {
    return gram;
  }

  /** Σ x over the tokens of forget questions, (FFN). */
  Tensor forget() {
    return forget;
  }

  /** r, (E). */
  Tensor direction() {
    return unanswerableStates
        .div(new Scalar((double) unanswerableRows))
        .sub(forgetStates.div(new Scalar((double) forgetRows)));
  }
}
