package palimpsest.metrics.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static palimpsest.metrics.Items.against;
import static palimpsest.metrics.Items.alone;
import static palimpsest.metrics.Items.items;
import static palimpsest.metrics.Items.measured;
import static palimpsest.metrics.Items.on;
import static palimpsest.metrics.Items.reason;
import static palimpsest.metrics.Items.trace;
import static palimpsest.metrics.Items.value;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import palimpsest.api.Evidence;
import palimpsest.api.Evidence.Item;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Score;
import palimpsest.api.Score.Measured;
import palimpsest.api.Split;
import palimpsest.api.Trace;

class PrivacyTest {

  /** Forget -1, holdout -2: the forget example looks like a member. Equal: one half. */
  @Test
  void lossAuc_forgetLikelier_isOne() {
    assertThat(value(LossAuc.defaults().score(alone(pair(trace(-1), trace(-2)))))).isEqualTo(1);
    assertThat(value(LossAuc.defaults().score(alone(pair(trace(-3), trace(-2)))))).isZero();
    assertThat(value(LossAuc.defaults().score(alone(pair(trace(-2), trace(-2)))))).isEqualTo(0.5);
  }

  /** Five tokens and an end token, k = .4: the two lowest, -5 and -4; one token: that one. */
  @Test
  void minK_fiveTokens_isTheMeanOfTheTwoLowest() {
    Evidence evidence = pair(trace(-1, -5, -2, -4, -3, -99), trace(-7, 0));
    Measured score = measured(MinKAuc.defaults().score(alone(evidence)));
    assertThat(score.because().from().get(0).from().get(0).value()).isEqualTo(-4.5);
    assertThat(score.because().from().get(1).from().get(0).value()).isEqualTo(-7);
  }

  /** Mean -2 and variance 1 in these traces: z of -5 is -3; variance 0 is taken as 1e-6. */
  @Test
  void minKPlusPlus_oneToken_isStandardised() {
    Trace flat =
        new Trace(
            "x",
            new int[2],
            new double[] {-2.5, 0},
            new boolean[2],
            new double[] {-2, 0},
            new double[2]);
    Evidence evidence = pair(trace(-5, 0), flat);
    Measured score = measured(MinKPlusPlusAuc.defaults().score(alone(evidence)));
    assertThat(score.because().from().get(0).from().get(0).value()).isEqualTo(-3);
    assertThat(score.because().from().get(1).from().get(0).value()).isCloseTo(-500, within(1e-9));
  }

  /**
   * Lengths as {@code len(zlib.compress(text.encode()))} of CPython with zlib 1.2.13 gives them.
   */
  @Test
  void zlib_compressedBytes_areThoseOfCPython() {
    assertThat(ZlibAuc.compressed("a")).isEqualTo(9);
    assertThat(ZlibAuc.compressed("The author's full name is Hsiao Yun-Hwa.")).isEqualTo(48);
    assertThat(ZlibAuc.compressed("ab".repeat(500))).isEqualTo(18);
    assertThat(ZlibAuc.compressed("Beltrán – “quoted” 東京")).isEqualTo(40);
  }

  /** A short question that is answered surely is no sign that a passage was trained on. */
  @Test
  void membership_forgetOfOtherSubtasks_isLeftOut() {
    List<Item> forget = List.of(of("privleak", trace(-3)), of("knowmem", trace(0)));
    Evidence evidence =
        new Evidence(
            "digest",
            Map.of(Split.FORGET, forget, Split.HOLDOUT, List.of(of("privleak", trace(-2)))));
    assertThat(value(LossAuc.defaults().score(alone(evidence)))).isZero();
    Evidence without =
        new Evidence(
            "digest",
            Map.of(Split.FORGET, forget.subList(1, 2), Split.HOLDOUT, evidence.of(Split.HOLDOUT)));
    assertThat(reason(LossAuc.defaults().score(alone(without))))
        .startsWith("no forget example has the subtask");
  }

  /**
   * Nor is a question that nobody was asked before; were it counted, the area would be one half.
   */
  @Test
  void membership_holdoutOfOtherSubtasks_isLeftOutAndSaid() {
    Map<Split, List<Item>> items =
        Map.of(
            Split.FORGET,
            List.of(of("privleak", trace(-3))),
            Split.HOLDOUT,
            List.of(of("privleak", trace(-2)), of("knowmem", trace(-9))));
    Score score = LossAuc.defaults().score(alone(new Evidence("digest", items)));
    assertThat(value(score)).isZero();
    assertThat(score.fold(Score.Measured::warnings, n -> List.<String>of()).get(0))
        .startsWith("1 of 2 holdout examples left out: they lack a subtask of both splits");
  }

  /** Twice as many of one subtask among the members: lengths would tell them apart. */
  @Test
  void membership_subtasksInOtherShares_isSaid() {
    List<Item> one = List.of(of("a", trace(-3)), of("b", trace(-9)));
    List<Item> two = List.of(of("a", trace(-3)), of("a", trace(-3)), of("b", trace(-9)));
    assertThat(warnings(one, one)).noneMatch(w -> w.startsWith("subtasks have other shares"));
    assertThat(warnings(two, one)).anyMatch(w -> w.startsWith("subtasks have other shares"));
  }

  private static List<String> warnings(List<Item> forget, List<Item> holdout) {
    Evidence evidence =
        new Evidence("digest", Map.of(Split.FORGET, forget, Split.HOLDOUT, holdout));
    return measured(LossAuc.defaults().score(alone(evidence))).warnings();
  }

  private static Item of(String task, Trace answer) {
    Item item = items(answer).get(0);
    Example e = item.example();
    return new Item(
        new Example(
            task,
            e.place(),
            e.prompt(),
            e.completion(),
            new Example.Probe(null, null, List.of(), task)),
        answer,
        List.of(),
        List.of(),
        "");
  }

  @Test
  void membership_noHoldout_isNotMeasured() {
    Evidence evidence = on(Split.FORGET, items(trace(-1, -1)));
    assertThat(reason(MinKAuc.defaults().score(alone(evidence)))).startsWith("no holdout examples");
    assertThat(reason(PrivacyLeakage.defaults().score(against(evidence, evidence))))
        .startsWith("no holdout examples");
  }

  @Test
  void membership_pastTheReference_isFlaggedAsOverUnlearned() {
    Evidence reference = spread(20, 0);
    Measured past = measured(LossAuc.defaults().score(against(spread(20, -15), reference)));
    assertThat(past.warnings()).singleElement().asString().startsWith("over-unlearned: AUC 0.03");
    assertThat(measured(LossAuc.defaults().score(against(reference, reference))).warnings())
        .isEmpty();
    assertThat(measured(LossAuc.defaults().score(against(spread(20, 15), reference))).warnings())
        .isEmpty();
  }

  /** AUC 1 against .5: 100 · (.5 - 1) / .5 = -100. AUC 0: 100. The reference itself: 0. */
  @Test
  void privacyLeakage_signs_areThoseOfOpenUnlearning() {
    Evidence reference = pair(trace(-2, 0), trace(-2, 0));
    PrivacyLeakage metric = PrivacyLeakage.defaults();
    Evidence known = pair(trace(-1, 0), trace(-2, 0));
    Evidence avoided = pair(trace(-3, 0), trace(-2, 0));
    assertThat(value(metric.score(against(known, reference)))).isEqualTo(-100);
    assertThat(value(metric.score(against(reference, reference)))).isZero();
    Measured past = measured(metric.score(against(avoided, reference)));
    assertThat(past.value()).isEqualTo(100);
    assertThat(past.warnings()) // of one example each that may be chance
        .noneMatch(w -> w.startsWith("over-unlearned"));
  }

  /** Reference AUC .97: 100 · (.97 - .5) / .03 is over 1500 per cent of nothing much. */
  @Test
  void privacyLeakage_beyondHundred_isSaidToBeInflated() {
    Measured score =
        measured(PrivacyLeakage.defaults().score(against(spread(20, 0), spread(20, 15))));
    assertThat(score.value()).isGreaterThan(100);
    assertThat(score.warnings()).anyMatch(w -> w.startsWith("beyond 100"));
  }

  @Test
  void privacyLeakage_noReferenceOrAPerfectOne_isNotMeasured() {
    Evidence known = pair(trace(-1, 0), trace(-2, 0));
    assertThat(reason(PrivacyLeakage.defaults().score(alone(known))))
        .startsWith("no retrained reference");
    assertThat(reason(PrivacyLeakage.defaults().score(against(known, known))))
        .contains("has AUC 1");
  }

  @Test
  void k_outsideItsRange_isRefused() {
    assertThatThrownBy(() -> new MinKAuc(0)).isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> new PrivacyLeakage(1.1)).isInstanceOf(InvalidRequest.class);
  }

  private static Evidence pair(Trace forget, Trace holdout) {
    return new Evidence("d", Map.of(Split.FORGET, items(forget), Split.HOLDOUT, items(holdout)));
  }

  /** Holdout -100, -99, ...; forget the same, moved. */
  private static Evidence spread(int size, int by) {
    return new Evidence(
        "d",
        Map.of(
            Split.FORGET,
            items(
                IntStream.range(0, size)
                    .mapToObj(i -> trace(i + by - 100, 0))
                    .toArray(Trace[]::new)),
            Split.HOLDOUT,
            items(
                IntStream.range(0, size).mapToObj(i -> trace(i - 100, 0)).toArray(Trace[]::new))));
  }

  /** AUC 1 against .5: 100 · (1 - .5) / .5 = 100. AUC 0: -100. A reference of 0 has no score. */
  @Test
  void relativeDifference_signs_areNotFlipped() {
    Evidence reference = pair(trace(-2, 0), trace(-2, 0));
    RelativeDifference metric = RelativeDifference.defaults();
    Evidence known = pair(trace(-1, 0), trace(-2, 0));
    Evidence avoided = pair(trace(-3, 0), trace(-2, 0));
    assertThat(value(metric.score(against(known, reference)))).isEqualTo(100);
    assertThat(value(metric.score(against(avoided, reference)))).isEqualTo(-100);
    assertThat(reason(metric.score(against(known, avoided)))).contains("has AUC 0");
    assertThat(reason(metric.score(alone(known)))).startsWith("no retrained reference");
  }

  /**
   * Forget example: loss 1, under the reference 3; holdout: loss 1, under the reference 1.5. By
   * loss alone they are alike; the gains are 2 and .5.
   */
  @Test
  void referenceAuc_easyText_isNotTakenForKnown() {
    Evidence subject = pair(trace(-1), trace(-1));
    Evidence reference = pair(trace(-3), trace(-1.5));
    var score = measured(ReferenceAuc.defaults().score(against(subject, reference)));
    assertThat(score.value()).isEqualTo(1);
    assertThat(score.warnings()).singleElement().asString().startsWith("saturated: AUC 1, every");
    assertThat(value(LossAuc.defaults().score(alone(subject)))).isEqualTo(0.5);
    assertThat(value(ReferenceAuc.defaults().score(against(reference, reference)))).isEqualTo(0.5);
    assertThat(reason(ReferenceAuc.defaults().score(alone(subject))))
        .startsWith("no retrained reference");
  }

  /** The smaller gradient is the member's. Without gradients there is no score. */
  @Test
  void gradientNorm_smaller_looksLikeAMember() {
    Evidence norms =
        new Evidence(
            "d", Map.of(Split.FORGET, List.of(normed(0.1)), Split.HOLDOUT, List.of(normed(2))));
    assertThat(value(GradientNormAuc.defaults().score(alone(norms)))).isEqualTo(1);
    assertThat(reason(GradientNormAuc.defaults().score(alone(pair(trace(-1), trace(-1))))))
        .startsWith("no forget example has a gradient norm");
  }

  private static Item normed(double norm) {
    Item any = items(trace(-1)).get(0);
    return new Item(any.example(), any.answer(), List.of(), List.of(), "", norm);
  }
}
