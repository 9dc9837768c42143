package palimpsest.engine;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import palimpsest.api.Decoding;
import palimpsest.api.Diverged;
import palimpsest.api.Evidence;
import palimpsest.api.Example;
import palimpsest.api.LanguageModel;
import palimpsest.api.Metric;
import palimpsest.api.Score;
import palimpsest.api.Split;
import palimpsest.api.Trace;
import palimpsest.api.Trial;
import palimpsest.metrics.BuiltInMetrics;
import palimpsest.metrics.benchmark.AnswerLength;
import palimpsest.torch.llm.GradientNorms;
import palimpsest.torch.llm.TextModel;

/** Collects the evidence on one model in one pass per split, and scores it. */
public final class Evaluating {
  private Evaluating() {}

  /**
   * The evidence on a model.
   *
   * @param maxNewTokens most tokens of an answer; fewer where a benchmark says so
   */
  public static Evidence evidence(LanguageModel model, Suite suite, int maxNewTokens) {
    Map<Split, List<Evidence.Item>> items = new EnumMap<>(Split.class);
    suite
        .splits()
        .forEach(
            (split, examples) -> items.put(split, items(model, split, examples, maxNewTokens)));
    return new Evidence(model.digest(), items);
  }

  private static List<Evidence.Item> items(
      LanguageModel model, Split split, List<Example> examples, int maxNewTokens) {
    List<Trace> traces = model.trace(asked(examples));
    List<String> answers =
        split == Split.HOLDOUT ? List.of() : answers(model, examples, maxNewTokens);
    List<Evidence.Item> items = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < examples.size(); i++) {
      Example e = examples.get(i);
      int paraphrased = e.probe().paraphrasedAnswer() == null ? 0 : 1;
      int perturbed = e.probe().perturbedAnswers().size();
      items.add(
          new Evidence.Item(
              e,
              traces.get(at),
              traces.subList(at + 1, at + 1 + paraphrased),
              traces.subList(at + 1 + paraphrased, at + 1 + paraphrased + perturbed),
              answers.isEmpty() ? null : answers.get(i)));
      at += 1 + paraphrased + perturbed;
    }
    return items;
  }

  private static List<String> answers(
      LanguageModel model, List<Example> examples, int maxNewTokens) {
    Map<Integer, List<Integer>> byLength = new TreeMap<>();
    for (int i = 0; i < examples.size(); i++) {
      int most = AnswerLength.of(examples.get(i), maxNewTokens);
      byLength.computeIfAbsent(most, k -> new ArrayList<>()).add(i);
    }
    String[] answers = new String[examples.size()];
    byLength.forEach(
        (most, which) -> {
          List<String> prompts = which.stream().map(i -> examples.get(i).prompt()).toList();
          List<List<String>> some = model.answer(prompts, Decoding.greedy(most));
          for (int k = 0; k < which.size(); k++) {
            answers[which.get(k)] = some.get(k).get(0);
          }
        });
    return List.of(answers);
  }

  /**
   * The same evidence with the gradient norms that {@code privacy.grad-norm-auc} needs, of the
   * forget and holdout splits: a backward pass for each of their examples.
   *
   * @param model the model that the evidence is of
   */
  public static Evidence withGradientNorms(TextModel model, Evidence evidence) {
    Map<Split, List<Evidence.Item>> items = new EnumMap<>(evidence.items());
    for (Split split : List.of(Split.FORGET, Split.HOLDOUT)) {
      items.computeIfPresent(split, (s, list) -> withGradientNorms(model, list));
    }
    return new Evidence(evidence.digest(), items);
  }

  private static List<Evidence.Item> withGradientNorms(TextModel model, List<Evidence.Item> items) {
    double[] norms =
        GradientNorms.of(
            model.llama(), model.encode(items.stream().map(Evidence.Item::example).toList()));
    List<Evidence.Item> with = new ArrayList<>();
    for (Evidence.Item item : items) {
      with.add(
          new Evidence.Item(
              item.example(),
              item.answer(),
              item.paraphrased(),
              item.perturbed(),
              item.generated(),
              norms[with.size()]));
    }
    return with;
  }

  /** The examples and what they are compared with: each with its other right and wrong answers. */
  static List<Example> asked(List<Example> examples) {
    List<Example> asked = new ArrayList<>();
    for (Example e : examples) {
      asked.add(e);
      Optional.ofNullable(e.probe().paraphrasedAnswer())
          .ifPresent(a -> asked.add(e.with(e.prompt(), a)));
      e.probe().perturbedAnswers().forEach(a -> asked.add(e.with(e.prompt(), a)));
    }
    return asked;
  }

  /** Every built-in metric of a model, by id, in the registry's order. */
  public static Map<String, Score> scores(
      Evidence subject, Optional<Evidence> reference, Optional<Evidence> original) {
    Map<String, Score> scores = new TreeMap<>();
    Trial trial = new Trial(subject, reference, original);
    for (Metric metric : BuiltInMetrics.all()) {
      scores.put(metric.id(), score(metric, trial));
    }
    return scores;
  }

  /** A model whose output is not finite has no score, which must not cost the others theirs. */
  private static Score score(Metric metric, Trial trial) {
    try {
      return metric.score(trial);
    } catch (Diverged e) {
      return new Score.NotMeasured(String.valueOf(e.getMessage()));
    }
  }
}
