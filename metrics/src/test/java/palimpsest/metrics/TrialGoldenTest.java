package palimpsest.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import palimpsest.api.Evidence;
import palimpsest.api.Evidence.Item;
import palimpsest.api.Example;
import palimpsest.api.Metric;
import palimpsest.api.Place;
import palimpsest.api.Split;
import palimpsest.api.Trace;
import palimpsest.api.Trial;

/**
 * Every metric on one made-up evaluation, against NumPy, SciPy, scikit-learn, rouge_score and zlib.
 */
class TrialGoldenTest {
  private static final JsonNode GOLDEN = Golden.metrics("trial.json");
  private static final double TINY = 1e-12;

  @Test
  void metrics_goldenTrials_equalTheReferenceImplementations() {
    for (JsonNode trial : GOLDEN.get("trials")) {
      Map<String, Double> expected = doubles(trial.get("expected"));
      assertThat(BuiltInMetrics.all().stream().map(Metric::id))
          .containsExactlyInAnyOrderElementsOf(expected.keySet());
      Trial given = trial(trial);
      expected.forEach(
          (id, wanted) ->
              assertThat(Items.value(BuiltInMetrics.byId(id).score(given)))
                  .as(trial.get("subject").asText() + " " + id)
                  .isCloseTo(wanted, within(TINY * Math.max(1e-3, Math.abs(wanted)))));
    }
  }

  /** Of a sound model, public code gives the same but for its 1e-10, save extraction strength. */
  @Test
  void publicCode_soundModel_agreesButForExtractionStrength() {
    publicCode(0)
        .forEach(
            (id, theirs) -> {
              double ours = ours(0, id);
              if (id.equals("forgetting.extraction-strength")) {
                assertThat(theirs - ours).as("1/L where no suffix matches").isGreaterThan(0.05);
              } else {
                assertThat(theirs).as(id).isCloseTo(ours, within(1e-7 * Math.abs(ours)));
              }
            });
  }

  /**
   * Of a collapsed model, whose probabilities are far below 1e-10, public code's truth ratio and
   * its probability among options are made of that 1e-10.
   */
  @Test
  void publicCode_collapsedModel_measuresItsEpsilon() {
    Map<String, Double> theirs = publicCode(1);
    for (String id :
        List.of(
            "forgetting.extraction-strength",
            "forgetting.truth-ratio-prob-mean",
            "forgetting.probability-with-options@real-authors")) {
      double ours = ours(1, id);
      assertThat(Math.abs(theirs.get(id) - ours)).as(id).isGreaterThan(0.01 * ours);
    }
  }

  private static Map<String, Double> publicCode(int trial) {
    return doubles(GOLDEN.get("trials").get(trial).get("public_code"));
  }

  private static double ours(int trial, String id) {
    return Items.value(BuiltInMetrics.byId(id).score(trial(GOLDEN.get("trials").get(trial))));
  }

  private static Map<String, Double> doubles(JsonNode values) {
    Map<String, Double> doubles = new TreeMap<>();
    values.properties().forEach(e -> doubles.put(e.getKey(), e.getValue().asDouble()));
    return doubles;
  }

  static Trial trial(JsonNode trial) {
    return new Trial(
        evidence(trial.get("subject").asText()),
        Optional.of(evidence("reference")),
        Optional.of(evidence("original")));
  }

  private static Evidence evidence(String model) {
    Map<Split, List<Item>> items = new TreeMap<>();
    for (JsonNode c : GOLDEN.get("items")) {
      if (c.get("model").asText().equals(model)) {
        Split split = Split.valueOf(c.get("split").asText().toUpperCase(Locale.ROOT));
        items.computeIfAbsent(split, s -> new ArrayList<>()).add(item(c));
      }
    }
    return new Evidence(model, items);
  }

  private static Item item(JsonNode c) {
    String id = c.get("id").asText();
    int line = Integer.parseInt(id.substring(id.indexOf('#') + 1));
    List<String> wrong = texts(c.get("wrong"));
    String task = c.get("task").isNull() ? null : c.get("task").asText();
    Example example =
        new Example(
            id,
            new Place("golden", line, 0, 1),
            "q",
            c.get("completion").asText(),
            new Example.Probe(null, null, wrong, task));
    List<Trace> perturbed = new ArrayList<>();
    c.get("perturbed").forEach(logs -> perturbed.add(Items.trace(Golden.doubles(logs))));
    return new Item(
        example,
        answer(c),
        List.of(Items.trace(Golden.doubles(c.get("paraphrased")))),
        perturbed,
        c.get("generated").asText(),
        c.get("gradient_norm").asDouble());
  }

  private static Trace answer(JsonNode c) {
    double[] logProb = Golden.doubles(c.get("logp"));
    boolean[] hit = new boolean[logProb.length];
    IntStream.range(0, hit.length).forEach(i -> hit[i] = c.get("hit").get(i).asBoolean());
    return new Trace(
        "x",
        new int[hit.length],
        logProb,
        hit,
        Golden.doubles(c.get("mu")),
        Golden.doubles(c.get("sigma2")));
  }

  private static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }
}
