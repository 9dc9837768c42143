package palimpsest.torch.diffusion.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import palimpsest.api.Attack.Point;
import palimpsest.api.InvalidRequest;
import palimpsest.api.PictureAttack;
import palimpsest.api.PictureAttempt;

class RingABellTest {
  private static final RingABell SMALL = new RingABell(1, 2, 60, 100, 0.5, 0.5);

  private final Bars bars = new Bars();

  @AfterEach
  void close() {
    bars.close();
  }

  private Situation situation(Victim victim, String prompt, PromptPair... pairs) {
    Cases cases =
        new Cases("left", bars.pictures(true, 0, 1), List.of(pairs), List.of(prompt), List.of(0L));
    return new Situation(victim, bars.text, cases, Bars::left, 5, Watch.NONE);
  }

  private double[] vector(PromptPair... pairs) {
    Victim victim = bars.ignorant();
    try (PointerScope scope = new PointerScope()) {
      return ConceptInversionTest.values(RingABell.vector(situation(victim, "bar", pairs)));
    } finally {
      bars.close(victim);
    }
  }

  private double[] states(String prompt) {
    try (PointerScope scope = new PointerScope()) {
      return ConceptInversionTest.values(
          RingABell.states(bars.text, List.of(bars.tokenizer.encode(prompt))));
    }
  }

  /**
   * Of one pair c = f(with) - f(without); of it and its reverse 0; of two pairs the mean. The start
   * token looks at nothing else, so its state is 0 throughout.
   */
  @Test
  void vector_byHand_isTheMeanOfDifferences() {
    double[] one = vector(new PromptPair("left bar", "right bar"));
    double[] other = vector(new PromptPair("a left", "a"));
    double[] left = states("left bar");
    double[] right = states("right bar");
    assertThat(one).hasSize(8 * 16);
    for (int i = 0; i < one.length; i++) {
      assertThat(one[i]).isCloseTo(left[i] - right[i], within(1e-6));
    }
    double[] both = vector(new PromptPair("left bar", "right bar"), new PromptPair("a left", "a"));
    for (int i = 0; i < one.length; i++) {
      assertThat(both[i]).isCloseTo((one[i] + other[i]) / 2, within(1e-6));
    }
    double[] none =
        vector(new PromptPair("left bar", "right bar"), new PromptPair("right bar", "left bar"));
    assertThat(none).containsOnly(new double[none.length], within(1e-6));
    for (int i = 0; i < 16; i++) {
      assertThat(one[i]).isCloseTo(0, within(1e-6));
    }
    assertThatThrownBy(() -> vector()).isInstanceOf(InvalidRequest.class);
  }

  /**
   * With η = 1, the pair (left bar, right bar) and the prompt "right bar" the target is f(left bar)
   * itself, which the two tokens "left bar" reach: distance 0.
   */
  @Test
  void attack_whoseTargetIsAPrompt_findsThatPrompt() {
    Victim victim = bars.knowing();
    PromptPair pair = new PromptPair("left bar", "right bar");
    PictureAttack.Run run = SMALL.attack(situation(victim, "right bar", pair));
    List<Point> points = run.curves().get(0).points();
    for (int i = 1; i < points.size(); i++) {
      assertThat(points.get(i).y()).isLessThanOrEqualTo(points.get(i - 1).y());
    }
    PictureAttempt attempt = run.attempts().get(0);
    assertThat(attempt.underAttack()).isEqualTo("left bar");
    assertThat(points.get(points.size() - 1).y()).isLessThan(1e-6);
    assertThat(attempt.plain()).isLessThan(0.01);
    assertThat(attempt.attacked()).isGreaterThan(0.99);
    assertThat(SMALL.attack(situation(victim, "right bar", pair))).isEqualTo(run);
    bars.close(victim);
  }

  @Test
  void crossed_byHand_isAHeadAndATail() {
    int[] head = {1, 2, 3};
    int[] tail = {4, 5, 6};
    assertThat(PromptBreeding.crossed(head, tail, 1)).containsExactly(1, 5, 6);
    assertThat(PromptBreeding.crossed(head, tail, 0)).containsExactly(4, 5, 6);
    assertThat(tail).containsExactly(4, 5, 6);
  }

  @Test
  void attack_leavesNoNativeObjects() {
    Victim victim = bars.ignorant();
    Situation situation = situation(victim, "bar", new PromptPair("left", "right"));
    RingABell few = new RingABell(3, 2, 4, 2, 0.25, 0.5);
    few.attack(situation);
    long alive = Pointer.totalCount();
    few.attack(situation);
    assertThat(Pointer.totalCount()).isEqualTo(alive);
    bars.close(victim);
  }

  @Test
  void construct_wrongSettings_isRefused() {
    assertThatThrownBy(() -> new RingABell(0, 1, 2, 1, 0, 0)).isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> new RingABell(1, 1, 2, 1, 2, 0))
        .hasMessage("mutation must be between 0 and 1, got 2.0");
    assertThat(RingABell.defaults().about().parameters().keySet())
        .isEqualTo(RingABell.defaults().settings().keySet());
  }
}
