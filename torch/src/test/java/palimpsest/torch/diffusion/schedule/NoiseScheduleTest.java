package palimpsest.torch.diffusion.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.pytorch.global.torch.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;

/** By hand, and against diffusers in testkit/golden/diffusion/schedule. */
class NoiseScheduleTest {
  /** Betas 0.36 and 0.5: ᾱ = 0.64, 0.32. */
  private static NoiseSchedule byHand(Prediction prediction) {
    return new NoiseSchedule(new Betas(Betas.Curve.LINEAR, 2, 0.36, 0.5, false), prediction);
  }

  /** √0.64 = 0.8, √0.36 = 0.6: x_t = 0.8 · 2 + 0.6 · (-1) = 1, v = 0.8 · (-1) - 0.6 · 2 = -2. */
  @Test
  void addNoise_byHand_mixesByRoots() {
    NoiseSchedule schedule = byHand(Prediction.VELOCITY);
    assertThat(schedule.alphaBar(0)).isCloseTo(0.64f, within(1e-7f));
    assertThat(schedule.alphaBar(1)).isCloseTo(0.32f, within(1e-7f));
    assertThat(schedule.snr(0)).isCloseTo(0.64 / 0.36, within(1e-6));
    try (PointerScope scope = new PointerScope()) {
      Tensor clean = tensor(2f);
      Tensor noise = tensor(-1f);
      Tensor x = schedule.addNoise(clean.view(1, 1), noise.view(1, 1), 0);
      Tensor v = schedule.velocity(clean.view(1, 1), noise.view(1, 1), 0);
      assertThat(Tensors.values(x)[0]).isCloseTo(1, within(1e-6f));
      assertThat(Tensors.values(v)[0]).isCloseTo(-2, within(1e-6f));
    }
  }

  /** Whatever is predicted, the target turns back into the noise and the image that made it. */
  @Test
  void noiseAndClean_ofTheTarget_areThoseThatWereMixed() {
    float[] clean = {0.5f, -0.25f, 1, -1};
    float[] noise = {2, -1, 0.5f, 0.1f};
    for (Prediction prediction : Prediction.values()) {
      NoiseSchedule schedule = byHand(prediction);
      try (PointerScope scope = new PointerScope()) {
        Tensor image = tensor(clean).view(2, 2);
        Tensor drawn = tensor(noise).view(2, 2);
        Tensor x = schedule.addNoise(image, drawn, 0, 1);
        Tensor output = schedule.target(image, drawn, 0, 1);
        assertThat(Tensors.values(schedule.clean(output, x, 0, 1)))
            .containsExactly(clean, within(1e-5f));
        assertThat(Tensors.values(schedule.noise(output, x, 0, 1)))
            .containsExactly(noise, within(1e-5f));
      }
    }
  }

  @Test
  void schedules_ofDiffusers_areTheSame() {
    for (JsonNode golden : Tensors.golden("schedule.json")) {
      NoiseSchedule schedule = new NoiseSchedule(betas(golden.get("betas")), Prediction.VELOCITY);
      double[] wanted = Tensors.numbers(golden.get("alphas_cumprod"));
      assertThat(schedule.steps()).isEqualTo(wanted.length);
      for (int t = 0; t < wanted.length; t++) {
        assertThat((double) schedule.alphaBar(t))
            .as("%s at %s", golden.get("name"), t)
            .isCloseTo(wanted[t], within(1e-9 + 1e-6 * wanted[t]));
      }
      int[] t =
          Arrays.stream(Tensors.numbers(golden.get("timesteps"))).mapToInt(v -> (int) v).toArray();
      try (PointerScope scope = new PointerScope()) {
        Tensor clean = tensor(Tensors.formula(0, 12)).view(3, 1, 2, 2);
        Tensor noise = tensor(Tensors.formula(1, 12)).view(3, 1, 2, 2);
        assertSame(schedule.addNoise(clean, noise, t), golden.get("noisy"));
        assertSame(schedule.velocity(clean, noise, t), golden.get("velocity"));
      }
    }
  }

  private static void assertSame(Tensor got, JsonNode wanted) {
    float[] values = Tensors.values(got);
    assertThat(values).hasSize(wanted.size());
    for (int i = 0; i < values.length; i++) {
      assertThat((double) values[i]).isCloseTo(wanted.get(i).doubleValue(), within(1e-6));
    }
  }

  private static Betas betas(JsonNode json) {
    String word = json.path("beta_schedule").asText("linear");
    return new Betas(
        Arrays.stream(Betas.Curve.values()).filter(c -> c.word().equals(word)).findFirst().get(),
        1000,
        json.path("beta_start").asDouble(0.0001),
        json.path("beta_end").asDouble(0.02),
        json.path("rescale_betas_zero_snr").asBoolean(false));
  }

  /** Rescaled, the first ᾱ stays and nothing is left at the last. */
  @Test
  void zeroTerminal_ofAnySchedule_endsInNoise() {
    Betas plain = Betas.stableDiffusion();
    Betas rescaled = new Betas(plain.curve(), plain.steps(), plain.start(), plain.end(), true);
    NoiseSchedule schedule = new NoiseSchedule(rescaled, Prediction.VELOCITY);

    assertThat(schedule.snr(999)).isZero();
    assertThat(schedule.alphaBar(0))
        .isCloseTo(new NoiseSchedule(plain, Prediction.VELOCITY).alphaBar(0), within(1e-6f));
    assertThatThrownBy(() -> new NoiseSchedule(rescaled, Prediction.EPSILON))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("v_prediction");
  }

  @Test
  void betas_outOfRange_areRefused() {
    assertThatThrownBy(() -> new Betas(Betas.Curve.LINEAR, 1 << 20, 0.1, 0.2, false))
        .hasMessage("num_train_timesteps must be at most 65536, got 1048576");
    assertThatThrownBy(() -> new Betas(Betas.Curve.LINEAR, 10, 0, 0.2, false))
        .hasMessage("beta_start must be in (0, 1), got 0.0");
    assertThatThrownBy(() -> byHand(Prediction.EPSILON).alphaBar(2))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("timestep must be in [0, 2), got 2");
  }

  @Test
  void addNoise_timestepsForOtherRows_areRefused() {
    try (PointerScope scope = new PointerScope()) {
      Tensor x = tensor(new float[6]).view(3, 2);
      assertThatThrownBy(() -> byHand(Prediction.EPSILON).addNoise(x, x, 0, 1))
          .hasMessage("timesteps must be one or as many as rows, 3, got 2");
    }
  }
}
