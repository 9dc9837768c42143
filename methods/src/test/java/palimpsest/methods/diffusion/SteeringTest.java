package palimpsest.methods.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import palimpsest.api.Guarantee;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.testkit.DeclarationContract;
import palimpsest.testkit.LeakCheck;
import palimpsest.torch.Scopes;
import palimpsest.torch.diffusion.Guidance;
import palimpsest.torch.diffusion.SafeGuidance;
import palimpsest.torch.diffusion.schedule.Betas;
import palimpsest.torch.diffusion.schedule.Moment;
import palimpsest.torch.diffusion.schedule.NoiseSchedule;
import palimpsest.torch.diffusion.schedule.Prediction;

/** Suppressions that steer a drawing: what they ask, and what comes of hand-made answers. */
@ExtendWith(LeakCheck.class)
class SteeringTest {
  private static final List<String> CONCEPTS = List.of("blood", "fire");

  @Test
  void texts_ofEach_areInTheOrderOfTheGuidance() {
    assertThat(NegativePrompt.defaults().texts("a cat", CONCEPTS))
        .containsExactly("blood, fire", "a cat");
    assertThat(SafeSteering.defaults().texts("a cat", CONCEPTS))
        .containsExactly("", "a cat", "blood, fire");
    assertThatThrownBy(() -> NegativePrompt.defaults().texts("a cat", List.of()))
        .isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> SafeSteering.defaults().texts("a cat", List.of(" ")))
        .isInstanceOf(InvalidRequest.class);
  }

  @Test
  void guidance_ofSafeSteering_isThatOfThePaper() {
    assertThat(SafeSteering.defaults().guidance(7.5)).isEqualTo(SafeGuidance.STRONG);
    assertThat(SafeSteering.defaults().guidance(3)).isEqualTo(SafeGuidance.STRONG.withScale(3));
  }

  /** 1 + 2 (3 - 1) = 5 away from the concept; g = 1 is the prompt alone. */
  @Test
  void guidance_ofNegativePrompt_leavesTheConcept() {
    assertThat(guided(2, 1, 3)).isEqualTo(5);
    assertThat(guided(1, 1, 3)).isEqualTo(3);
  }

  private static double guided(double scale, float concept, float prompt) {
    NoiseSchedule schedule = new NoiseSchedule(Betas.ddpm(), Prediction.EPSILON);
    Moment moment = new Moment(0, 500, 0.5, 1);
    return Scopes.withoutGradient(
        () -> {
          List<Tensor> answers =
              List.of(tensor(new float[] {concept}), tensor(new float[] {prompt}));
          Guidance guidance = NegativePrompt.defaults().guidance(scale);
          return Matrix.of(guidance.begin(schedule).combine(moment, answers)).at(0, 0);
        });
  }

  @Nested
  class OfNegativePrompt extends DeclarationContract {
    @Override
    protected Method method() {
      return NegativePrompt.defaults();
    }

    @Override
    protected Guarantee guarantee() {
      return Guarantee.SUPPRESSED;
    }
  }

  @Nested
  class OfSafeSteering extends DeclarationContract {
    @Override
    protected Method method() {
      return SafeSteering.defaults();
    }

    @Override
    protected Guarantee guarantee() {
      return Guarantee.SUPPRESSED;
    }
  }
}
