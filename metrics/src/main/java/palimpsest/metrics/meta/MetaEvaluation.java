package palimpsest.metrics.meta;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import palimpsest.api.Explanation;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Metric;
import palimpsest.api.Score;
import palimpsest.api.Score.Measured;
import palimpsest.api.Score.NotMeasured;
import palimpsest.api.Trial;
import palimpsest.metrics.Explain;
import palimpsest.metrics.Saturation;

/**
 * How far a metric of forgetting can be trusted, from its values of many models.
 *
 * <p>All is said of m, the metric turned so that more is more knowledge: the value itself, or 1
 * minus it. To run it: train pools of models with and without the knowledge, and unlearned models
 * that are relearned and quantized; score each with {@link #values}; leave out unlearned models
 * whose utility was lost (the published runs keep those with at least .8 of it), since what they
 * forgot is everything. Each score names every model, so that a run can be repeated model by model.
 *
 * @param sense whether the metric's value grows or falls with knowledge
 * @see <a href="https://arxiv.org/abs/2506.12618">Dorna et al. 2025, OpenUnlearning, section 4</a>
 */
public record MetaEvaluation(Sense sense) {

  /** What becomes of the metric where a model knows more. */
  public enum Sense {
    /** It grows, as probability and extraction strength do; m is the value. */
    GROWS,
    /** It falls, as forget quality does; m is 1 minus the value. */
    FALLS;

    double knowledge(double value) {
      return this == GROWS ? value : 1 - value;
    }
  }

  /** A metric's value of each model, by the model's name, in the order of names. */
  public static Map<String, Double> values(Metric metric, Map<String, Trial> models) {
    Map<String, Double> values = new TreeMap<>();
    models.forEach(
        (name, trial) ->
            values.put(
                name,
                metric
                    .score(trial)
                    .fold(
                        Measured::value,
                        none -> {
                          throw new InvalidRequest(
                              metric.id() + " of model " + name + ": " + none.reason());
                        })));
    return values;
  }

  /**
   * {@code meta.faithfulness}: the chance that a model with the knowledge has a larger m than one
   * without it, a tie counting half; the area under the ROC curve. 0 to 1; one half tells nothing.
   */
  public Score faithfulness(Map<String, Double> with, Map<String, Double> without) {
    if (with.isEmpty() || without.isEmpty()) {
      return new NotMeasured(
          "no models " + (with.isEmpty() ? "with" : "without") + " the knowledge were evaluated");
    }
    Explanation area =
        Explain.auc(
            "models with the knowledge against models without it",
            Explain.mean("models with", leaves(with)),
            Explain.mean("models without", leaves(without)));
    return new Measured(area);
  }

  /**
   * {@code meta.relearning}: how little faster an unlearned model takes up again than a retrained
   * one does, after the same relearning; the mean over unlearned models of
   *
   * <pre>
   * R = min( (m_after - m_before of the retrained) / (m_after - m_before of the unlearned), 1 )
   * </pre>
   *
   * <p>1 where the unlearned rises no more than the retrained one or not at all, 0 where it rises
   * and that does not. 0 to 1. Low where the metric had called knowledge gone that was only hidden.
   */
  public Score relearning(Map<String, Change> unlearned, Change retrained) {
    double reference = Math.max(0, rise(retrained));
    return overModels(
        "relearning, min(rise of the retrained / rise of the unlearned, 1)",
        unlearned,
        change -> rise(change) <= reference ? 1 : reference / rise(change));
  }

  /**
   * {@code meta.quantization}: how little knowledge comes back by quantization; the mean over
   * unlearned models of {@code Q = min(m_before / m_after, 1)}. 0 to 1; 1 where m does not rise.
   */
  public Score quantization(Map<String, Change> unlearned) {
    return overModels(
        "quantization, min(m before / m after, 1)", unlearned, change -> share(change, false));
  }

  /**
   * {@code meta.quantization-kept}: the same ratio upside down, {@code min(m_after / m_before, 1)},
   * as some public scripts have it: 1 where m does not fall.
   */
  public Score quantizationKept(Map<String, Change> unlearned) {
    return overModels(
        "quantization, min(m after / m before, 1)", unlearned, change -> share(change, true));
  }

  /**
   * {@code meta.relearning-symmetric}: as {@link #relearning}, but a rise smaller than the
   * retrained one's counts as much: {@code 1 - |Δ_unl - Δ_ret| / (|Δ_unl| + |Δ_ret|)}, 1 where both
   * are 0.
   *
   * @see <a href="https://gnueaj.github.io/unlearning-depth-score">Unlearning Depth Score, 2026</a>
   */
  public Score relearningSymmetric(Map<String, Change> unlearned, Change retrained) {
    double reference = rise(retrained);
    return overModels(
        "relearning, 1 - |difference of rises| / sum of their sizes",
        unlearned,
        change -> likeness(rise(change), reference));
  }

  /**
   * {@code meta.quantization-symmetric}: {@code 1 - |m_after - m_before| / (|m_after| +
   * |m_before|)}, 1 where both are 0.
   */
  public Score quantizationSymmetric(Map<String, Change> unlearned) {
    return overModels(
        "quantization, 1 - |difference| / sum of sizes",
        unlearned,
        change -> likeness(sense.knowledge(change.after()), sense.knowledge(change.before())));
  }

  /**
   * {@code meta.robustness}: harmonic mean of a relearning and a quantization score; with a
   * faithfulness score and a robustness it is the overall one. 0 if one of them is 0.
   */
  public static Score harmonic(Score first, Score second) {
    return first.fold(
        a ->
            second.fold(
                b ->
                    new Measured(
                        Explain.harmonicMean("both", List.of(a.because(), b.because())),
                        joined(a.warnings(), b.warnings())),
                n -> n),
        n -> n);
  }

  private interface OfChange {
    double of(Change change);
  }

  private Score overModels(String what, Map<String, Change> models, OfChange value) {
    if (models.isEmpty()) {
      return new NotMeasured("no unlearned models were evaluated before and after");
    }
    List<Explanation> each = new ArrayList<>();
    new TreeMap<>(models)
        .forEach(
            (name, change) ->
                each.add(
                    new Explanation(
                        name,
                        value.of(change),
                        List.of(
                            Explanation.leaf("before", change.before()),
                            Explanation.leaf("after", change.after())))));
    Explanation mean = Explain.mean(what, each);
    return new Measured(mean, Saturation.ofMean(mean));
  }

  private List<Explanation> leaves(Map<String, Double> values) {
    List<Explanation> leaves = new ArrayList<>();
    new TreeMap<>(values)
        .forEach((name, value) -> leaves.add(Explanation.leaf(name, sense.knowledge(value))));
    return leaves;
  }

  private double rise(Change change) {
    return sense == Sense.GROWS ? change.rise() : -change.rise();
  }

  /** The smaller over the larger, where the change goes the way that counts; else 1. */
  private double share(Change change, boolean upsideDown) {
    double from = Math.max(0, sense.knowledge(upsideDown ? change.after() : change.before()));
    double to = sense.knowledge(upsideDown ? change.before() : change.after());
    return to <= from ? 1 : from / to;
  }

  private static double likeness(double a, double b) {
    double size = Math.abs(a) + Math.abs(b);
    return size == 0 ? 1 : 1 - Math.abs(a - b) / size;
  }

  private static List<String> joined(List<String> first, List<String> second) {
    List<String> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }
}
