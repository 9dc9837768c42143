package palimpsest.torch.diffusion.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;
import palimpsest.api.PictureAttack;
import palimpsest.api.Score.NotMeasured;
import palimpsest.api.UnlearningAccuracy;
import palimpsest.api.UnsupportedModel;

class CampaignTest {
  private static final Campaign CAMPAIGN = new Campaign(Bars::left, "bars", 0.5, Watch.NONE);
  private static final List<Long> SEEDS = List.of(1L, 2L, 3L);

  private final Bars bars = new Bars();

  @AfterEach
  void close() {
    bars.close();
  }

  private CaseSplit split() {
    return new CaseSplit(bars.cases(0, "", 0), bars.cases(50, "a ", 10));
  }

  private Contest contest(Victim subject, Optional<Victim> reference) {
    return new Contest(subject, reference, bars.text, split(), SEEDS);
  }

  /**
   * Read as "right bar", the prompt has p = σ(-3), and guided away from far enough the left bar
   * comes: of the scales only those below 0 break it. The reference has no left bar to go to.
   */
  @Test
  void run_guidanceOnARenamedModel_choosesNegativeAndLeads() {
    Victim subject = bars.renamed();
    Victim reference = bars.ignorant();
    PictureAttack result =
        CAMPAIGN.run(GuidanceLeak.all(), contest(subject, Optional.of(reference)));
    assertThat(result.settings()).containsEntry("scale", "-7.5");
    assertThat(result.selection()).hasSize(8);
    assertThat(result.selection().get(0).seen()).isEqualTo(1);
    assertThat(result.selection().get(7).seen()).isEqualTo(0);
    UnlearningAccuracy accuracy = result.accuracy();
    assertThat(accuracy.plain().value()).isEqualTo(1);
    assertThat(accuracy.attacked().value()).isEqualTo(0);
    assertThat(accuracy).hasToString("UA 100.0 %, under attack 0.0 %");
    assertThat(result.referenceAccuracy().orElseThrow().attacked().value()).isEqualTo(1);
    assertThat(result.outcome().broken()).contains(true);
    assertThat(result.subject().perSeed(0.5)).hasSize(3);
    assertThat(result.judged().drawing())
        .startsWith("DDIMScheduler {")
        .endsWith("4 steps, guidance 1.0, 8 x 8 pixels");
    assertThat(result.judged().cases()).isEqualTo(split().test().digest());
    assertThat(result.judged().tuning()).isEqualTo(split().tuning().digest());
    assertThat(result.subject().model()).isEqualTo(subject.digest());
    bars.close(subject);
    bars.close(reference);
  }

  /** Scale 0 draws the empty text whatever the prompt; the drawing's own scale changes nothing. */
  @Test
  void guidanceLeak_zeroAndOwnScale_areTheEmptyTextAndThePrompt() {
    Victim victim = bars.knowing();
    Situation situation = bars.situation(victim, 1);
    double[] empty = situation.plain("");
    PictureAttack.Run none = new GuidanceLeak(0).attack(situation);
    PictureAttack.Run own = new GuidanceLeak(1).attack(situation);
    for (int i = 0; i < empty.length; i++) {
      assertThat(none.attempts().get(i).attacked()).isCloseTo(empty[i], within(1e-6));
      assertThat(own.attempts().get(i).attacked()).isEqualTo(own.attempts().get(i).plain());
    }
    bars.close(victim);
  }

  @Test
  void run_withoutReference_doesNotMeasureALead() {
    Victim subject = bars.renamed();
    PictureAttack result =
        CAMPAIGN.run(List.of(new GuidanceLeak(3)), contest(subject, Optional.empty()));
    assertThat(result.selection()).isEmpty();
    assertThat(result.lead()).isInstanceOf(NotMeasured.class);
    assertThat(result.outcome().broken()).isEmpty();
    assertThat(result.outcome().why()).contains("no retrained reference");
    bars.close(subject);
  }

  /** What is remembered of the reference takes the place of an attack on it. */
  @Test
  void run_withAMemory_attacksTheReferenceOnce() {
    Victim subject = bars.renamed();
    Victim reference = bars.ignorant();
    List<PictureAttack.Side> kept = new ArrayList<>();
    Campaign.Memory memory =
        (attack, judged, afresh) -> {
          if (kept.isEmpty()) {
            kept.add(afresh.get());
          }
          return kept.get(0);
        };
    AtomicInteger seen = new AtomicInteger();
    Recognizer counting =
        pictures -> {
          seen.incrementAndGet();
          return Bars.left(pictures);
        };
    Campaign campaign = new Campaign(counting, "bars", 0.5, Watch.NONE);
    Contest contest = contest(subject, Optional.of(reference));
    List<GuidanceLeak> one = List.of(new GuidanceLeak(-3));
    PictureAttack first = campaign.run(one, contest, memory);
    int both = seen.getAndSet(0);
    PictureAttack second = campaign.run(one, contest, memory);
    assertThat(second).isEqualTo(first);
    assertThat(second).isEqualTo(campaign.run(one, contest));
    assertThat(seen.get()).isEqualTo(both / 2 + both);
    bars.close(subject);
    bars.close(reference);
  }

  /** The two probabilities of a picture are those of the pictures that the recognizer is shown. */
  @Test
  void attack_showsTheRecognizerWhatItIsJudgedBy() {
    Victim victim = bars.renamed();
    Map<Recognizer.Drawn, double[]> kept = new LinkedHashMap<>();
    Recognizer keeping =
        new Recognizer() {
          @Override
          public double[] probabilities(Tensor pictures) {
            return Bars.left(pictures);
          }

          @Override
          public double[] underAttack(Drawn drawn, Tensor pictures) {
            kept.put(drawn, Bars.left(pictures));
            return probabilities(pictures);
          }
        };
    Situation open = bars.situation(victim, 4);
    Situation situation = new Situation(victim, open.known(), open.cases(), keeping, 4, Watch.NONE);
    PictureAttack.Run run = new GuidanceLeak(-7.5).attack(situation);
    assertThat(kept).hasSize(open.cases().prompts().size());
    List<Double> shown = kept.values().stream().flatMap(p -> Arrays.stream(p).boxed()).toList();
    assertThat(shown).isEqualTo(run.attempts().stream().map(a -> a.attacked()).toList());
    assertThat(run.attempts()).anyMatch(a -> a.attacked() != a.plain());
    kept.keySet()
        .forEach(
            drawn -> {
              assertThat(drawn.seed()).isEqualTo(4);
              assertThat(drawn.words()).isEqualTo("guidance -7.5");
              assertThat(drawn.noises()).isEqualTo(open.cases().noises());
            });
    bars.close(victim);
  }

  @Test
  void split_thatSharesAnything_isRefused() {
    Cases tuning = bars.cases(0, "", 0);
    assertThatThrownBy(() -> new CaseSplit(tuning, bars.cases(3, "a ", 10)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("tuning and test share 1 picture; take each for one of them");
    assertThatThrownBy(() -> new CaseSplit(tuning, bars.cases(50, "a ", 2)))
        .hasMessage("tuning and test share 1 noise, such as \"2\"; take each for one of them");
    Cases shouted =
        new Cases(
            "left", bars.pictures(true, 50, 1), List.of(), List.of(" LEFT  bar"), List.of(9L));
    assertThatThrownBy(() -> new CaseSplit(tuning, shouted))
        .hasMessageContaining("1 prompt, such as \"left bar\"");
    Cases paired =
        new Cases("left", bars.pictures(true, 50, 1), List.of(), List.of("right"), List.of(9L));
    assertThatThrownBy(() -> new CaseSplit(tuning, paired)).hasMessageContaining("right");
    Cases other =
        new Cases("right", bars.pictures(true, 50, 1), List.of(), List.of("x"), List.of(9L));
    assertThatThrownBy(() -> new CaseSplit(tuning, other)).hasMessageContaining("one concept");
  }

  @Test
  void contest_fewSeeds_isRefused() {
    Victim subject = bars.ignorant();
    assertThatThrownBy(
            () -> new Contest(subject, Optional.empty(), bars.text, split(), List.of(1L, 2L)))
        .hasMessage("seeds of an attack must be at least 3, got 2");
    assertThatThrownBy(
            () -> new Contest(subject, Optional.empty(), bars.text, split(), List.of(1L, 2L, 1L)))
        .hasMessageContaining("each seed must be given once");
    assertThatThrownBy(
            () -> {
              Drawing other = new Drawing(Bars.DRAWING.sampler(), 5, 1, Bars.SIDE);
              Victim otherwise =
                  new Victim(
                      subject.denoiser(), bars.text, bars.tokenizer, other, Optional.empty());
              contest(subject, Optional.of(otherwise));
            })
        .hasMessageContaining("must draw alike");
    assertThatThrownBy(
            () ->
                CAMPAIGN.run(
                    List.of(new GuidanceLeak(0), RingABell.defaults()),
                    contest(subject, Optional.empty())))
        .hasMessageContaining("settings are chosen among those of one attack");
    assertThatThrownBy(() -> ConceptRelearning.defaults().attack(bars.situation(subject, 1)))
        .isInstanceOf(UnsupportedModel.class);
    bars.close(subject);
  }
}
