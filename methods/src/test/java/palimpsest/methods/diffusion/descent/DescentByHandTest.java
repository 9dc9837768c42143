package palimpsest.methods.diffusion.descent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.pytorch.global.torch.tensor;
import static palimpsest.methods.diffusion.descent.Linear.image;
import static palimpsest.methods.diffusion.descent.Linear.text;

import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import palimpsest.testkit.LeakCheck;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.schedule.Betas;
import palimpsest.torch.diffusion.schedule.NoiseSchedule;
import palimpsest.torch.diffusion.schedule.Prediction;

/** Losses and gradients of the linear denoiser o = a x + b s, derived on paper. */
@ExtendWith(LeakCheck.class)
class DescentByHandTest {
  private static final Offset<Double> CLOSE = within(1e-5);
  private static final NoiseSchedule NOISE = new NoiseSchedule(Betas.ddpm(), Prediction.EPSILON);
  private static final NoiseSchedule VELOCITY =
      new NoiseSchedule(Betas.ddpm(), Prediction.VELOCITY);

  private final PointerScope scope = new PointerScope();
  private Linear start;
  private Linear now;

  /** The start 1 x + 3 s, the trained model 1 x + 4 s. */
  @BeforeEach
  void open() {
    start = Linear.of(1, 3);
    now = Linear.of(1, 4);
  }

  @AfterEach
  void close() {
    start.close();
    now.close();
    scope.close();
  }

  /**
   * x = 2, s(c) = 1, s(∅) = 0: o*(∅) = 2, o*(c) = 5, so the target is 2 - η 3; o(c) = 6. η = 1: the
   * target is -1, L = 7² = 49, dL/db = 2 · 7 · s = 14, dL/da = 2 · 7 · x = 28. η = 0: the target is
   * 2, L = 16. The authors' script of 2025 would say 5 - 2 · 3 = -1 for the first.
   */
  @Test
  void esd_linear_leadsAwayFromTheConcept() {
    Noisy at = new Noisy(image(2), 7);
    Tensor target = esd(1).target(start, at, text(1), text(0));
    assertThat(target.requires_grad()).isFalse();
    Tensor loss = Noisy.meanSquare(at.output(now, text(1)), target);
    loss.backward();
    assertThat(loss.item_double()).isCloseTo(49, CLOSE);
    assertThat(now.gradient("b")).isCloseTo(14, CLOSE);
    assertThat(now.gradient("a")).isCloseTo(28, CLOSE);
    Tensor plain = esd(0).target(start, at, text(1), text(0));
    assertThat(Noisy.meanSquare(at.output(now, text(1)), plain).item_double()).isCloseTo(16, CLOSE);
  }

  private static Esd esd(double guidance) {
    return (Esd) Esd.defaults().with(Map.of("guidance", guidance));
  }

  /**
   * b = 4, s(c) = 2, s(anchor) = 1: o(c) - o(anchor) = 4, L = 16. The anchor's output is a
   * constant: dL/db = 2 · 4 · s(c) = 16, and not 2 · 4 · (s(c) - s(anchor)) = 8; dL/da = 2 · 4 ·
   * x_t.
   */
  @Test
  void conceptAblation_modelBased_holdsTheAnchorStill() {
    Diffused anchors = new Diffused(NOISE, image(1), image(0), 0);
    Tensor loss = ConceptAblation.defaults().loss(now, anchors, text(2), text(1));
    loss.backward();
    assertThat(loss.item_double()).isCloseTo(16, CLOSE);
    assertThat(now.gradient("b")).isCloseTo(16, CLOSE);
    assertThat(now.gradient("a")).isCloseTo(8 * Math.sqrt(1 - 1e-4), CLOSE);
  }

  /**
   * At t = 0 ᾱ = 0.9999: x_t = √0.9999 · 1 + √0.0001 · 2 = r. Noise-based: L = (r + 4 · 2 - 2)²;
   * with λ = 0.5 it has 0.5 (r + 4 · 1 - 2)² more.
   */
  @Test
  void conceptAblation_noiseBased_isTrainingUnderTheConcept() {
    double r = Math.sqrt(1 - 1e-4) + 0.02;
    Diffused anchors = new Diffused(NOISE, image(1), image(2), 0);
    ConceptAblation plain =
        (ConceptAblation) ConceptAblation.defaults().with(Map.of("noiseBased", 1.0));
    assertThat(plain.loss(now, anchors, text(2), text(1)).item_double())
        .isCloseTo((r + 6) * (r + 6), within(1e-3));
    ConceptAblation prior = (ConceptAblation) plain.with(Map.of("priorWeight", 0.5));
    assertThat(prior.loss(now, anchors, text(2), text(1)).item_double())
        .isCloseTo((r + 6) * (r + 6) + 0.5 * (r + 2) * (r + 2), within(1e-3));
  }

  /** As the ablation's: 4 (1 - 3) = -8, L = 64, dL/db = 2 · (-8) · 1 = -16 with the other still. */
  @Test
  void salun_mismatch_holdsTheOtherTextStill() {
    Tensor loss = SalUn.mismatch(now, new Noisy(image(0), 1), text(1), text(3));
    loss.backward();
    assertThat(loss.item_double()).isCloseTo(64, CLOSE);
    assertThat(now.gradient("b")).isCloseTo(-16, CLOSE);
  }

  /** Of sizes 3, 1, 2, 0, 0.5, 0.1 the larger half is 3, 1, 2, whatever the sign; never the 0. */
  @Test
  void salun_mask_isTheLargerHalf() {
    Tensor gradient = tensor(new float[] {-3, 1, 2, 0, 0.5f, -0.1f});
    assertThat(Captioned.floats(SalUn.mask(gradient, 0.5))).containsExactly(1, 1, 1, 0, 0, 0);
    assertThat(Captioned.floats(SalUn.mask(gradient, 0.1))).containsExactly(1, 0, 0, 0, 0, 0);
    assertThat(Captioned.floats(SalUn.mask(gradient, 1))).containsExactly(1, 1, 1, 0, 1, 1);
  }

  /** 1 - 2 (5 - 3) = -3. */
  @Test
  void spm_target_leadsFromTheSurrogate() {
    Spm spm = (Spm) Spm.defaults().with(Map.of("guidance", 2.0));
    assertThat(spm.target(image(1), image(5), image(3)).mean().item_double()).isCloseTo(-3, CLOSE);
  }

  /** o(a) - o*(a) = (4 - 3) 2 = 2, so 4; and of the start itself 0. */
  @Test
  void spm_drift_isFromTheStart() {
    Noisy at = new Noisy(image(5), 3);
    assertThat(Spm.drift(now, start, at, text(2)).item_double()).isCloseTo(4, CLOSE);
    assertThat(Spm.drift(start, start, at, text(2)).item_double()).isZero();
  }

  /** (1 - |cos|)^α, and places of 1 : 0 : 3 where a quarter ends the first. */
  @Test
  void spm_anchors_areTheFartherTheLikelier() {
    assertThat(Spm.defaults().weight(-0.75)).isCloseTo(0.25, CLOSE);
    Spm squared = (Spm) Spm.defaults().with(Map.of("anchorPower", 2.0));
    assertThat(squared.weight(0.5)).isCloseTo(0.25, CLOSE);
    assertThat(squared.weight(1.0000001)).isZero();
    double[] weights = {1, 0, 3};
    assertThat(Spm.place(weights, 0.24)).isZero();
    assertThat(Spm.place(weights, 0.26)).isEqualTo(2);
    assertThat(Spm.place(new double[] {0, 0}, 0.5)).isEqualTo(1);
  }

  /**
   * ∇r = (1, 0), ∇f = (1, 1): ∇r·∇f = 1, ‖∇f‖² = 2. η = 0.1, q = 30: λ = (3 - 1) / 2 = 1. q = 5:
   * (0.5 - 1) / 2 &lt; 0, so 0. Without inner steps: (0.1 · 2 - 1) / 2 &lt; 0, and η = 1: 0.5.
   */
  @Test
  void eraseDiff_weight_isTheBarriers() {
    Tensor retain = tensor(new float[] {1, 0});
    Tensor forget = tensor(new float[] {1, 1});
    EraseDiff method = EraseDiff.defaults();
    assertThat(method.weight(retain, forget, 30)).isCloseTo(1, CLOSE);
    assertThat(method.weight(retain, forget, 5)).isZero();
    EraseDiff bare = (EraseDiff) method.with(Map.of("innerSteps", 0.0));
    assertThat(bare.weight(retain, forget, 30)).isZero();
    EraseDiff strong = (EraseDiff) bare.with(Map.of("barrier", 1.0));
    assertThat(strong.weight(retain, forget, 0)).isCloseTo(0.5, CLOSE);
    EraseDiff fixed = (EraseDiff) method.with(Map.of("penalty", 0.7));
    assertThat(fixed.weight(retain, forget, 30)).isEqualTo(0.7);
    assertThat(method.weight(retain, tensor(new float[] {0, 0}), 9)).isZero();
  }

  /**
   * The noise by an output of 3 is 3 where noise is predicted, so (3 - 1)² = 4. Where velocity is,
   * it is √(1-ᾱ) x_t + √ᾱ 3, at t = 0 and x_t = √ᾱ 2.
   */
  @Test
  void eraseDiff_wrongNoise_isComparedAsNoise() {
    Diffused plain = new Diffused(NOISE, image(2), image(0), 0);
    assertThat(EraseDiff.wrongNoise(plain, image(3), image(1)).item_double()).isCloseTo(4, CLOSE);
    double alpha = Math.sqrt(1 - 1e-4);
    double noise = 0.01 * alpha * 2 + alpha * 3;
    Diffused velocity = new Diffused(VELOCITY, image(2), image(0), 0);
    assertThat(EraseDiff.wrongNoise(velocity, image(3), image(1)).item_double())
        .isCloseTo((noise - 1) * (noise - 1), within(1e-4));
  }

  /**
   * F = (1, 2), θ - θ* = (3, -1), λ = 5: L = 5 (9 + 2) = 55, ∇L = 10 (3, -2). And F of gradients
   * (1, 2) and (3, -4): ((1 + 9) / 2, (4 + 16) / 2).
   */
  @Test
  void selectiveAmnesia_anchor_pullsBack() {
    try (Weights theta = Weights.allocate(Map.of("w", List.of(2L)))) {
      try (AutoGradMode off = new AutoGradMode(false)) {
        theta.flat().copy_(tensor(new float[] {4, 4}));
      }
      Tensor gradient = theta.gradient();
      Anchor anchor = new Anchor(tensor(new float[] {1, 5}), tensor(new float[] {1, 2}));
      assertThat(anchor.pull(theta, 5)).isCloseTo(55, CLOSE);
      assertThat(Captioned.floats(gradient)).containsExactly(30, -20);
    }
    Tensor fisher = tensor(new float[] {0, 0});
    SelectiveAmnesia.square(fisher, tensor(new float[] {1, 2}), 2);
    SelectiveAmnesia.square(fisher, tensor(new float[] {3, -4}), 2);
    assertThat(Captioned.floats(fisher)).containsExactly(5, 10);
  }

  /** Two pixels of (x_t + 4 · 1 - 0)², added up: x_t = √ᾱ at t = 0. */
  @Test
  void selectiveAmnesia_norm_isASum() {
    double gap = Math.sqrt(1 - 1e-4) + 4;
    Diffused images = new Diffused(NOISE, image(1), image(0), 0);
    assertThat(SelectiveAmnesia.summed(images, now, text(1)).item_double())
        .isCloseTo(2 * gap * gap, within(1e-3));
  }

  /** loss = δ²: from 0.5 by steps of 0.2 against the sign: 0.3, 0.1, -0.1, and the start stays. */
  @Test
  void advUnlearn_attack_goesDownByTheSign() {
    Tensor from = tensor(new float[] {0.5f, -0.5f});
    Tensor to = Prefix.attacked(from, new Prefix.Attack(3, 0.2), added -> added.mul(added).sum());
    assertThat(Captioned.floats(to)).containsExactly(new float[] {-0.1f, 0.1f}, within(1e-6f));
    assertThat(Captioned.floats(from)).containsExactly(0.5f, -0.5f);
    assertThat(to.requires_grad()).isFalse();
  }

  /** Captions are mismatched by the concept's words. */
  @Test
  void erasure_mismatched_putsTheOtherConcept() {
    Erasure erasure = Erasure.ofTexts(List.of(new Erasure.Pair("cat", "dog")), List.of(), 1);
    assertThat(erasure.mismatched("a cat in oil")).isEqualTo("a dog in oil");
    assertThat(erasure.pair(7).concept()).isEqualTo("cat");
  }
}
