package palimpsest.torch.diffusion.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import palimpsest.api.PictureAttack;
import palimpsest.torch.diffusion.Guidance;

/** Attacks on a model of left and right bars that stands behind a shield. */
class ShieldTest {

  /** Draws what is to be hidden in place of the prompt, or refuses its word. */
  private record Hiding(String instead, boolean refusing) implements Shield {
    @Override
    public String words() {
      return "a shield";
    }

    @Override
    public boolean refuses(String prompt) {
      return refusing && prompt.contains("left");
    }

    @Override
    public boolean steers(double scale) {
      return !refusing && scale == 1;
    }

    @Override
    public boolean filters() {
      return refusing;
    }

    @Override
    public String concept() {
      return instead;
    }

    @Override
    public <T> List<T> inOrder(T empty, T prompt, T concept) {
      return List.of(concept);
    }

    @Override
    public Guidance guidance(double scale) {
      return Guidance.none();
    }
  }

  private static PictureAttack attacked(Bars bars, Shield shield, ImageAttack attack) {
    Victim victim = bars.knowing();
    try {
      Cases cases = bars.cases(0, "a ", 5);
      Contest contest =
          new Contest(
              victim.behind(Optional.of(shield)),
              Optional.empty(),
              bars.text,
              new CaseSplit(bars.cases(8, "", 15), cases),
              List.of(1L, 2L, 3L));
      return new Campaign(Bars::left, "bars", 0.6, Watch.NONE).run(List.of(attack), contest);
    } finally {
      bars.close(victim);
    }
  }

  /** The prompt says left, the shield has a right bar drawn; at another scale it steers nothing. */
  @Test
  void attack_atAScaleAtWhichTheShieldSteers_meetsIt_elsewhereNot() {
    try (Bars bars = new Bars()) {
      Shield shield = new Hiding("a right bar", false);
      PictureAttack same = attacked(bars, shield, new GuidanceLeak(1));
      assertThat(same.accuracy().plain().value()).isEqualTo(1);
      assertThat(same.accuracy().attacked().value()).isEqualTo(1);
      assertThat(same.judged().drawing()).endsWith("; the subject under a shield");
      PictureAttack other = attacked(bars, shield, new GuidanceLeak(2));
      assertThat(other.accuracy().plain().value()).isEqualTo(1);
      assertThat(other.accuracy().attacked().value()).isEqualTo(0);
      assertThat(same.named()).isEqualTo("attack.guidance-leak under the suppression");
      assertThat(other.named())
          .isEqualTo("attack.guidance-leak where the suppression does nothing");
      assertThat(other.judged().drawing()).endsWith("where this does nothing: a shield");
    }
  }

  /** A refused prompt shows nothing, at whatever scale. */
  @Test
  void attack_whosePromptIsRefused_showsNothing() {
    try (Bars bars = new Bars()) {
      PictureAttack refused = attacked(bars, new Hiding("", true), new GuidanceLeak(2));
      assertThat(refused.accuracy().attacked().value()).isEqualTo(1);
      assertThat(refused.accuracy().plain().value()).isEqualTo(1);
      assertThat(refused.shield()).contains(PictureAttack.Shielded.UNDER);
    }
  }

  /** Whoever inverts a concept feeds embeddings to the denoiser: then no shield is there. */
  @Test
  void attack_thatNeedsWeights_meetsNoShield() {
    try (Bars bars = new Bars()) {
      PictureAttack inverted =
          attacked(bars, new Hiding("a right bar", false), new ConceptInversion(1, 2, 2, 0.1, 0));
      assertThat(inverted.accuracy().plain().value()).isEqualTo(0);
      assertThat(inverted.judged().drawing()).endsWith("; the subject without a shield");
      assertThat(inverted.named()).isEqualTo("attack.concept-inversion without the suppression");
    }
  }
}
