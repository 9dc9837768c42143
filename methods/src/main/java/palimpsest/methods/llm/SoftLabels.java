package palimpsest.methods.llm;

import static org.bytedeco.pytorch.global.torch.cross_entropy_loss;
import static org.bytedeco.pytorch.global.torch.tensor;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import palimpsest.torch.llm.TokenBatch;

/** Distributions over the vocabulary in the place of labels. */
final class SoftLabels {
  private static final long NO_REDUCTION = 0;

  private SoftLabels() {}

  /** -Σ_v q(v) log softmax(z)(v), (L, V) and (L, V) to (L). */
  static Tensor crossEntropy(Tensor z, Tensor q) {
    return cross_entropy_loss(z, q, new TensorOptional(new Tensor()), NO_REDUCTION, -100, 0);
  }

  /** softmax(z) with {@code by} added to the labels' own logits first, (L, V). */
  static Tensor shifted(Tensor z, TokenBatch batch, double by) {
    return z.scatter(1, tensor(batch.labels()).unsqueeze(1), new Scalar(by), "add").softmax(1);
  }
}
