package palimpsest.torch.diffusion.schedule;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;

/** A run of {@link Pndm}: the last four outputs, the image that a Runge-Kutta step began from. */
final class PndmSampling implements Sampling {
  private static final int ORDER = 4;

  /** Weights of the last outputs, newest first, in twenty-fourths. */
  private static final int[][] MULTISTEP = {{24}, {36, -12}, {46, -32, 10}, {55, -59, 37, -9}};

  private final Pndm sampler;
  private final int[] timesteps;
  private final int rungeKutta;
  private final int stride;
  private final List<Moment> moments;
  private final Recent outputs = new Recent(ORDER);
  private final Recent sum = new Recent(1);
  private final Recent start = new Recent(1);
  private int taken;

  /**
   * A run over these timesteps.
   *
   * @param rungeKutta how many of the first belong to Runge-Kutta steps
   */
  PndmSampling(Pndm sampler, int[] timesteps, int rungeKutta, int stride) {
    this.sampler = sampler;
    this.timesteps = timesteps.clone();
    this.rungeKutta = rungeKutta;
    this.stride = stride;
    this.moments = Moment.list(sampler.schedule(), timesteps);
  }

  @Override
  public List<Moment> moments() {
    return moments;
  }

  @Override
  public double initialScale() {
    return 1;
  }

  @Override
  public Tensor step(int step, Tensor output, Tensor x) {
    if (step != taken) {
      throw new IllegalStateException("PNDM takes its steps in order: " + taken + ", got " + step);
    }
    taken++;
    return Scopes.compute(
        () -> step < rungeKutta ? rungeKutta(step, output, x) : multistep(step, output, x));
  }

  /** {@code (e_1 + 2 e_2 + 2 e_3 + e_4) / 6} over four evaluations, each from the same image. */
  private Tensor rungeKutta(int step, Tensor output, Tensor x) {
    int stage = step % ORDER;
    int from = timesteps[step - stage];
    int to = timesteps[step] - (stage % 2 == 0 ? stride / 2 : 0);
    if (stage == 0) {
      outputs.add(output);
      start.add(x);
      sum.add(output.mul(new Scalar(1.0 / 6)));
      return line(x, output, from, to);
    }
    if (stage < ORDER - 1) {
      sum.add(sum.back(0).add(output, new Scalar(1.0 / 3)));
      return line(start.back(0), output, from, to);
    }
    return line(start.back(0), sum.back(0).add(output, new Scalar(1.0 / 6)), from, to);
  }

  private Tensor multistep(int step, Tensor output, Tensor x) {
    int t = timesteps[step];
    if (step == 1 && rungeKutta == 0) { // the second evaluation corrects the first step
      Tensor mean = output.add(outputs.back(0)).mul_(new Scalar(0.5));
      return line(start.back(0), mean, t + stride, t);
    }
    if (step == 0) {
      start.add(x);
    }
    outputs.add(output);
    int[] weights = MULTISTEP[outputs.size() - 1];
    Tensor mean = output;
    if (weights.length > 1) {
      mean = output.mul(new Scalar(weights[0] / 24.0));
      for (int back = 1; back < weights.length; back++) {
        mean.add_(outputs.back(back), new Scalar(weights[back] / 24.0));
      }
    }
    return line(x, mean, t, t - stride);
  }

  /** φ of {@link Pndm}: from one timestep to another along one noise. */
  private Tensor line(Tensor x, Tensor output, int from, int to) {
    double here = sampler.alphaBar(from);
    double next = sampler.alphaBar(to);
    double below = here * Math.sqrt(1 - next) + Math.sqrt(here * (1 - here) * next);
    Mixture noise = sampler.schedule().prediction().noise(here).times(-(next - here) / below);
    return noise.plus(new Mixture(Math.sqrt(next / here), 0)).of(x, output);
  }

  @Override
  public void close() {
    outputs.close();
    sum.close();
    start.close();
  }
}
