package palimpsest.guard;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import palimpsest.api.InvalidRequest;

/**
 * Tells prompts about a target from others: a logistic regression on which words, and which pairs
 * of neighbouring words, a prompt has.
 *
 * <pre>
 * p = σ(w·x + b), x_f = 1/√n for each of a prompt's n known features
 * w, b minimise ½ mean_target loss + ½ mean_others loss + λ/2 (|w|² + b²)
 * </pre>
 *
 * <p>Words are runs of letters and digits after NFKC and folding of case; those that no prompt of
 * the two sets has are not known and say nothing. The descent is Nesterov's, from 0 and for a fixed
 * number of steps: the same prompts give the same classifier. It knows words, not what they mean: a
 * prompt that says none of the target's words gets past it.
 *
 * @see <a href="https://arxiv.org/abs/2406.07933">Liu et al. 2024, who fine-tune an encoder</a>
 */
public final class PromptClassifier {
  private static final double LAMBDA = 1e-4;
  private static final int STEPS = 400;

  /** 1 / (¼ (|x|² + 1) + λ): the loss curves no more than that. */
  private static final double RATE = 1 / (0.5 + LAMBDA);

  private final Map<String, Integer> features = new HashMap<>();
  private double[] weights = {}; // the last is b

  private PromptClassifier() {}

  /**
   * Learns from prompts about the target and others.
   *
   * @throws InvalidRequest if there are none of either
   */
  public static PromptClassifier fit(List<String> target, List<String> others) {
    if (target.isEmpty() || others.isEmpty()) {
      throw new InvalidRequest(
          "a classifier of prompts needs some about the target and some others, got "
              + target.size()
              + " and "
              + others.size());
    }
    PromptClassifier made = new PromptClassifier();
    List<int[]> rows = new ArrayList<>();
    for (List<String> prompts : List.of(target, others)) {
      for (String prompt : prompts) {
        spelled(prompt).forEach(f -> made.features.putIfAbsent(f, made.features.size()));
        rows.add(made.row(prompt));
      }
    }
    made.descend(rows, target.size());
    return made;
  }

  /** p, that a prompt is about the target. */
  public double probability(String prompt) {
    return sigmoid(score(row(prompt), weights));
  }

  private void descend(List<int[]> rows, int targets) {
    int size = features.size() + 1;
    weights = new double[size];
    double[] ahead = new double[size];
    for (int step = 1; step <= STEPS; step++) {
      double[] gradient = gradient(rows, targets, ahead);
      double momentum = (step - 1.0) / (step + 2.0);
      for (int i = 0; i < size; i++) {
        double next = ahead[i] - RATE * gradient[i];
        ahead[i] = next + momentum * (next - weights[i]);
        weights[i] = next;
      }
    }
  }

  private static double[] gradient(List<int[]> rows, int targets, double[] at) {
    double[] gradient = new double[at.length];
    for (int i = 0; i < at.length; i++) {
      gradient[i] = LAMBDA * at[i];
    }
    for (int r = 0; r < rows.size(); r++) {
      int[] row = rows.get(r);
      boolean target = r < targets;
      double share = 0.5 / (target ? targets : rows.size() - targets);
      double pull = share * (sigmoid(score(row, at)) - (target ? 1 : 0));
      for (int f : row) {
        gradient[f] += pull / Math.sqrt(row.length);
      }
      gradient[at.length - 1] += pull;
    }
    return gradient;
  }

  private static double score(int[] row, double[] weights) {
    double sum = 0;
    for (int f : row) {
      sum += weights[f];
    }
    return (row.length == 0 ? 0 : sum / Math.sqrt(row.length)) + weights[weights.length - 1];
  }

  private static double sigmoid(double x) {
    return 1 / (1 + StrictMath.exp(-x));
  }

  private int[] row(String prompt) {
    return spelled(prompt).stream()
        .map(features::get)
        .filter(java.util.Objects::nonNull)
        .mapToInt(f -> f)
        .toArray();
  }

  /** Words and pairs of neighbours, each once, in order. */
  private static Set<String> spelled(String prompt) {
    String folded = Normalizer.normalize(prompt, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    Set<String> all = new LinkedHashSet<>();
    String before = "";
    for (String word : folded.split("[^\\p{L}\\p{N}]+", -1)) {
      if (!word.isEmpty()) {
        all.add(word);
        all.add(before + " " + word);
        before = word;
      }
    }
    return all;
  }
}
