package palimpsest.torch.diffusion.schedule;

import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.InvalidRequest;

/**
 * Euler's method with fresh noise at each step, for images {@code x_0 + σ ε}.
 *
 * <pre>
 * up² = σ_(i+1)² (σ_i² - σ_(i+1)²) / σ_i²,   down² = σ_(i+1)² - up²
 * x_(i+1) = x_i + (down - σ_i) noise + up ε
 * </pre>
 *
 * @param schedule what the denoiser was trained on: noise or velocity
 * @param spacing which timesteps are visited
 * @see <a href="https://arxiv.org/abs/2010.02502">Song et al. 2020: its σ at η = 1</a>
 */
public record EulerAncestral(NoiseSchedule schedule, Spacing spacing) implements Sampler {
  static final String NAME = "EulerAncestralDiscreteScheduler";

  public EulerAncestral {
    if (schedule.prediction() == Prediction.SAMPLE) {
      throw new InvalidRequest(
          "prediction_type must be epsilon or v_prediction for Euler ancestral, got sample");
    }
  }

  /** Leading from offset 1. */
  public static EulerAncestral latents(NoiseSchedule schedule) {
    return new EulerAncestral(schedule, Spacing.leading(1));
  }

  @Override
  public Sampling begin(int steps, Noise noise) {
    Sigmas sigmas = new Sigmas(schedule);
    double[] t = spacing.timesteps(schedule.steps(), steps);
    float[] all = sigmas.closed(sigmas.at(t), FinalSigma.ZERO);
    return new Memoryless(
        Moment.list(t, all),
        Sigmas.initialScale(all, spacing.kind()),
        (step, output, x) -> {
          double up = up(all[step], all[step + 1]);
          double down = Math.sqrt((double) all[step + 1] * all[step + 1] - up * up);
          Tensor moved = Euler.move(schedule, all[step], down).of(x, output);
          return up == 0 ? moved : moved.add_(noise.draw(step, x.shape()), new Scalar(up));
        });
  }

  /** Deviation of the noise that a step adds. */
  static double up(double from, double to) {
    return Math.sqrt(to * to * (from * from - to * to)) / from;
  }

  @Override
  public String className() {
    return NAME;
  }

  @Override
  public Map<String, Object> fields() {
    Map<String, Object> fields = SchedulerFields.write(schedule, spacing);
    fields.put("rescale_betas_zero_snr", schedule.betas().zeroTerminal());
    return fields;
  }

  static EulerAncestral read(SchedulerFields fields) {
    fields.never("prediction_type", Prediction.SAMPLE.word());
    return new EulerAncestral(fields.schedule(true), fields.spacing(Spacing.Kind.LINSPACE));
  }
}
