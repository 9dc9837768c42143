package palimpsest.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import palimpsest.api.Evidence;
import palimpsest.api.Evidence.Item;
import palimpsest.api.Example;
import palimpsest.api.Metric;
import palimpsest.api.Place;
import palimpsest.api.Score.Measured;
import palimpsest.api.Split;
import palimpsest.api.Trace;
import palimpsest.api.Trial;

/**
 * What every metric must do. If a metric is wrong in a way that this does not see, this must be
 * made better. Seed 20240601 throughout.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class MetricContract {
  private static final long SEED = 20240601;
  private static final int SIZE = 12;
  private static final List<String> TASKS =
      List.of(
          "verbmem",
          "knowmem",
          "Task1.sc",
          "Task1.qa",
          "Task2.sc",
          "Task2.qa",
          "Task3.sc",
          "Task3.qa");
  private static final String[] WORDS =
      "the quiet river of stones was named by Ana Lund".split(" ");

  /** The metrics under test. */
  abstract Stream<Metric> metrics();

  @ParameterizedTest
  @MethodSource("metrics")
  void score_fullTrial_isFiniteAndInItsStatedRange(Metric metric) {
    for (double forget = 0; forget <= 1; forget += 0.125) {
      double value = Items.value(metric.score(trial(forget, 0.95 - forget / 2)));
      assertThat(value).isFinite();
      assertInRange(metric, value);
    }
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void score_collapsedModel_isFiniteAndInItsStatedRange(Metric metric) {
    Evidence collapsed = evidence(knowledge(0, 0), 1e4);
    Trial trial =
        new Trial(collapsed, Optional.of(reference()), Optional.of(evidence(knowledge(1, 1), 1)));
    assertInRange(metric, Items.value(metric.score(trial)));
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void score_itemsInOtherOrder_isTheSameToTheBit(Metric metric) {
    Trial trial = trial(0.7, 0.8);
    Trial shuffled =
        new Trial(
            shuffled(trial.subject()),
            trial.reference().map(MetricContract::shuffled),
            trial.original().map(MetricContract::shuffled));
    assertThat(Items.value(metric.score(shuffled))).isEqualTo(Items.value(metric.score(trial)));
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void score_sameTrialTwice_isTheSame(Metric metric) {
    assertThat(metric.score(trial(0.7, 0.8))).isEqualTo(metric.score(trial(0.7, 0.8)));
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void score_betterModel_movesInTheStatedDirection(Metric metric) {
    double better = Items.value(metric.score(trial(0.2, 0.9)));
    double worse = Items.value(metric.score(trial(0.95, 0.5)));
    Trial ideal = new Trial(reference(), Optional.of(reference()), trial(0, 0).original());
    switch (metric.better()) {
      case HIGHER -> assertThat(better).isGreaterThan(worse);
      case LOWER -> assertThat(better).isLessThan(worse);
      case NEARER_REFERENCE -> {
        double wanted = Items.value(metric.score(ideal));
        assertThat(Math.abs(better - wanted)).isLessThan(Math.abs(worse - wanted));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void explanation_fullTrial_recomputesToTheValueDownToExamples(Metric metric) {
    Measured score = Items.measured(metric.score(trial(0.7, 0.8)));
    Recomputed.check(score.because());
    assertThat(Recomputed.leaves(score.because()))
        .anyMatch(leaf -> leaf.what().matches("[a-z ]+: data\\.jsonl#[0-9]+"));
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void score_nothingEvaluated_isNotMeasuredWithAReasonToActOn(Metric metric) {
    Evidence empty = new Evidence("digest", Map.of());
    assertThat(Items.reason(metric.score(Items.alone(empty))))
        .matches("(?s).*(no |neither ).*")
        .hasSizeGreaterThan(20);
    assertThat(Items.reason(metric.score(new Trial(empty, Optional.of(empty), Optional.of(empty)))))
        .contains("no ");
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void words_always_sayWhatItIs(Metric metric) {
    assertThat(metric.id()).matches("[a-z]+\\.[a-z0-9-]+(@[a-z-]+)?");
    assertThat(metric.version()).isPositive();
    assertThat(metric.meaning()).matches("(?s)(0 to 1|-100 and up).*");
  }

  private static void assertInRange(Metric metric, double value) {
    if (metric.meaning().startsWith("0 to 1")) {
      assertThat(value).isBetween(0.0, 1.0);
    } else {
      assertThat(value).isGreaterThanOrEqualTo(-100);
    }
  }

  /** A subject of that knowledge, a retrained reference, and a model that knows everything. */
  private static Trial trial(double forget, double kept) {
    return new Trial(
        evidence(knowledge(forget, kept), 4),
        Optional.of(reference()),
        Optional.of(evidence(knowledge(0.98, 0.95), 4)));
  }

  private static Evidence reference() {
    return evidence(knowledge(0.15, 0.95), 4, SEED + 1);
  }

  private static Map<Split, Double> knowledge(double forget, double kept) {
    Map<Split, Double> known = new EnumMap<>(Split.class);
    known.put(Split.FORGET, forget);
    known.put(Split.HOLDOUT, 0.15);
    known.put(Split.RETAIN, kept);
    known.put(Split.REAL_AUTHORS, kept);
    known.put(Split.WORLD_FACTS, kept);
    return known;
  }

  private static Evidence evidence(Map<Split, Double> known, double depth) {
    return evidence(known, depth, SEED);
  }

  /** Questions, then passages and questions of each benchmark, then multiple choice. */
  private static Evidence evidence(Map<Split, Double> known, double depth, long seed) {
    Random random = new Random(seed);
    Map<Split, List<Item>> items = new EnumMap<>(Split.class);
    for (Split split : Split.values()) {
      List<Item> list = new ArrayList<>();
      for (int line = 1; line <= SIZE; line++) {
        list.add(item(example(line, null), known.get(split), depth, random));
      }
      for (String task : TASKS) {
        for (int i = 0; i < SIZE; i++) {
          int line = list.size() + 1;
          list.add(item(example(line, task), known.get(split), depth, random));
        }
      }
      for (int i = 0; i < SIZE; i++) {
        list.add(item(choice(list.size() + 1), known.get(split), depth, random));
      }
      items.put(split, list);
    }
    return new Evidence("digest", items);
  }

  private static Example example(int line, @Nullable String task) {
    return example(line, String.join(" ", WORDS), List.of("stones", "rivers"), task);
  }

  private static Example choice(int line) {
    return example(line, "B", List.of("A", "C"), null);
  }

  private static Example example(
      int line, String completion, List<String> wrong, @Nullable String task) {
    return new Example(
        "data.jsonl#" + line,
        new Place("data.jsonl", line, 0, 1),
        "Who named it?",
        completion,
        new Example.Probe(null, null, wrong, task));
  }

  /** A greedy answer that is right where it is known, else begins right and ends in stutter. */
  private static String answer(String truth, double known, Random random) {
    String[] words = truth.split(" ");
    int right = (int) Math.round(known * words.length);
    return random.nextDouble() < known
        ? truth
        : String.join(" ", List.of(words).subList(0, right))
            + " the".repeat(words.length + 1 - right);
  }

  private static Item item(Example example, double known, double depth, Random random) {
    double paraphrase = -depth * (1 - known * (0.6 + 0.2 * random.nextDouble()));
    return new Item(
        example,
        answer(example, known, depth, random),
        List.of(Items.trace(paraphrase)),
        List.of(
            wrong(-depth * (0.3 + 0.7 * random.nextDouble())),
            wrong(-depth * (0.3 + 0.7 * random.nextDouble()))),
        answer(example.completion(), known, random),
        depth * (1.1 - known) * (0.5 + random.nextDouble()));
  }

  /** A token and an end token, equally likely. */
  private static Trace wrong(double logProb) {
    return Items.trace(logProb, logProb);
  }

  /** A letter is one token and an end token; anything else has nine. */
  private static Trace answer(Example example, double known, double depth, Random random) {
    return example.completion().length() == 1
        ? wrong(-depth * (1 - known * (0.8 + 0.2 * random.nextDouble())))
        : trace(known, depth, random);
  }

  private static Trace trace(double known, double depth, Random random) {
    double[] logProb = new double[9];
    boolean[] hit = new boolean[9];
    double hard = depth * (0.3 + 0.7 * random.nextDouble());
    for (int i = 0; i < logProb.length; i++) {
      logProb[i] = -hard * (1 - known * (0.8 + 0.2 * random.nextDouble()));
      hit[i] = random.nextDouble() < known;
    }
    return Items.trace(logProb, hit);
  }

  private static Evidence shuffled(Evidence evidence) {
    Map<Split, List<Item>> items = new EnumMap<>(Split.class);
    evidence
        .items()
        .forEach(
            (split, list) -> {
              List<Item> copy = new ArrayList<>(list);
              Collections.shuffle(copy, new Random(SEED));
              items.put(split, copy);
            });
    return new Evidence(evidence.digest(), items);
  }
}
