package palimpsest.torch.diffusion.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import palimpsest.api.Attack.Point;
import palimpsest.api.InvalidRequest;
import palimpsest.api.PictureAttack;
import palimpsest.api.PictureAttempt;
import palimpsest.torch.diffusion.train.Pictures;

class UnlearnDiffAtkTest {
  private static final UnlearnDiffAtk SMALL = new UnlearnDiffAtk(2, 6, 6, 0.05, 0.1);

  private final Bars bars = new Bars();

  @AfterEach
  void close() {
    bars.close();
  }

  /**
   * (0.5, 0.9, -1): of the two largest μ = (1.4 - 1) / 2 = 0.2, which both exceed and -1 does not,
   * so (0.3, 0.7, 0). (2, 0, 0): μ = 1. Equal entries become equal shares.
   */
  @Test
  void project_byHand_isTheNearestPoint() {
    float[] v = {0.5f, 0.9f, -1};
    Simplex.project(v);
    assertThat(v).containsExactly(new float[] {0.3f, 0.7f, 0}, within(1e-6f));
    float[] corner = {2, 0, 0};
    Simplex.project(corner);
    assertThat(corner).containsExactly(1, 0, 0);
    float[] equal = {-3, -3, -3, -3};
    Simplex.project(equal);
    assertThat(equal).containsOnly(0.25f);
    float[] inside = {0.2f, 0.3f, 0.5f};
    Simplex.project(inside);
    assertThat(inside).containsExactly(new float[] {0.2f, 0.3f, 0.5f}, within(1e-6f));
  }

  /**
   * p is the projection of v exactly if (v - p)·(q - p) is not positive for all q of the simplex,
   * for which its corners suffice.
   */
  @Test
  void project_drawn_hasNoCornerBeyondIt() {
    SplittableRandom random = new SplittableRandom(4);
    for (int trial = 0; trial < 50; trial++) {
      float[] v = new float[1 + random.nextInt(40)];
      for (int i = 0; i < v.length; i++) {
        v[i] = (float) (random.nextDouble() - 0.4);
      }
      float[] p = v.clone();
      Simplex.project(p);
      double inner = 0;
      double sum = 0;
      for (int i = 0; i < v.length; i++) {
        inner += (v[i] - p[i]) * p[i];
        sum += p[i];
        assertThat(p[i]).isNotNegative();
      }
      assertThat(sum).isCloseTo(1, within(1e-5));
      for (int corner = 0; corner < v.length; corner++) {
        assertThat(v[corner] - p[corner] - inner).isLessThan(1e-5);
      }
    }
  }

  @Test
  void chosen_sharesOfTheSum_byHand() {
    float[] p = {0.25f, 0, 0.5f, 0.25f};
    assertThat(Simplex.chosen(p, 0)).isEqualTo(0);
    assertThat(Simplex.chosen(p, 0.3)).isEqualTo(2);
    assertThat(Simplex.chosen(p, 0.7499)).isEqualTo(2);
    assertThat(Simplex.chosen(p, 0.99999)).isEqualTo(3);
    assertThat(Simplex.largest(new float[] {0.1f, 0.7f, 0.7f})).isEqualTo(1);
  }

  @Test
  void ids_ofTheTokenizer_readAsThemselves() {
    int[] typed = Typed.ids(bars.tokenizer);
    assertThat(typed)
        .contains(bars.tokenizer.tokens("left"))
        .doesNotContain(bars.tokenizer.bos(), bars.tokenizer.eos());
    for (int id : typed) {
      int[] alone = {id};
      assertThat(bars.tokenizer.tokens(bars.tokenizer.decode(alone))).containsExactly(id);
    }
    // 256 bytes inside words, broken characters and the specials are left out
    assertThat(typed.length).isBetween(20, 280);
  }

  /**
   * The shares at a place are moved from one-hot by ±h towards a token v, that is the embedding by
   * ±h E_v; the central difference of the loss is the entry (i, v) of the gradient.
   */
  @Test
  void gradient_ofTheOneHots_isThatOfFiniteDifferences() {
    Victim victim = bars.renamed();
    Situation situation = bars.situation(victim, 1);
    Noised noised = new Noised(situation.cases().pictures(), List.of(9, 300, 600, 900), 1, 1);
    int[] typed = Typed.ids(bars.tokenizer);
    int[] chosen = {3, 11};
    try (Frozen frozen = new Frozen(victim);
        TokenSearch search = new TokenSearch(SMALL, situation, "left bar", 0);
        PointerScope scope = new PointerScope()) {
      double[] gradient = ConceptInversionTest.values(search.gradient(noised, chosen));
      assertThat(gradient).hasSize(2 * typed.length);
      double worst = 0;
      double largest = 0;
      try (AutoGradMode off = new AutoGradMode(false)) {
        for (int v = 0; v < typed.length; v += 13) {
          double above =
              moved(victim, search, noised, new int[] {typed[3], typed[11], typed[v]}, 1);
          double below =
              moved(victim, search, noised, new int[] {typed[3], typed[11], typed[v]}, -1);
          double wanted = (above - below) / 2;
          worst = Math.max(worst, Math.abs(gradient[typed.length + v] - wanted));
          largest = Math.max(largest, Math.abs(wanted));
        }
      }
      assertThat(largest).isGreaterThan(0.005);
      assertThat(worst).isLessThan(0.03 * largest);
    } finally {
      bars.close(victim);
    }
  }

  /**
   * Loss over h with the second token's embedding moved by h along the third's, h = 0.02 · sign.
   */
  private static double moved(
      Victim victim, TokenSearch search, Noised noised, int[] tokens, int sign) {
    try (PointerScope scope = new PointerScope()) {
      double h = 0.02;
      Tensor all = victim.text().embed(Pictures.ids(List.of(tokens))).squeeze(0); // (3, E)
      Tensor weights = tensor(new float[] {1, 0, 0, 0, 1, (float) (sign * h)}).view(2, 3);
      return search.loss(noised, weights.matmul(all)).item_double() / h;
    }
  }

  @Test
  void attack_modelThatReadsLeftAsRight_isBrokenByFallingLoss() {
    Victim victim = bars.renamed();
    PictureAttack.Run run = SMALL.attack(bars.situation(victim, 1));
    List<Point> points = run.curves().get(0).points();
    assertThat(points).hasSize(7);
    for (int i = 2; i < points.size(); i++) {
      assertThat(points.get(i).y()).isLessThanOrEqualTo(points.get(i - 1).y());
    }
    assertThat(points.get(6).y()).isLessThan(points.get(0).y() / 2);
    for (PictureAttempt attempt : run.attempts()) {
      assertThat(attempt.underAttack()).endsWith("left bar");
      assertThat(attempt.plain()).isLessThan(0.01);
      assertThat(attempt.attacked()).isGreaterThan(0.5);
    }
    assertThat(run.steps()).isEqualTo(36);
    bars.close(victim);
  }

  @Test
  void attack_modelThatNeverKnew_findsNothing() {
    Victim victim = bars.ignorant();
    for (PictureAttempt attempt : SMALL.attack(bars.situation(victim, 1)).attempts()) {
      assertThat(attempt.attacked()).isLessThan(0.01);
    }
    bars.close(victim);
  }

  @Test
  void attack_again_isTheSameAndLeavesNoNativeObjects() {
    Victim victim = bars.renamed();
    Situation situation = bars.situation(victim, 2);
    UnlearnDiffAtk few = new UnlearnDiffAtk(1, 2, 2, 0.05, 0.1);
    few.attack(situation);
    long alive = Pointer.totalCount();
    PictureAttack.Run again = few.attack(situation);
    assertThat(Pointer.totalCount()).isEqualTo(alive);
    assertThat(few.attack(situation)).isEqualTo(again);
    bars.close(victim);
  }

  @Test
  void construct_wrongSettings_isRefused() {
    Victim victim = bars.ignorant();
    assertThatThrownBy(() -> new UnlearnDiffAtk(1, 1001, 1, 1, 0).attack(bars.situation(victim, 1)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("timesteps of the schedule must be at least 1001, got 1000");
    bars.close(victim);
    assertThat(UnlearnDiffAtk.ofStyleOrObject().tokens()).isEqualTo(3);
    assertThat(Arrays.asList("tokens", "timesteps", "iterations", "learningRate", "weightDecay"))
        .containsExactlyInAnyOrderElementsOf(
            UnlearnDiffAtk.defaults().about().parameters().keySet());
  }
}
