package palimpsest.torch.llm;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What each parameter was given and what came of it in one pass over a batch: enough for the norm
 * of every example's own gradient after a single backward pass, without holding any of them.
 *
 * <p>A matrix that maps rows x to rows y has, of one example, the gradient G = dyᵀ x, and ‖G‖² =
 * sum (x xᵀ ∘ dy dyᵀ), a sum over pairs of the example's tokens. An embedding is such a matrix with
 * one-hot rows; a tied one has the head's pairs, its own, and twice those between the two.
 *
 * @see <a href="https://arxiv.org/abs/1510.01799">Goodfellow 2015</a>
 * @see <a href="https://arxiv.org/abs/2110.05679">Li et al. 2021, ghost clipping</a>
 */
final class GradientTape {
  private final TokenBatch batch;
  private final long[] firstLabels;
  private final long[] tokens;
  private final Map<String, Use> matrices = new HashMap<>();
  private final Map<String, Use> scales = new HashMap<>();
  private final Map<String, Use> embeddings = new HashMap<>();

  GradientTape(TokenBatch batch) {
    this.batch = batch;
    this.firstLabels = new long[batch.rows()];
    this.tokens = new long[batch.rows()];
    int at = 0;
    for (int row = 0; row < batch.rows(); row++) {
      firstLabels[row] = at;
      at += batch.lengths()[row];
      tokens[row] = batch.positions()[at - 1] - (long) row * batch.width() + 2; // the last label's
    }
  }

  /**
   * Rows that went in and rows that came out.
   *
   * @param in (B, T, ...), or (L, ...) where only labels are mapped
   * @param out as many rows
   * @param ofLabels whether it is the latter
   */
  private record Use(Tensor in, Tensor out, boolean ofLabels) {}

  /** y = x Wᵀ. */
  Tensor mapped(String name, Tensor x, Tensor y) {
    return put(matrices, name, x, y, x.dim() == 2);
  }

  /** y = x ∘ w. */
  Tensor scaled(String name, Tensor x, Tensor y) {
    return put(scales, name, x, y, false);
  }

  /** y = rows of W, where the pass begins. */
  Tensor embedded(String name, Tensor ids, Tensor y) {
    return put(embeddings, name, ids, y.set_requires_grad(true), false);
  }

  private static Tensor put(
      Map<String, Use> uses, String name, Tensor x, Tensor y, boolean ofLabels) {
    y.retain_grad();
    if (uses.put(name, new Use(x.detach(), y, ofLabels)) != null) {
      throw new IllegalStateException(name + " is used twice in the same way");
    }
    return y;
  }

  /** L2 norms of an example's gradient by parameter, once the backward pass is done. */
  Map<String, Double> norms(int example) {
    Map<String, Double> squares = new HashMap<>();
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      matrices.forEach((name, use) -> squares.put(name, ofMatrix(use, example)));
      scales.forEach((name, use) -> squares.put(name, ofScale(use, example)));
      embeddings.forEach(
          (name, use) -> {
            double tied =
                matrices.containsKey(name) ? 2 * between(use, matrices.get(name), example) : 0;
            squares.merge(name, ofEmbedding(use, example) + tied, Double::sum);
          });
    }
    squares.replaceAll((name, square) -> Math.sqrt(Math.max(0, square)));
    return squares;
  }

  private double ofMatrix(Use use, int example) {
    Tensor x = in(use, example); // (t, I)
    Tensor dy = gradient(use, example); // (t, O)
    long direct = x.size(1) * dy.size(1);
    long paired = x.size(0) * (x.size(1) + dy.size(1));
    return direct <= paired
        ? sum(dy.t().matmul(x).square_())
        : sum(paired(x, x).mul_(paired(dy, dy)));
  }

  private double ofScale(Use use, int example) {
    return sum(in(use, example).mul(gradient(use, example)).sum(0).square_());
  }

  private double ofEmbedding(Use use, int example) {
    Tensor ids = in(use, example); // (t)
    Tensor dy = gradient(use, example); // (t, E)
    Tensor same = ids.unsqueeze(1).eq(ids.unsqueeze(0)); // (t, t)
    return sum(paired(dy, dy).mul_(same));
  }

  /** The inner product of an embedding's gradient and that of the head that is tied to it. */
  private double between(Use embedding, Use head, int example) {
    Tensor de = gradient(embedding, example); // (t, E)
    Tensor dz = gradient(head, example).index_select(1, in(embedding, example)); // (l, t)
    return sum(paired(in(head, example), de).mul_(dz));
  }

  /** All inner products of rows, in double precision: large ones cancel. */
  private static Tensor paired(Tensor a, Tensor b) {
    return a.to(ScalarType.Double).matmul(b.to(ScalarType.Double).t());
  }

  private static double sum(Tensor values) {
    return values.to(ScalarType.Double).sum().item_double();
  }

  private Tensor in(Use use, int example) {
    return own(use.in, use.ofLabels, example);
  }

  private Tensor gradient(Use use, int example) {
    return own(use.out.grad(), use.ofLabels, example);
  }

  /** An example's rows: its labels, or its tokens without the padding. */
  private Tensor own(Tensor of, boolean labels, int example) {
    return labels
        ? of.narrow(0, firstLabels[example], batch.lengths()[example])
        : of.select(0, example).narrow(0, 0, tokens[example]);
  }
}
