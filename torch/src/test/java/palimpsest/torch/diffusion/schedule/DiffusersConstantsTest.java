package palimpsest.torch.diffusion.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.pytorch.global.torch.make_generator_cpu;
import static org.bytedeco.pytorch.global.torch.randn;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/**
 * The sums that diffusers' own tests expect of whole runs (tests/schedulers at 58eb52c), to their
 * tolerance: 0.01 of the sum, 0.001 of the mean.
 */
class DiffusersConstantsTest {
  private static final Betas STEEP = new Betas(Betas.Curve.LINEAR, 1000, 0.01, 0.02, false);
  private static final Betas LONG = new Betas(Betas.Curve.LINEAR, 1100, 0.0001, 0.02, false);

  private static NoiseSchedule schedule(Betas betas, Prediction prediction) {
    return new NoiseSchedule(betas, prediction);
  }

  private static NoiseSchedule noise() {
    return schedule(Betas.ddpm(), Prediction.EPSILON);
  }

  private static NoiseSchedule velocity() {
    return schedule(Betas.ddpm(), Prediction.VELOCITY);
  }

  private static Ddim ddim(NoiseSchedule schedule, boolean lastAlphaOne) {
    return new Ddim(schedule, Spacing.leading(0), 0, lastAlphaOne, Clipping.PIXELS);
  }

  @Test
  void ddim_asInDiffusersTests_hasTheirSums() {
    check(ddim(noise(), true), 10, 0, 172.0067);
    check(ddim(velocity(), true), 10, 0, 52.5302);
    check(ddim(schedule(STEEP, Prediction.EPSILON), true), 10, 0, 149.8295);
    check(ddim(schedule(STEEP, Prediction.EPSILON), false), 10, 0, 149.0784);
    check(ddim(noise(), true), 10, 8, 354.5418);
  }

  /** Their variances of single steps, at η = 1. */
  @Test
  void ddim_deviation_hasTheirSquares() {
    NoiseSchedule schedule = noise();
    Ddim ddim = ddim(schedule, true).withEta(1);
    int[][] pairs = {{420, 400}, {980, 960}, {487, 486}, {999, 998}};
    double[] variances = {0.14771, 0.32460, 0.00979, 0.02};
    for (int i = 0; i < pairs.length; i++) {
      double deviation =
          ddim.deviation(schedule.alphaBar(pairs[i][0]), schedule.alphaBar(pairs[i][1]));
      assertThat(deviation * deviation).isCloseTo(variances[i], within(1e-5));
    }
  }

  @Test
  void ddpm_asInDiffusersTests_hasTheirSums() {
    check(Ddpm.defaults(noise()), 1000, 0, 258.9606);
    check(Ddpm.defaults(velocity()), 1000, 0, 202.0296);
    check(Ddpm.defaults(noise()), 1000, 998, 387.9466);
  }

  @Test
  void pndm_asInDiffusersTests_hasTheirSums() {
    check(new Pndm(noise(), Spacing.leading(0), false, false), 10, 0, 198.1318);
    check(new Pndm(velocity(), Spacing.leading(0), false, false), 10, 0, 67.3986);
    NoiseSchedule steep = schedule(STEEP, Prediction.EPSILON);
    check(new Pndm(steep, Spacing.leading(0), false, true), 10, 0, 230.0399);
    check(new Pndm(steep, Spacing.leading(0), false, false), 10, 0, 186.9482);
  }

  @Test
  void euler_asInDiffusersTests_hasTheirSums() {
    NoiseSchedule noise = schedule(LONG, Prediction.EPSILON);
    NoiseSchedule velocity = schedule(LONG, Prediction.VELOCITY);
    check(new Euler(noise, Spacing.linspace(), false, FinalSigma.ZERO), 10, 0, 10.0807);
    check(new Euler(velocity, Spacing.linspace(), false, FinalSigma.ZERO), 10, 0, 0.0002);
    check(new Euler(noise, Spacing.linspace(), true, FinalSigma.ZERO), 10, 0, 124.52299);
    check(new Euler(noise, Spacing.linspace(), false, FinalSigma.ZERO), 10, 8, 57062.9297);
  }

  @Test
  void eulerAncestral_asInDiffusersTests_hasTheirSums() {
    NoiseSchedule noise = schedule(LONG, Prediction.EPSILON);
    NoiseSchedule velocity = schedule(LONG, Prediction.VELOCITY);
    check(new EulerAncestral(noise, Spacing.linspace()), 10, 0, 152.3192);
    check(new EulerAncestral(velocity, Spacing.linspace()), 10, 0, 108.4439);
    check(new EulerAncestral(noise, Spacing.linspace()), 10, 8, 56163.0508);
  }

  private static DpmSolver dpm(NoiseSchedule schedule, boolean karras) {
    return new DpmSolver(
        schedule,
        Spacing.linspace(),
        karras,
        false,
        false,
        FinalSigma.SMALLEST,
        Double.NEGATIVE_INFINITY);
  }

  /** For the first three diffusers states means only. */
  @Test
  void dpmSolver_asInDiffusersTests_hasTheirMeans() {
    assertThat(run(dpm(noise(), false), 10, 0) / 768).isCloseTo(0.3301, within(1e-3));
    assertThat(run(dpm(velocity(), false), 10, 0) / 768).isCloseTo(0.2251, within(1e-3));
    assertThat(run(dpm(velocity(), true), 10, 0) / 768).isCloseTo(0.2096, within(1e-3));
    check(dpm(noise(), false), 10, 5, 318.4111);
  }

  private static void check(Sampler sampler, int steps, int first, double sum) {
    double got = run(sampler, steps, first);
    assertThat(got).as(sampler.toString()).isCloseTo(sum, within(1e-2));
    assertThat(got / 768).isCloseTo(sum / 768, within(1e-3));
  }

  /**
   * Sum of magnitudes after a run as in those tests: from a noised image where it starts later,
   * and, where images are scaled for the denoiser, going on from the scaled image.
   */
  private static double run(Sampler sampler, int steps, int first) {
    try (PointerScope all = new PointerScope();
        AutoGradMode off = new AutoGradMode(false);
        Generator generator = make_generator_cpu(0);
        GeneratorOptional optional = new GeneratorOptional(generator);
        Sampling run = sampler.begin(steps, (step, shape) -> randn(shape, optional))) {
      Tensor x = Tensors.sample().mul(new Scalar(run.initialScale()));
      if (first > 0) {
        x = noised(sampler, run.moments().get(first), x);
      }
      for (Moment moment : run.moments().subList(first, run.moments().size())) {
        x = x.mul(new Scalar(moment.inputScale()));
        x = run.step(moment.step(), Tensors.denoised(x, moment.timestep()), x);
      }
      return Tensors.sum(x);
    }
  }

  private static Tensor noised(Sampler sampler, Moment moment, Tensor x) {
    if (moment.inputScale() == 1) {
      return sampler.schedule().addNoise(x, Tensors.reversed(), (int) moment.timestep());
    }
    double sigma = Math.sqrt(1 / moment.alphaBar() - 1);
    return x.add(Tensors.reversed(), new Scalar(sigma));
  }
}
