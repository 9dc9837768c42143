package palimpsest.torch.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.pytorch.global.torch.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.diffusion.Guidance.Combination;
import palimpsest.torch.diffusion.schedule.Betas;
import palimpsest.torch.diffusion.schedule.Moment;
import palimpsest.torch.diffusion.schedule.NoiseSchedule;
import palimpsest.torch.diffusion.schedule.Prediction;
import palimpsest.torch.diffusion.schedule.Tensors;

/** By hand, and safe latent diffusion against diffusers in testkit/golden/diffusion/schedule. */
class GuidanceTest {
  private static final NoiseSchedule NOISE = new NoiseSchedule(Betas.ddpm(), Prediction.EPSILON);
  private static final NoiseSchedule VELOCITY =
      new NoiseSchedule(Betas.ddpm(), Prediction.VELOCITY);

  private static Moment moment(int step, double alphaBar) {
    return new Moment(step, 500, alphaBar, 1);
  }

  /** Combines single values, in a scope of its own. */
  private static float combined(Combination combination, Moment moment, float... outputs) {
    try (PointerScope scope = new PointerScope()) {
      List<Tensor> tensors = new ArrayList<>();
      for (float output : outputs) {
        tensors.add(tensor(new float[] {output}));
      }
      return Tensors.values(combination.combine(moment, tensors))[0];
    }
  }

  /** 0.2 + 7.5 (0.6 - 0.2) = 3.2; g = 1 is the prompt's alone, g = 0 the empty text's. */
  @Test
  void classifierFree_byHand_leavesTheEmptyText() {
    assertThat(guided(7.5)).isCloseTo(3.2f, within(1e-6f));
    assertThat(guided(1)).isEqualTo(0.6f);
    assertThat(guided(0)).isEqualTo(0.2f);
  }

  private static float guided(double scale) {
    return combined(Guidance.classifierFree(scale).begin(NOISE), moment(0, 0.5), 0.2f, 0.6f);
  }

  @Test
  void combine_otherNumberOfTexts_isRefused() {
    assertThatThrownBy(
            () -> combined(Guidance.classifierFree(2).begin(NOISE), moment(0, 0.5), 1, 2, 3))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("classifier-free guidance combines 2 texts, got 3; give as many");
    assertThatThrownBy(() -> combined(Guidance.none().begin(NOISE), moment(0, 0.5), 1, 2))
        .hasMessageContaining("combines 1 texts");
    try (Combination safe = SafeGuidance.MEDIUM.begin(NOISE)) {
      assertThatThrownBy(() -> combined(safe, moment(0, 0.5), 1, 2))
          .hasMessageContaining("combines 3 texts");
    }
  }

  private static SafeGuidance safe(double safetyScale, int warmUp, double momentum) {
    return new SafeGuidance(7.5, safetyScale, warmUp, 0, momentum, momentum);
  }

  /**
   * ε_0 = 0, ε_p = 0.1, ε_S = 0.3. Their difference -0.2 is below λ = 0: μ = min(1, 2 · 0.2) = 0.4,
   * γ = 0.4 · 0.3 = 0.12, ε = 7.5 (0.1 - 0.12) = -0.15. With s_S = 200, μ = 1: 7.5 (0.1 - 0.3) =
   * -1.5. With the concept at 0.05 the difference is 0.05, not below: plain guidance, 0.75.
   */
  @Test
  void safe_oneStepByHand_steersWhereThePromptLeadsThere() {
    try (Combination two = safe(2, 0, 0).begin(NOISE);
        Combination many = safe(200, 0, 0).begin(NOISE);
        Combination harmless = safe(200, 0, 0).begin(NOISE)) {
      assertThat(combined(two, moment(0, 0.5), 0, 0.1f, 0.3f)).isCloseTo(-0.15f, within(1e-6f));
      assertThat(combined(many, moment(0, 0.5), 0, 0.1f, 0.3f)).isCloseTo(-1.5f, within(1e-6f));
      assertThat(combined(harmless, moment(0, 0.5), 0, 0.1f, 0.05f))
          .isCloseTo(0.75f, within(1e-6f));
    }
  }

  /**
   * The same with s_m = β_m = 0.5: ν = 0.5 · 0.12 = 0.06 after the first step, so γ = 0.12 + 0.03 =
   * 0.15 at the second, ε = 7.5 (0.1 - 0.15) = -0.375; ν = 0.03 + 0.075 = 0.105, γ = 0.1725, ε =
   * 7.5 (0.1 - 0.1725) = -0.54375 at the third.
   */
  @Test
  void safe_threeStepsByHand_gatherMomentum() {
    try (Combination run = safe(2, 0, 0.5).begin(NOISE)) {
      assertThat(combined(run, moment(0, 0.5), 0, 0.1f, 0.3f)).isCloseTo(-0.15f, within(1e-6f));
      assertThat(combined(run, moment(1, 0.5), 0, 0.1f, 0.3f)).isCloseTo(-0.375f, within(1e-6f));
      assertThat(combined(run, moment(2, 0.5), 0, 0.1f, 0.3f)).isCloseTo(-0.54375f, within(1e-6f));
    }
  }

  /** Steps before δ are guided plainly, but momentum gathers: the third is that of above. */
  @Test
  void safe_warmUp_onlyGathersMomentum() {
    try (Combination run = safe(2, 2, 0.5).begin(NOISE)) {
      assertThat(combined(run, moment(0, 0.5), 0, 0.1f, 0.3f)).isCloseTo(0.75f, within(1e-6f));
      assertThat(combined(run, moment(1, 0.5), 0, 0.1f, 0.3f)).isCloseTo(0.75f, within(1e-6f));
      assertThat(combined(run, moment(2, 0.5), 0, 0.1f, 0.3f)).isCloseTo(-0.54375f, within(1e-6f));
    }
  }

  /**
   * v = √ᾱ ε - √(1-ᾱ) x_0 with x_0 = (x - √(1-ᾱ) ε) / √ᾱ, so v = (ε - √(1-ᾱ) x) / √ᾱ: the noise
   * that a velocity guides to is the one that the noises guide to.
   */
  @Test
  void safe_velocity_guidesTheSameNoise() {
    double alphaBar = 0.36;
    float x = 0.7f;
    try (Combination noise = safe(2, 0, 0.5).begin(NOISE);
        Combination velocity = safe(2, 0, 0.5).begin(VELOCITY)) {
      for (int step = 0; step < 3; step++) {
        float wanted = combined(noise, moment(step, alphaBar), 0, 0.1f, 0.3f);
        float v =
            combined(
                velocity,
                moment(step, alphaBar),
                velocity(0, x),
                velocity(0.1f, x),
                velocity(0.3f, x));
        assertThat(v).isCloseTo(velocity(wanted, x), within(1e-5f));
      }
      assertThat(combined(velocity, moment(3, 0), 0, 0.1f, 0.3f)).isCloseTo(0.75f, within(1e-6f));
    }
  }

  /** ᾱ = 0.36: √ᾱ = 0.6, √(1-ᾱ) = 0.8. */
  private static float velocity(float noise, float x) {
    return (noise - 0.8f * x) / 0.6f;
  }

  @Test
  void safe_predictedImage_isRefused() {
    NoiseSchedule sample = new NoiseSchedule(Betas.ddpm(), Prediction.SAMPLE);
    assertThatThrownBy(() -> SafeGuidance.WEAK.begin(sample))
        .isInstanceOf(UnsupportedModel.class)
        .hasMessageContaining("prediction_type sample");
  }

  @Test
  void safe_constants_areThePapers() {
    assertThat(SafeGuidance.WEAK).isEqualTo(new SafeGuidance(7.5, 200, 15, 0, 0, 0));
    assertThat(SafeGuidance.MAX.withScale(3)).isEqualTo(new SafeGuidance(3, 5000, 0, 1, 0.5, 0.7));
  }

  @Test
  void safe_sixSteps_areThoseOfDiffusers() {
    for (JsonNode golden : Tensors.golden("safe.json")) {
      SafeGuidance settings =
          new SafeGuidance(
              7.5,
              golden.get("safety_scale").doubleValue(),
              golden.get("warm_up").intValue(),
              golden.get("threshold").doubleValue(),
              golden.get("momentum_scale").doubleValue(),
              golden.get("momentum_decay").doubleValue());
      try (PointerScope scope = new PointerScope();
          Combination run = settings.begin(NOISE)) {
        for (int step = 0; step < 6; step++) {
          float[] got = Tensors.values(run.combine(moment(step, 0.5), predictions(step)));
          double[] wanted = Tensors.numbers(golden.get("outputs").get(step));
          assertThat(got).hasSize(wanted.length);
          for (int i = 0; i < got.length; i++) {
            assertThat((double) got[i]).isCloseTo(wanted[i], within(1e-6));
          }
        }
      }
    }
  }

  private static List<Tensor> predictions(int step) {
    List<Tensor> outputs = new ArrayList<>();
    for (int text = 0; text < 3; text++) {
      outputs.add(tensor(Tensors.formula(3 * step + text, 8)).mul(new Scalar(0.05)));
    }
    return outputs;
  }
}
