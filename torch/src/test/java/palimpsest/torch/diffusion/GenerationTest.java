package palimpsest.torch.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.schedule.Betas;
import palimpsest.torch.diffusion.schedule.Clipping;
import palimpsest.torch.diffusion.schedule.Ddim;
import palimpsest.torch.diffusion.schedule.Euler;
import palimpsest.torch.diffusion.schedule.Moment;
import palimpsest.torch.diffusion.schedule.Noise;
import palimpsest.torch.diffusion.schedule.NoiseSchedule;
import palimpsest.torch.diffusion.schedule.Pndm;
import palimpsest.torch.diffusion.schedule.Prediction;
import palimpsest.torch.diffusion.schedule.Sampler;
import palimpsest.torch.diffusion.schedule.Sampling;
import palimpsest.torch.diffusion.schedule.SeededNoise;
import palimpsest.torch.diffusion.schedule.Spacing;
import palimpsest.torch.diffusion.schedule.Tensors;

class GenerationTest {
  private static final NoiseSchedule SCHEDULE =
      new NoiseSchedule(Betas.stableDiffusion(), Prediction.EPSILON);

  /** Predicts {@code x t / (t + 1) + text}: a text is one number, on one token. */
  private static final class Numbers implements Denoiser {
    final List<Long> rows = new ArrayList<>();

    @Override
    public Tensor predict(Tensor x, Tensor timesteps, Conditioning text) {
      assertThat(timesteps.size(0)).isEqualTo(x.size(0)).isEqualTo(text.states().size(0));
      rows.add(x.size(0));
      Tensor t = timesteps.view(-1, 1, 1, 1);
      return x.mul(t).div(t.add(new Scalar(1))).add(text.states().view(-1, 1, 1, 1));
    }

    @Override
    public Weights weights() {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<TextMap> textMaps() {
      return List.of();
    }

    @Override
    public void close() {}
  }

  private static Conditioning text(float... numbers) {
    return Conditioning.of(tensor(numbers).view(numbers.length, 1, 1));
  }

  private static float[] drawn(Sampler sampler, Guidance guidance, Noise noise, float... texts) {
    try (PointerScope scope = new PointerScope()) {
      List<Conditioning> conditionings = new ArrayList<>();
      for (float text : texts) {
        conditionings.add(text(text));
      }
      Generation generation = new Generation(new Numbers(), sampler, 6, guidance);
      return Tensors.values(generation.draw(conditionings, noise, 2, 1, 2, 2));
    }
  }

  private static final Noise SEEDED = SeededNoise.of(3, 0, 2);

  /** At g = 1 the empty text has no say; o_0 + g (o_p - o_0) of -1 and 1 is 2 g - 1. */
  @Test
  void draw_guided_isTheCombinedTextAlone() {
    Ddim sampler = Ddim.latents(SCHEDULE);
    Guidance g3 = Guidance.classifierFree(3);

    assertThat(drawn(sampler, Guidance.classifierFree(1), SEEDED, -1, 0.5f))
        .containsExactly(drawn(sampler, Guidance.none(), SEEDED, 0.5f), within(1e-6f));
    assertThat(drawn(sampler, g3, SEEDED, -1, 1))
        .containsExactly(drawn(sampler, Guidance.none(), SEEDED, 5), within(1e-5f))
        .isNotEqualTo(drawn(sampler, g3, SEEDED, 0, 1)); // another negative prompt
  }

  /** The loop is the sampler's steps and nothing else; Euler's image is scaled for the denoiser. */
  @Test
  void draw_euler_isItsStepsByHand() {
    Euler sampler = Euler.latents(SCHEDULE);
    float[] got = drawn(sampler, Guidance.none(), SEEDED, 0.25f);

    try (PointerScope scope = new PointerScope();
        Sampling run = sampler.begin(6, Tensors.FORBIDDEN)) {
      Tensor x = SEEDED.draw(Noise.START, 2, 1, 2, 2).mul(new Scalar(run.initialScale()));
      for (Moment moment : run.moments()) {
        double t = moment.timestep();
        Tensor input = x.mul(new Scalar(moment.inputScale()));
        Tensor output = input.mul(new Scalar(t / (t + 1))).add(new Scalar(0.25));
        x = run.step(moment.step(), output, x);
      }
      assertThat(got).containsExactly(Tensors.values(x), within(1e-5f));
    }
  }

  @Test
  void draw_sampleInOtherCompany_isTheSame() {
    Ddim sampler = new Ddim(SCHEDULE, Spacing.leading(1), 1, false, Clipping.NONE);
    float[] together = drawn(sampler, Guidance.none(), SEEDED, 0.25f);
    float[] other = drawn(sampler, Guidance.none(), new SeededNoise(3, List.of(9L, 1L)), 0.25f);

    assertThat(Arrays.copyOfRange(other, 4, 8)).containsExactly(Arrays.copyOfRange(together, 4, 8));
    assertThat(Arrays.copyOf(other, 4)).isNotEqualTo(Arrays.copyOf(together, 4));
  }

  /** Stopped before the first step it is the noise; before the third, two evaluations were made. */
  @Test
  void draw_stopped_isTheImageOnItsWay() {
    Numbers denoiser = new Numbers();
    Generation generation =
        new Generation(denoiser, Ddim.latents(SCHEDULE), 6, Guidance.classifierFree(2));
    try (PointerScope scope = new PointerScope()) {
      List<Conditioning> texts = List.of(text(0, 0), text(1, 2));
      Tensor start = generation.draw(texts, SEEDED, (moment, x) -> false, 2, 1, 2, 2);
      assertThat(Tensors.values(start))
          .containsExactly(Tensors.values(SEEDED.draw(Noise.START, 2, 1, 2, 2)));
      assertThat(denoiser.rows).isEmpty();

      List<float[]> seen = new ArrayList<>();
      Tensor third =
          generation.draw(
              texts,
              SEEDED,
              (moment, x) -> {
                seen.add(Tensors.values(x));
                return moment.step() < 2;
              },
              2,
              1,
              2,
              2);
      assertThat(denoiser.rows).containsExactly(4L, 4L);
      assertThat(seen).hasSize(3);
      assertThat(Tensors.values(third)).containsExactly(seen.get(2));
    }
  }

  @Test
  void draw_textsThatDoNotFit_areRefused() {
    Generation generation =
        new Generation(new Numbers(), Ddim.latents(SCHEDULE), 6, Guidance.classifierFree(2));
    try (PointerScope scope = new PointerScope()) {
      Conditioning longer = Conditioning.of(tensor(1f, 2f).view(1, 2, 1));
      assertThatThrownBy(() -> generation.draw(List.of(text(1), longer), SEEDED, 2, 1, 2, 2))
          .isInstanceOf(InvalidRequest.class)
          .hasMessage("texts must have the shape [2, 1, 1] or one row of it, got [1, 2, 1]");
      assertThatThrownBy(() -> generation.draw(List.of(text(1)), SEEDED, 2, 1, 2, 2))
          .hasMessageContaining("combines 2 texts");
      assertThatThrownBy(() -> generation.draw(List.of(), SEEDED, 2, 1, 2, 2))
          .isInstanceOf(InvalidRequest.class);
    }
  }

  @Test
  void draw_manyTimes_nativeMemoryIsFlat() {
    Runnable all =
        () -> {
          drawn(Pndm.latents(SCHEDULE), SafeGuidance.MAX, SEEDED, 0, 1, 0.5f);
          drawn(Euler.latents(SCHEDULE), Guidance.classifierFree(2), SEEDED, 0, 1);
          assertThatThrownBy(() -> drawn(Pndm.latents(SCHEDULE), SafeGuidance.MAX, SEEDED, 0))
              .isInstanceOf(InvalidRequest.class);
        };
    all.run();
    long objects = Pointer.totalCount();
    for (int i = 0; i < 3; i++) {
      all.run();
    }
    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(objects);
  }
}
