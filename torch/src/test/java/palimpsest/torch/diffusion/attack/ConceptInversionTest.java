package palimpsest.torch.diffusion.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import palimpsest.api.Attack.Point;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.api.PictureAttack;
import palimpsest.api.PictureAttempt;
import palimpsest.torch.Weights;

class ConceptInversionTest {
  private static final ConceptInversion SMALL = new ConceptInversion(2, 60, 4, 0.05, 0);

  private final Bars bars = new Bars();

  @AfterEach
  void close() {
    bars.close();
  }

  private PictureAttack.Run run(Victim victim) {
    try {
      return SMALL.attack(bars.situation(victim, 1));
    } finally {
      bars.close(victim);
    }
  }

  @Test
  void attack_modelThatReadsLeftAsRight_isBroken() {
    PictureAttack.Run run = run(bars.renamed());
    assertThat(run.attempts()).hasSize(3);
    for (PictureAttempt attempt : run.attempts()) {
      assertThat(attempt.plain()).isLessThan(0.01);
      assertThat(attempt.attacked()).isGreaterThan(0.99);
      assertThat(attempt.underAttack()).contains("placeholders near");
    }
    List<Point> losses = run.curves().get(0).points();
    assertThat(losses.get(losses.size() - 1).y()).isLessThan(losses.get(0).y() / 4);
  }

  @Test
  void attack_modelThatKnows_findsIt() {
    for (PictureAttempt attempt : run(bars.knowing()).attempts()) {
      assertThat(attempt.plain()).isGreaterThan(0.99);
      assertThat(attempt.attacked()).isGreaterThan(0.99);
    }
  }

  @Test
  void attack_modelThatNeverKnew_findsNothing() {
    for (PictureAttempt attempt : run(bars.ignorant()).attempts()) {
      assertThat(attempt.attacked()).isLessThan(0.01);
    }
  }

  /** Placeholders are ids beyond the vocabulary; without the concept's word they come first. */
  @Test
  void replaced_withAndWithoutTheConcept_byHand() {
    int[] body = {7, 1, 2, 9};
    int[] concept = {1, 2};
    int[] others = {50, 51, 52};
    assertThat(Prompt.replaced(body, concept, others)).containsExactly(7, 50, 51, 52, 9);
    assertThat(Prompt.replaced(new int[] {7, 2}, concept, others))
        .containsExactly(50, 51, 52, 7, 2);
    assertThat(Prompt.replaced(new int[] {2}, concept, others)).containsExactly(50, 51, 52, 2);
    int[] encoded = bars.tokenizer.encode("a left bar");
    int[] bare = Prompt.body(bars.tokenizer, encoded);
    assertThat(bare).isEqualTo(bars.tokenizer.tokens("a left bar"));
    assertThat(Prompt.encoded(bars.tokenizer, bare)).isEqualTo(encoded);
  }

  /** Central differences of the loss along each axis of the first placeholder. */
  @Test
  void gradient_byTheEmbedding_isThatOfFiniteDifferences() {
    Victim victim = bars.renamed();
    Situation situation = bars.situation(victim, 1);
    Noised noised = Noised.drawn(situation, 3, 1);
    try (Weights added = Weights.allocate(Map.of("v", List.of(1L, 16L)))) {
      Tensor v = added.tensor("v");
      set(v, 0.3);
      added.gradient();
      ConceptInversion.fill(situation, noised, v);
      double[] found = values(v.grad());
      for (int i = 0; i < 16; i += 5) {
        double h = 1e-2;
        move(v, i, h);
        double above = ConceptInversion.fill(situation, noised, v);
        move(v, i, -2 * h);
        double below = ConceptInversion.fill(situation, noised, v);
        move(v, i, h);
        double difference = (above - below) / (2 * h);
        assertThat(found[i]).isCloseTo(difference, within(2e-3 + 0.02 * Math.abs(difference)));
      }
      assertThat(Arrays.stream(found).map(Math::abs).max().orElseThrow()).isGreaterThan(0.05);
    } finally {
      bars.close(victim);
    }
  }

  private static void set(Tensor v, double start) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      v.zero_(); // allocated, and of whatever was there before
    }
    for (int i = 0; i < v.numel(); i++) {
      move(v, i, start * Math.cos(i));
    }
  }

  private static void move(Tensor v, int i, double by) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      v.view(-1).narrow(0, i, 1).add_(new Scalar(by));
    }
  }

  static double[] values(Tensor t) {
    try (PointerScope scope = new PointerScope()) {
      double[] values = new double[(int) t.numel()];
      Tensor flat = t.contiguous();
      for (int i = 0; i < values.length; i++) {
        values[i] = flat.data_ptr_float().get(i);
      }
      return values;
    }
  }

  @Test
  void attack_leavesTheVictimAndNoNativeObjects() {
    Victim victim = bars.renamed();
    Situation situation = bars.situation(victim, 1);
    String before = victim.digest();
    ConceptInversion few = new ConceptInversion(1, 3, 2, 0.05, 0.01);
    few.attack(situation);
    long alive = Pointer.totalCount();
    PictureAttack.Run again = few.attack(situation);
    assertThat(Pointer.totalCount()).isEqualTo(alive);
    assertThat(victim.digest()).isEqualTo(before);
    assertThat(victim.text().weights().tensors().values()).allMatch(Tensor::requires_grad);
    assertThat(few.attack(situation)).isEqualTo(again);
    bars.close(victim);
  }

  @Test
  void attack_thatIsStopped_isInterrupted() {
    Victim victim = bars.renamed();
    Situation open = bars.situation(victim, 1);
    Situation stopped =
        new Situation(victim, open.known(), open.cases(), Bars::left, 1, at -> at.step() < 3);
    assertThatThrownBy(() -> SMALL.attack(stopped))
        .isInstanceOf(Interrupted.class)
        .hasMessageContaining("before step 3 of 60");
    assertThat(victim.text().weights().tensors().values()).allMatch(Tensor::requires_grad);
    bars.close(victim);
  }

  @Test
  void construct_wrongSettings_isRefused() {
    assertThatThrownBy(() -> new ConceptInversion(0, 1, 1, 1, 0))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("tokens must be at least 1, got 0");
    Victim victim = bars.renamed();
    assertThatThrownBy(() -> new ConceptInversion(7, 1, 1, 1, 0).attack(bars.situation(victim, 1)))
        .hasMessageContaining("must be at most 6");
    bars.close(victim);
    assertThat(ConceptInversion.defaults().settings())
        .containsEntry("learningRate", "0.08")
        .containsEntry("steps", "5000");
    assertThat(ConceptInversion.defaults().about().parameters().keySet())
        .isEqualTo(ConceptInversion.defaults().settings().keySet());
  }
}
