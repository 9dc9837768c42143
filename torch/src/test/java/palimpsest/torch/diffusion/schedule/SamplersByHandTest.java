package palimpsest.torch.diffusion.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.List;
import java.util.function.Function;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;

/** Derived on paper. */
class SamplersByHandTest {
  private static final float[] CLEAN = {0.8f, -0.5f, 0.1f, 0.9f};
  private static final float[] NOISE = {-1.2f, 0.4f, 2.1f, 0.3f};

  private static NoiseSchedule schedule(Prediction prediction) {
    return new NoiseSchedule(Betas.stableDiffusion(), prediction);
  }

  private static List<Function<NoiseSchedule, Sampler>> deterministic() {
    return List.of(
        s -> new Ddim(s, Spacing.leading(1), 0, true, Clipping.NONE),
        s -> new Ddim(s, Spacing.trailing(), 0, true, Clipping.PIXELS),
        s -> new Euler(s, Spacing.linspace(), false, FinalSigma.ZERO),
        s -> new Euler(s, Spacing.leading(1), true, FinalSigma.ZERO),
        DpmSolver::defaults,
        s ->
            new DpmSolver(
                s,
                Spacing.trailing(),
                true,
                false,
                false,
                FinalSigma.ZERO,
                Double.NEGATIVE_INFINITY));
  }

  /**
   * With x_t = √ᾱ_t x_0 + √(1-ᾱ_t) ε and an output that says ε exactly, each step lands on x_s =
   * √ᾱ_s x_0 + √(1-ᾱ_s) ε, and ᾱ = 1 after the last. The output in terms of ε and x_0 is the
   * definition of each kind. (10 divides 1000: DDIM's stride is then the distance of its
   * timesteps.)
   */
  @Test
  void run_exactOutput_returnsTheImage() {
    for (Prediction prediction : Prediction.values()) {
      for (Function<NoiseSchedule, Sampler> sampler : deterministic()) {
        assertThat(exact(sampler.apply(schedule(prediction)), 10))
            .containsExactly(CLEAN, within(2e-4f));
      }
    }
  }

  /**
   * PNDM's line along a constant ε is the same: √(ᾱ_s/ᾱ_t) √(1-ᾱ_t) - (ᾱ_s-ᾱ_t) / (ᾱ_t √(1-ᾱ_s) +
   * √(ᾱ_t (1-ᾱ_t) ᾱ_s)) = √(1-ᾱ_s), and all its weights add up to 1.
   */
  @Test
  void pndm_exactNoise_returnsTheImage() {
    for (boolean skip : new boolean[] {true, false}) {
      Pndm pndm = new Pndm(schedule(Prediction.EPSILON), Spacing.leading(1), skip, true);
      assertThat(exact(pndm, 10)).containsExactly(CLEAN, within(2e-4f));
    }
  }

  private static float[] exact(Sampler sampler, int steps) {
    try (PointerScope scope = new PointerScope();
        Sampling run = sampler.begin(steps, Tensors.FORBIDDEN)) {
      Tensor clean = tensor(CLEAN);
      Tensor noise = tensor(NOISE);
      Moment first = run.moments().get(0);
      Tensor x = mixed(clean, noise, first.alphaBar()).mul(new Scalar(1 / first.inputScale()));
      for (Moment moment : run.moments()) {
        Tensor output =
            switch (sampler.schedule().prediction()) {
              case EPSILON -> noise;
              case VELOCITY -> mixed(noise, clean.neg(), moment.alphaBar());
              case SAMPLE -> clean;
            };
        x = run.step(moment.step(), output, x);
      }
      return Tensors.values(x);
    }
  }

  private static Tensor mixed(Tensor a, Tensor b, double alphaBar) {
    return a.mul(new Scalar(Math.sqrt(alphaBar))).add(b, new Scalar(Math.sqrt(1 - alphaBar)));
  }

  /**
   * Two betas of 0.5: ᾱ = 0.5, 0.25. From t = 1 to 0, with x_0 and x_t known, Bayes gives variance
   * β (1-ᾱ_s)/(1-ᾱ_t) = 0.5 · 0.5/0.75 = 1/3 and mean √0.5 · 0.5/0.75 x_0 + √0.5 · 0.5/0.75 x_t.
   * The upper bound is β = 0.5.
   */
  @Test
  void ddpm_twoSteps_isTheGaussianPosterior() {
    Betas halves = new Betas(Betas.Curve.LINEAR, 2, 0.5, 0.5, false);
    NoiseSchedule schedule = new NoiseSchedule(halves, Prediction.SAMPLE);
    Ddpm.Step step = new Ddpm.Step(schedule.alphaBar(1), schedule.alphaBar(0));

    assertThat(step.ofClean()).isCloseTo((float) (Math.sqrt(0.5) / 1.5), within(1e-6f));
    assertThat(step.ofX()).isCloseTo((float) (Math.sqrt(0.5) / 1.5), within(1e-6f));
    assertThat(step.deviation(Ddpm.Variance.FIXED_SMALL))
        .isCloseTo(Math.sqrt(1.0 / 3), within(1e-6));
    assertThat(step.deviation(Ddpm.Variance.FIXED_LARGE)).isCloseTo(Math.sqrt(0.5), within(1e-6));

    Noise ones = (at, shape) -> tensor(1f, 1f);
    Ddpm ddpm = new Ddpm(schedule, Spacing.leading(0), Ddpm.Variance.FIXED_LARGE, Clipping.PIXELS);
    try (PointerScope scope = new PointerScope();
        Sampling run = ddpm.begin(2, ones)) {
      Tensor x = run.step(0, tensor(3f, 0.5f), tensor(2f, 0f)); // x_0 clipped to (1, 0.5)
      double root = Math.sqrt(0.5);
      assertThat(Tensors.values(x))
          .containsExactly(
              new float[] {(float) (3 * root / 1.5 + root), (float) (0.5 * root / 1.5 + root)},
              within(1e-6f));
      assertThat(Tensors.values(run.step(1, tensor(0.2f, -9f), x))) // the last is x_0 itself
          .containsExactly(new float[] {0.2f, -1f}, within(1e-6f));
    }
  }

  /** η = 1 and DDPM differ in name only: the same mean and variance where nothing is clipped. */
  @Test
  void ddim_etaOne_isDdpm() {
    NoiseSchedule schedule = schedule(Prediction.EPSILON);
    Ddim ddim = new Ddim(schedule, Spacing.leading(0), 1, true, Clipping.NONE);
    Ddpm ddpm = new Ddpm(schedule, Spacing.leading(0), Ddpm.Variance.FIXED_SMALL, Clipping.NONE);
    Noise noise = (step, shape) -> tensor(0.3f, -1f, 0f, 2f);
    try (PointerScope scope = new PointerScope();
        Sampling one = ddim.begin(10, noise);
        Sampling two = ddpm.begin(10, noise)) {
      Tensor x = tensor(NOISE);
      for (int step = 0; step < 10; step++) {
        Tensor output = tensor(CLEAN);
        float[] other = Tensors.values(two.step(step, output, x));
        x = one.step(step, output, x);
        assertThat(Tensors.values(x)).containsExactly(other, within(1e-5f));
      }
    }
  }

  /**
   * σ from 4 to 3: up² = 9 (16-9)/16 = 63/16, down² = 9 - 63/16 = 81/16, so down = 9/4. The noise ε
   * moves by 9/4 - 4, fresh noise enters by √63/4; together they make up σ = 3.
   */
  @Test
  void eulerAncestral_byHand_keepsTheVariance() {
    double up = EulerAncestral.up(4, 3);

    assertThat(up).isCloseTo(Math.sqrt(63) / 4, within(1e-12));
    assertThat(Math.sqrt(9 - up * up)).isCloseTo(2.25, within(1e-12));
    assertThat(EulerAncestral.up(4, 0)).isZero();
  }

  /**
   * Exact outputs again: whatever noise entered before, the last step removes what is predicted.
   */
  @Test
  void eulerAncestral_cleanImageKnown_returnsIt() {
    EulerAncestral sampler = EulerAncestral.latents(schedule(Prediction.EPSILON));
    Noise noise = (step, shape) -> tensor(NOISE).mul(new Scalar(Math.cos(step)));
    try (PointerScope scope = new PointerScope();
        Sampling run = sampler.begin(8, noise)) {
      Tensor clean = tensor(CLEAN);
      Tensor x = clean.add(tensor(NOISE), new Scalar(run.initialScale()));
      for (Moment moment : run.moments()) {
        double sigma = Math.sqrt(1 / moment.alphaBar() - 1);
        x = run.step(moment.step(), x.sub(clean).mul(new Scalar(1 / sigma)), x);
      }
      assertThat(Tensors.values(x)).containsExactly(CLEAN, within(1e-4f));
    }
  }

  /** {@code diffusers.set_timesteps(61)} has a 62nd timestep, -1: 1000 / (1000 / 61) > 61. */
  @Test
  void spacing_trailingOf61_endsAtTheLastStride() {
    int[] t = Spacing.trailing().whole(1000, 61);

    assertThat(t).hasSize(61).startsWith(999, 983).endsWith(15);
    DpmSolver solver =
        new DpmSolver(
            schedule(Prediction.EPSILON),
            Spacing.trailing(),
            false,
            true,
            false,
            FinalSigma.ZERO,
            Double.NEGATIVE_INFINITY);
    try (Sampling run = solver.begin(61, Tensors.FORBIDDEN)) {
      assertThat(run.moments()).hasSize(61);
    }
  }

  @Test
  void begin_impossibleSteps_isRefused() {
    NoiseSchedule schedule = schedule(Prediction.EPSILON);
    assertThatThrownBy(() -> Ddim.pixels(schedule).begin(0, Tensors.FORBIDDEN))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("steps must be at least 1, got 0");
    assertThatThrownBy(() -> Ddim.pixels(schedule).begin(1001, Tensors.FORBIDDEN))
        .hasMessage("steps must be at most the 1000 of training, got 1001");
    assertThatThrownBy(() -> Ddim.latents(schedule).begin(1000, Tensors.FORBIDDEN))
        .hasMessage("steps_offset leads to timestep 1000 of 1000; take fewer steps");
    assertThatThrownBy(() -> DpmSolver.defaults(schedule).begin(1000, Tensors.FORBIDDEN))
        .hasMessageContaining("twice");
    Pndm pndm = new Pndm(schedule, Spacing.leading(0), false, false);
    assertThatThrownBy(() -> pndm.begin(3, Tensors.FORBIDDEN))
        .hasMessage("steps must be at least 4 where skip_prk_steps is false, got 3");
  }

  @Test
  void pndm_outOfOrder_isRefused() {
    try (PointerScope scope = new PointerScope();
        Sampling run = Pndm.latents(schedule(Prediction.EPSILON)).begin(5, Tensors.FORBIDDEN)) {
      assertThatThrownBy(() -> run.step(1, tensor(NOISE), tensor(NOISE)))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void run_manyTimes_nativeMemoryIsFlat() {
    NoiseSchedule schedule = schedule(Prediction.EPSILON);
    List<Sampler> samplers =
        List.of(
            Pndm.latents(schedule),
            new Pndm(schedule, Spacing.leading(0), false, false),
            DpmSolver.defaults(schedule),
            Ddim.pixels(schedule));
    samplers.forEach(sampler -> exact(sampler, 9));
    long objects = Pointer.totalCount();
    for (int i = 0; i < 3; i++) {
      samplers.forEach(sampler -> exact(sampler, 9));
    }
    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(objects);
  }
}
