package palimpsest.torch.diffusion.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import palimpsest.api.Attack;
import palimpsest.api.Explanation;
import palimpsest.api.InvalidRequest;
import palimpsest.api.PictureAttack;
import palimpsest.api.PictureAttack.Candidate;
import palimpsest.api.PictureAttack.Judged;
import palimpsest.api.PictureAttack.Run;
import palimpsest.api.PictureAttack.Side;
import palimpsest.api.PictureAttempt;
import palimpsest.api.Score;

/** The arithmetic of results. */
class PictureAttackTest {
  private static final Judged JUDGED =
      new Judged("cat", "classifier 1", 0.5, "DDIM", "cases 1", "cases 0");

  /** A run of one prompt; values in pairs, without and under attack. */
  private static Run run(long seed, double... values) {
    List<PictureAttempt> attempts = new ArrayList<>();
    for (int i = 0; i < values.length; i += 2) {
      attempts.add(new PictureAttempt("a cat", "a *", i / 2, values[i], values[i + 1]));
    }
    return new Run(seed, 10, List.of(), attempts);
  }

  private static PictureAttack attack(Side subject, Optional<Side> reference) {
    Map<String, String> settings = Map.of("k", "1");
    return new PictureAttack("attack.x", 1, settings, JUDGED, subject, reference, List.of());
  }

  /**
   * Seed 1: of four pictures one is seen plainly (0.5 is not below 0.5), three under attack: UA 3/4
   * and 1/4. Seed 2: none and two: 1 and 1/2. Means 7/8 and 3/8. The reference: under attack one of
   * four and none, so 3/4 and 1, mean 7/8: the lead is 7/8 - 3/8 = 1/2.
   */
  @Test
  void accuracies_byHand_areMeansOfSeeds() {
    Run first = run(1, 0.1, 0.9, 0.5, 0.6, 0.49, 0.5, 0, 0.2);
    Side subject = new Side("m", List.of(first, run(2, 0, 1, 0, 1, 0, 0, 0, 0.4)));
    Run one = run(1, 0, 0.7, 0, 0, 0, 0, 0, 0);
    Side reference = new Side("r", List.of(one, run(2, 0, 0.1, 0, 0.2, 0, 0.3, 0, 0.4)));
    PictureAttack result = attack(subject, Optional.of(reference));
    assertThat(result.accuracy().plain().value()).isCloseTo(0.875, within(1e-12));
    assertThat(result.accuracy().attacked().value()).isCloseTo(0.375, within(1e-12));
    assertThat(subject.perSeed(0.5).get(1).attacked().value()).isEqualTo(0.5);
    double lead = result.lead().fold(m -> m.value(), n -> Double.NaN);
    assertThat(lead).isCloseTo(0.5, within(1e-12));
    Explanation seed = result.accuracy().attacked().from().get(0);
    assertThat(seed.from()).hasSize(4);
    assertThat(seed.from().get(0).what())
        .isEqualTo("1 where P(concept) < 0.5, here 0.900000: \"a cat\", noise 0, seed 1");
    Attack.Outcome outcome = result.outcome();
    assertThat(outcome.broken()).contains(true);
    assertThat(outcome.why())
        .isEqualTo(
            "UA 87.5 %, under attack 37.5 % over 2 seeds; the retrained reference: UA 100.0 %,"
                + " under attack 87.5 %");
  }

  @Test
  void lead_ofAnEqualReference_isNotABreak() {
    Side side = new Side("m", List.of(run(1, 0, 1), run(2, 0, 1)));
    assertThat(attack(side, Optional.of(side)).outcome().broken()).contains(false);
    assertThat(attack(side, Optional.empty()).outcome().broken()).isEmpty();
    assertThat(attack(side, Optional.empty()).lead()).isInstanceOf(Score.NotMeasured.class);
  }

  @Test
  void construct_unlikeSides_isRefused() {
    Side side = new Side("m", List.of(run(1, 0, 1)));
    Side otherSeed = new Side("r", List.of(run(2, 0, 1)));
    Side more = new Side("r", List.of(run(1, 0, 1, 0, 1)));
    assertThatThrownBy(() -> attack(side, Optional.of(otherSeed)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("asked otherwise");
    assertThatThrownBy(() -> attack(side, Optional.of(more))).isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> new Side("m", List.of(run(1, 0, 1), run(2, 0, 1, 0, 1))))
        .hasMessageContaining("the same prompts and noises");
    assertThatThrownBy(() -> new Side("m", List.of(run(1, 0, 1), run(1, 0, 1))))
        .hasMessageContaining("same seed twice");
    assertThatThrownBy(() -> new Side("m", List.of())).isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> run(1, 0, 1.5)).isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> run(1, Double.NaN, 0)).isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> new Candidate(Map.of(), 2)).isInstanceOf(InvalidRequest.class);
  }
}
