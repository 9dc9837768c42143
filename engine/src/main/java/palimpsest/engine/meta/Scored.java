package palimpsest.engine.meta;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import palimpsest.api.Metric;
import palimpsest.api.Score;
import palimpsest.api.Score.NotMeasured;
import palimpsest.engine.Evaluating;
import palimpsest.engine.meta.MetaSettings.Unlearned;
import palimpsest.metrics.meta.Change;
import palimpsest.metrics.meta.MetaEvaluation;

/** Every metric of every model, and from these how far each metric can be trusted. */
final class Scored {
  private final MetaSettings settings;
  private final MetaBench.Made made;
  private final Map<String, Map<String, Score>> scores = new LinkedHashMap<>(); // by model

  Scored(MetaSettings settings, MetaBench.Made made) {
    this.settings = settings;
    this.made = made;
    for (int i = 1; i <= settings.seeds(); i++) {
      score(MetaBench.with(i), i);
      score(MetaBench.without(i), i);
    }
    for (int i = 1; i <= settings.unlearned(); i++) {
      score(MetaBench.relearned(MetaBench.without(i)), i);
    }
    for (Unlearned u : made.kept()) {
      score(u.name(), u.seed());
      score(MetaBench.relearned(u.name()), u.seed());
      score(MetaBench.quantized(u.name()), u.seed());
    }
  }

  private void score(String name, int model) {
    int next = model % settings.seeds() + 1;
    scores.put(
        name,
        Evaluating.scores(
            made.of(name),
            Optional.of(made.of(MetaBench.without(next))),
            Optional.of(made.of(MetaBench.with(model)))));
  }

  /**
   * What is known of a metric.
   *
   * @param metric its id
   * @param version its version
   * @param knowledge whether its value grows or falls with knowledge; absent where it is not judged
   * @param faithfulness area under the ROC curve between models with and without
   * @param relearning R
   * @param quantization Q
   * @param robustness harmonic mean of R and Q
   * @param overall harmonic mean of faithfulness and robustness
   * @param variants R and Q by other definitions
   * @param means mean value by kind of model; left out where one model of the kind has no value
   */
  record Row(
      String metric,
      int version,
      Optional<MetaEvaluation.Sense> knowledge,
      Score faithfulness,
      Score relearning,
      Score quantization,
      Score robustness,
      Score overall,
      Map<String, Score> variants,
      Map<String, Double> means) {}

  Row row(Metric metric) {
    Optional<String> not = Senses.notJudged(metric);
    if (not.isPresent()) {
      Score none = new NotMeasured(not.get());
      return new Row(
          metric.id(),
          metric.version(),
          Optional.empty(),
          none,
          none,
          none,
          none,
          none,
          Map.of(),
          means(metric.id()));
    }
    MetaEvaluation meta = new MetaEvaluation(Senses.of(metric));
    String id = metric.id();
    Score faithfulness =
        over(
            id,
            join(with(), without()),
            () -> meta.faithfulness(values(id, with()), values(id, without())));
    Score r = relearning(id, () -> meta.relearning(relearned(id), reference(id)));
    Score q = quantization(metric, () -> meta.quantization(quantized(id)));
    Map<String, Score> variants = new TreeMap<>();
    variants.put(
        "relearning-symmetric",
        relearning(id, () -> meta.relearningSymmetric(relearned(id), reference(id))));
    variants.put(
        "quantization-symmetric",
        quantization(metric, () -> meta.quantizationSymmetric(quantized(id))));
    variants.put(
        "quantization-kept", quantization(metric, () -> meta.quantizationKept(quantized(id))));
    Score robustness = MetaEvaluation.harmonic(r, q);
    return new Row(
        id,
        metric.version(),
        Optional.of(meta.sense()),
        faithfulness,
        r,
        q,
        robustness,
        MetaEvaluation.harmonic(faithfulness, robustness),
        variants,
        means(id));
  }

  private List<String> with() {
    return names(settings.seeds(), MetaBench::with);
  }

  private List<String> without() {
    return names(settings.seeds(), MetaBench::without);
  }

  /** Retrained models that were relearned, before it. */
  private List<String> before() {
    return names(settings.unlearned(), MetaBench::without);
  }

  private static List<String> names(int count, IntFunction<String> name) {
    return IntStream.rangeClosed(1, count).mapToObj(name).toList();
  }

  private List<String> kept() {
    return made.kept().stream().map(Unlearned::name).toList();
  }

  private static List<String> map(List<String> names, UnaryOperator<String> to) {
    return names.stream().map(to).toList();
  }

  private static List<String> join(List<String> first, List<String> second) {
    List<String> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }

  private Score relearning(String id, Supplier<Score> score) {
    List<String> all = join(kept(), map(kept(), MetaBench::relearned));
    all.addAll(before());
    all.addAll(map(before(), MetaBench::relearned));
    return over(id, all, score);
  }

  private Score quantization(Metric metric, Supplier<Score> score) {
    if (Senses.isSigned(metric)) {
      return new NotMeasured("its values are above or below a reference: two have no ratio");
    }
    return over(metric.id(), join(kept(), map(kept(), MetaBench::quantized)), score);
  }

  /** A score over models that all have a value, or which of them has none. */
  private Score over(String id, List<String> models, Supplier<Score> score) {
    for (String model : models) {
      Optional<String> none =
          of(model, id).fold(m -> Optional.empty(), n -> Optional.of(n.reason()));
      if (none.isPresent()) {
        return new NotMeasured("of " + model + ": " + none.get());
      }
    }
    return score.get();
  }

  private Score of(String model, String id) {
    Score score = scores.getOrDefault(model, Map.of()).get(id);
    if (score == null) {
      throw new IllegalStateException(id + " of " + model + " was not scored");
    }
    return score;
  }

  private double value(String model, String id) {
    return of(model, id)
        .fold(
            m -> m.value(),
            n -> {
              throw new IllegalStateException(id + " of " + model + ": " + n.reason());
            });
  }

  private Map<String, Double> values(String id, List<String> models) {
    Map<String, Double> values = new TreeMap<>();
    models.forEach(m -> values.put(m, value(m, id)));
    return values;
  }

  private Map<String, Change> changes(String id, UnaryOperator<String> to) {
    Map<String, Change> changes = new TreeMap<>();
    kept().forEach(m -> changes.put(m, new Change(value(m, id), value(to.apply(m), id))));
    return changes;
  }

  private Map<String, Change> relearned(String id) {
    return changes(id, MetaBench::relearned);
  }

  private Map<String, Change> quantized(String id) {
    return changes(id, MetaBench::quantized);
  }

  /** The mean of the retrained models, before and after. */
  private Change reference(String id) {
    return new Change(
        mean(id, before()).orElseThrow(),
        mean(id, map(before(), MetaBench::relearned)).orElseThrow());
  }

  private Optional<Double> mean(String id, List<String> models) {
    boolean all = models.stream().allMatch(m -> of(m, id).fold(v -> true, n -> false));
    return all && !models.isEmpty()
        ? Optional.of(models.stream().mapToDouble(m -> value(m, id)).average().orElseThrow())
        : Optional.empty();
  }

  private Map<String, Double> means(String id) {
    Map<String, Double> means = new TreeMap<>();
    mean(id, with()).ifPresent(v -> means.put("with", v));
    mean(id, without()).ifPresent(v -> means.put("without", v));
    mean(id, map(before(), MetaBench::relearned)).ifPresent(v -> means.put("without+relearned", v));
    mean(id, kept()).ifPresent(v -> means.put("unlearned", v));
    mean(id, map(kept(), MetaBench::relearned)).ifPresent(v -> means.put("unlearned+relearned", v));
    mean(id, map(kept(), MetaBench::quantized)).ifPresent(v -> means.put("unlearned+quantized", v));
    return means;
  }
}
