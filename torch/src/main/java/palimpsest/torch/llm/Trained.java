package palimpsest.torch.llm;

import java.util.List;
import java.util.Optional;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;

/** What of a model is trained: a choice apart from the method. */
public sealed interface Trained {

  /** What is laid over a model to train it; empty where all of its own weights are. */
  Optional<Adapter> over(Llama model, long seed);

  /** All weights. */
  record Everything() implements Trained {
    @Override
    public Optional<Adapter> over(Llama model, long seed) {
      return Optional.empty();
    }

    @Override
    public String toString() {
      return "all";
    }
  }

  /**
   * The tensors that are named.
   *
   * @param names full names, in which {@code *} stands for anything, such as {@code
   *     model.layers.5.mlp.*}
   */
  record Named(List<String> names) implements Trained {
    public Named {
      names = List.copyOf(names);
      if (names.isEmpty() || names.stream().anyMatch(String::isBlank)) {
        throw new InvalidRequest("what is trained must be named, got " + names);
      }
    }

    @Override
    public Optional<Adapter> over(Llama model, long seed) {
      for (String name : names) { // each must name something
        Adapter.copies(model, name, full -> fits(name, full)).close();
      }
      return Optional.of(
          Adapter.copies(
              model, toString(), full -> names.stream().anyMatch(name -> fits(name, full))));
    }

    /** Each part between stars where it first occurs, the last one at the end. */
    private static boolean fits(String name, String full) {
      String[] parts = name.split("\\*", -1);
      String last = parts[parts.length - 1];
      if (parts.length == 1 || !full.startsWith(parts[0])) {
        return name.equals(full);
      }
      int at = parts[0].length();
      for (int i = 1; i < parts.length - 1; i++) {
        int found = full.indexOf(parts[i], at);
        if (found < 0) {
          return false;
        }
        at = found + parts[i].length();
      }
      return at <= full.length() - last.length() && full.endsWith(last);
    }

    @Override
    public String toString() {
      return String.join("+", names);
    }
  }

  /**
   * Low-rank additions, LoRA.
   *
   * @param rank r
   * @param alpha α; the additions are scaled by α / r
   * @param targets last names of the matrices that have one, such as {@code q_proj}
   */
  record LowRank(int rank, double alpha, List<String> targets) implements Trained {

    /** All linear layers: rank 8, α 16. */
    public static final LowRank DEFAULT =
        new LowRank(
            8,
            16,
            List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"));

    public LowRank {
      Check.atLeast(rank, 1, "lora-rank");
      Check.positive(alpha, "lora-alpha");
      targets = List.copyOf(targets);
      if (targets.isEmpty()) {
        throw new InvalidRequest("lora-targets names no matrix");
      }
    }

    @Override
    public Optional<Adapter> over(Llama model, long seed) {
      return Optional.of(Adapter.lowRank(model, rank, alpha, targets, seed));
    }

    @Override
    public String toString() {
      return "lora rank " + rank + " alpha " + alpha + " on " + String.join("+", targets);
    }
  }
}
