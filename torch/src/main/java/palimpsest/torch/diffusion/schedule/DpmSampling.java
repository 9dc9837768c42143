package palimpsest.torch.diffusion.schedule;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;

/** A run of {@link DpmSolver}: the predicted clean image of the step before. */
final class DpmSampling implements Sampling {
  private static final int FEW_STEPS = 15;

  private final DpmSolver sampler;
  private final float[] sigmas; // (S + 1)
  private final List<Moment> moments;
  private final Recent before = new Recent(1);

  DpmSampling(DpmSolver sampler, double[] timesteps, float[] sigmas) {
    this.sampler = sampler;
    this.sigmas = sigmas.clone();
    this.moments = moments(timesteps, sigmas);
  }

  /** Images are {@code x_t} as in training: nothing is scaled. */
  private static List<Moment> moments(double[] timesteps, float[] sigmas) {
    List<Moment> moments = new ArrayList<>();
    for (Moment moment : Moment.list(timesteps, sigmas)) {
      moments.add(new Moment(moment.step(), moment.timestep(), moment.alphaBar(), 1));
    }
    return List.copyOf(moments);
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
    return Scopes.compute(() -> next(step, output, x));
  }

  private Tensor next(int step, Tensor output, Tensor x) {
    double from = sigmas[step];
    double to = sigmas[step + 1];
    double decay = to / from; // e^-h
    double signal = 1 / Math.sqrt(to * to + 1);
    double ofX = decay * Math.sqrt((from * from + 1) / (to * to + 1));
    double ofClean = -signal * (decay - 1);
    Tensor clean =
        sampler.schedule().prediction().clean(moments.get(step).alphaBar()).of(x, output);
    Tensor next;
    if (before.size() == 0 || endsFirstOrder(step)) {
      next = x.mul(new Scalar(ofX)).add_(clean, new Scalar(ofClean));
    } else {
      double ratio = Math.log(from / to) / Math.log(sigmas[step - 1] / from); // 1 / r
      next =
          x.mul(new Scalar(ofX))
              .add_(clean, new Scalar(ofClean * (1 + 0.5 * ratio)))
              .add_(before.back(0), new Scalar(-0.5 * ofClean * ratio));
    }
    before.add(clean);
    return next;
  }

  private boolean endsFirstOrder(int step) {
    int steps = moments.size();
    return step == steps - 1
        && (sampler.eulerAtFinal()
            || (sampler.lowerOrderFinal() && steps < FEW_STEPS)
            || sampler.last() == FinalSigma.ZERO);
  }

  @Override
  public void close() {
    before.close();
  }
}
