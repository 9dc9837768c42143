package palimpsest.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import palimpsest.api.Evidence;
import palimpsest.api.Metric;
import palimpsest.api.Split;
import palimpsest.api.Trace;
import palimpsest.metrics.forgetting.ExactMemorisation;
import palimpsest.metrics.forgetting.ExtractionStrength;
import palimpsest.metrics.forgetting.Probability;
import palimpsest.metrics.forgetting.TruthRatio;
import palimpsest.metrics.privacy.LossAuc;
import palimpsest.metrics.privacy.MinKAuc;
import palimpsest.metrics.privacy.MinKPlusPlusAuc;
import palimpsest.metrics.privacy.PrivacyLeakage;
import palimpsest.metrics.privacy.RelativeDifference;

/** Whole metrics against values worked out in NumPy from logits. */
class MetricsGoldenTest {
  private static final double TINY = 1e-12;

  @Test
  void traceMetrics_goldenLogits_equalNumpy() {
    JsonNode cases = Golden.cases("trace_metrics.json", "cases");
    assertThat(cases).hasSizeGreaterThan(10);
    for (JsonNode c : cases) {
      Trace bare = trace(c, 0);
      Trace ended = trace(c, 1); // the golden answers have no end token; here it is not counted
      assertNear(c, "probability", ofFirstForget(Probability.defaults(), bare));
      assertNear(c, "loss", -ofFirstForget(LossAuc.defaults(), bare));
      assertNear(c, "exact_memorization", ofFirstForget(ExactMemorisation.defaults(), ended));
      assertNear(c, "extraction_strength", ofFirstForget(ExtractionStrength.defaults(), ended));
      assertNear(c, "min_k", ofFirstForget(MinKAuc.defaults(), ended));
      assertNear(c, "min_k_plus_plus", ofFirstForget(MinKPlusPlusAuc.defaults(), ended));
    }
  }

  @Test
  void truthRatio_goldenLogProbs_equalsNumpy() {
    for (JsonNode c : Golden.cases("trace_metrics.json", "truth_ratio")) {
      double right = c.get("correct_mean_logp").asDouble();
      double[] wrong = Golden.doubles(c.get("wrong_mean_logps"));
      Evidence evidence = Items.on(Split.FORGET, List.of(Items.item(1, -9, right, wrong)));
      assertNear(c, "closer_to_1", Items.value(TruthRatio.defaults().score(Items.alone(evidence))));
    }
  }

  @Test
  void privacyLeakage_goldenAreas_equalsOpenUnlearningWithoutItsEpsilon() {
    JsonNode cases = Golden.cases("privleak.json", "cases");
    assertThat(cases).hasSizeGreaterThan(20);
    for (JsonNode c : cases) {
      Evidence subject = withArea(c.get("auc").asDouble());
      Evidence reference = withArea(c.get("auc_retrained").asDouble());
      double got = Items.value(PrivacyLeakage.defaults().score(Items.against(subject, reference)));
      double wanted = c.get("open_unlearning").asDouble();
      assertThat(got).isCloseTo(wanted, within(TINY * (1 + Math.abs(wanted))));
    }
  }

  /**
   * MUSE divides by an area that is 1 where forget examples look unseen: given that area, its form
   * is this one. Given the other, as the golden value is, it is the relative difference.
   */
  @Test
  void relativeDifference_goldenAreas_isMusesFormOfTheOtherArea() {
    for (JsonNode c : Golden.cases("privleak.json", "cases")) {
      double auc = c.get("auc").asDouble();
      double retrained = c.get("auc_retrained").asDouble();
      double wanted = c.get("muse").asDouble();
      double got =
          Items.value(
              RelativeDifference.defaults()
                  .score(Items.against(withArea(auc), withArea(retrained))));
      assertThat(got).isCloseTo(wanted, within(TINY * (1 + Math.abs(wanted))));
      double flipped =
          Items.value(
              PrivacyLeakage.defaults()
                  .score(Items.against(withArea(1 - auc), withArea(1 - retrained))));
      assertThat(flipped).isCloseTo(wanted, within(10 * TINY * (1 + Math.abs(wanted))));
    }
  }

  private static void assertNear(JsonNode c, String field, double got) {
    double wanted = c.get(field).asDouble();
    assertThat(got)
        .as(c.path("name").asText() + " " + field)
        .isCloseTo(wanted, within(TINY * (1 + Math.abs(wanted))));
  }

  /** Membership scores are read off the explanation of their area. */
  private static double ofFirstForget(Metric metric, Trace trace) {
    Evidence evidence =
        new Evidence(
            "digest", Map.of(Split.FORGET, Items.items(trace), Split.HOLDOUT, Items.items(trace)));
    var root = Items.measured(metric.score(Items.alone(evidence))).because();
    var group = root.from().get(0);
    return group.from().isEmpty() ? group.value() : group.from().get(0).value();
  }

  private static Trace trace(JsonNode c, int more) {
    double[] logProb = longer(c.get("logp"), more);
    boolean[] hit = new boolean[logProb.length];
    IntStream.range(0, hit.length - more).forEach(i -> hit[i] = c.get("hit").get(i).asBoolean());
    return new Trace(
        "x",
        new int[hit.length],
        logProb,
        hit,
        longer(c.get("mu"), more),
        longer(c.get("sigma2"), more));
  }

  private static double[] longer(JsonNode values, int more) {
    double[] read = Golden.doubles(values);
    double[] longer = Arrays.copyOf(read, read.length + more);
    Arrays.fill(longer, read.length, longer.length, -50);
    return longer;
  }

  /** Non-members score -100, ..., -1; member i beats w_i of them, the w_i adding up to the area. */
  private static Evidence withArea(double area) {
    int wins = (int) Math.round(area * 10_000);
    List<Trace> members = new ArrayList<>();
    List<Trace> others = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      int share = wins / 100 + (i < wins % 100 ? 1 : 0);
      members.add(Items.trace(-100.5 + share, 0));
      others.add(Items.trace(-100.0 + i, 0));
    }
    return new Evidence(
        "digest",
        Map.of(
            Split.FORGET,
            Items.items(members.toArray(new Trace[0])),
            Split.HOLDOUT,
            Items.items(others.toArray(new Trace[0]))));
  }
}
