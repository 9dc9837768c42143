package palimpsest.torch.llm;

import static org.bytedeco.pytorch.global.torch.linear;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Suggest;
import palimpsest.torch.Weights;

/**
 * Parameters laid over a model's: copies of some of its tensors, or low-rank additions to some of
 * its matrices. What is trained is the adapter alone; the model below stays as it is.
 *
 * <p>Low-rank: W + (α / r) B A, with A (r, in) drawn uniformly from ±1/√in and B (out, r) zero, as
 * PEFT begins it.
 *
 * @see <a href="https://arxiv.org/abs/2106.09685">Hu et al. 2021</a>
 */
public final class Adapter implements AutoCloseable {
  private static final String A = ".lora_A.weight";
  private static final String B = ".lora_B.weight";
  private static final String WEIGHT = ".weight";

  private final Weights weights;
  private final double scale;

  private Adapter(Weights weights, double scale) {
    this.weights = weights;
    this.scale = scale;
  }

  /**
   * Copies of the tensors whose names fit.
   *
   * @param which chooses by name, such as {@code model.layers.5.mlp.down_proj.weight}
   * @throws InvalidRequest if none does
   */
  public static Adapter copies(Llama model, String described, Predicate<String> which) {
    Map<String, Tensor> chosen = new LinkedHashMap<>();
    model
        .weights()
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (which.test(name)) {
                chosen.put(name, tensor);
              }
            });
    if (chosen.isEmpty()) {
      throw new InvalidRequest(
          "no parameter is called "
              + described
              + Suggest.nearest(described, model.weights().tensors().keySet()));
    }
    return new Adapter(Weights.of(chosen), 0);
  }

  /**
   * Low-rank additions to the matrices of every layer whose last name is among the targets.
   *
   * @param rank r
   * @param alpha α
   * @param targets last names, such as {@code q_proj}
   * @param seed of A
   * @throws InvalidRequest if a target names no matrix of the model, or one of a lower rank
   */
  public static Adapter lowRank(
      Llama model, int rank, double alpha, List<String> targets, long seed) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    for (String target : targets) {
      List<String> names =
          model.weights().tensors().keySet().stream()
              .filter(name -> name.endsWith("." + target + WEIGHT) && isOfLayer(model, name))
              .toList();
      if (names.isEmpty()) {
        throw new InvalidRequest(
            "no layer has a matrix called " + target + Suggest.nearest(target, matrices(model)));
      }
      for (String name : names) {
        Tensor w = model.weights().tensor(name); // (out, in)
        requireLow(rank, w, target);
        String stem = stem(name);
        shapes.put(stem + A, List.of((long) rank, w.size(1)));
        shapes.put(stem + B, List.of(w.size(0), (long) rank));
      }
    }
    Adapter adapter = new Adapter(Weights.allocate(shapes), alpha / rank);
    adapter.begin(seed);
    return adapter;
  }

  private static Set<String> matrices(Llama model) {
    Set<String> last = new TreeSet<>();
    model
        .weights()
        .tensors()
        .keySet()
        .forEach(
            name -> {
              if (isOfLayer(model, name)) {
                last.add(stem(name).substring(stem(name).lastIndexOf('.') + 1));
              }
            });
    return last;
  }

  /** Whether it is a matrix of a layer. */
  private static boolean isOfLayer(Llama model, String name) {
    return name.contains(".layers.") && model.weights().tensor(name).dim() == 2;
  }

  private static void requireLow(int rank, Tensor w, String target) {
    long most = Math.min(w.size(0), w.size(1));
    if (rank > most) {
      throw new InvalidRequest(
          "lora-rank must be at most " + most + ", the rank of " + target + ", got " + rank);
    }
  }

  private static String stem(String name) {
    return name.substring(0, name.length() - WEIGHT.length());
  }

  private void begin(long seed) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      weights
          .tensors()
          .forEach(
              (name, t) -> {
                t.zero_();
                if (name.endsWith(A)) {
                  InitialWeights.uniform(t, 1 / Math.sqrt((double) t.size(1)), name, seed);
                }
              });
    }
  }

  /** What is trained. */
  public Weights weights() {
    return weights;
  }

  /** Whether these are low-rank additions, not copies. */
  public boolean isLowRank() {
    return scale != 0;
  }

  /** The tensor of that name: the adapter's copy, or the model's own. */
  Tensor over(String name, Weights base) {
    return !isLowRank() && weights.tensors().containsKey(name)
        ? weights.tensor(name)
        : base.tensor(name);
  }

  /** y + (α / r) x Aᵀ Bᵀ where the matrix has an addition. */
  Tensor add(Tensor y, Tensor x, String name) {
    String a = stem(name) + A;
    if (!weights.tensors().containsKey(a)) {
      return y;
    }
    Tensor down = linear(x, weights.tensor(a)); // (B, T, r)
    return y.add(linear(down, weights.tensor(stem(name) + B)), new Scalar(scale));
  }

  /** Writes the adapter into the model's own parameters. */
  public void mergeInto(Weights base) {
    mergeInto(base, 1);
  }

  /**
   * Writes a share of the additions into the model's own parameters: of several adapters, each with
   * a share of 1 / their number, the mean.
   *
   * @throws IllegalStateException for a share of copies, which add nothing
   */
  public void mergeInto(Weights base, double share) {
    if (!isLowRank() && share != 1) {
      throw new IllegalStateException("copies of tensors are merged whole");
    }
    try (AutoGradMode off = new AutoGradMode(false)) {
      weights
          .tensors()
          .forEach(
              (name, t) -> {
                try (PointerScope scope = new PointerScope()) {
                  if (!isLowRank()) {
                    base.tensor(name).copy_(t);
                  } else if (name.endsWith(A)) {
                    String stem = name.substring(0, name.length() - A.length());
                    Tensor b = weights.tensor(stem + B); // (out, r)
                    base.tensor(stem + WEIGHT).add_(b.matmul(t), new Scalar(share * scale));
                  }
                }
              });
    }
  }

  @Override
  public void close() {
    weights.close();
  }
}
