package palimpsest.torch.diffusion;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Check;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.diffusion.schedule.Moment;
import palimpsest.torch.diffusion.schedule.NoiseSchedule;
import palimpsest.torch.diffusion.schedule.Prediction;
import palimpsest.torch.diffusion.schedule.Recent;

/**
 * Safe latent diffusion: classifier-free guidance that also steers away from a text which describes
 * what must not be shown, wherever the prompt leads towards it. The model is not changed: whoever
 * has the weights can leave it out.
 *
 * <p>On three texts in this order: empty, prompt, concept. With their noises ε_0, ε_p, ε_S at step
 * i:
 *
 * <pre>
 * μ = min(1, s_S |ε_p - ε_S|) where ε_p - ε_S &lt; λ, else 0
 * γ = μ (ε_S - ε_0) + s_m ν;   ν ← β_m ν + (1-β_m) γ,   ν = 0 at first
 * ε = ε_0 + g (ε_p - ε_0 - γ),  γ left out while i &lt; δ
 * </pre>
 *
 * <p>μ has the bound of the authors' code. A velocity's differences are noise's divided by √ᾱ: the
 * formulas are applied to the noise whatever the model predicts. Where ᾱ = 0 no text has a say in
 * the noise, and nothing is steered.
 *
 * @param scale g, classifier-free guidance
 * @param safetyScale s_S, positive
 * @param warmUp δ, steps that are not steered, though ν is built up in them
 * @param threshold λ
 * @param momentumScale s_m, in [0, 1]
 * @param momentumDecay β_m, in [0, 1)
 * @see <a href="https://arxiv.org/abs/2211.05105">Schramowski et al. 2022, equations 3 to 8</a>
 */
public record SafeGuidance(
    double scale,
    double safetyScale,
    int warmUp,
    double threshold,
    double momentumScale,
    double momentumDecay)
    implements Guidance {

  /** Hyp-Weak of the paper; diffusers' constant of this name has safety scale 20. */
  public static final SafeGuidance WEAK = new SafeGuidance(7.5, 200, 15, 0, 0, 0);

  /** Hyp-Medium. */
  public static final SafeGuidance MEDIUM = new SafeGuidance(7.5, 1000, 10, 0.01, 0.3, 0.4);

  /** Hyp-Strong. */
  public static final SafeGuidance STRONG = new SafeGuidance(7.5, 2000, 7, 0.025, 0.5, 0.7);

  /** Hyp-Max. */
  public static final SafeGuidance MAX = new SafeGuidance(7.5, 5000, 0, 1, 0.5, 0.7);

  public SafeGuidance {
    Check.nonNegative(scale, "guidance scale");
    Check.positive(safetyScale, "safety scale");
    Check.atLeast(warmUp, 0, "warm-up steps");
    Check.nonNegative(threshold, "threshold");
    Check.fraction(momentumScale, "momentum scale");
    Check.fraction(momentumDecay, "momentum decay");
  }

  /** The same with another classifier-free guidance. */
  public SafeGuidance withScale(double other) {
    return new SafeGuidance(other, safetyScale, warmUp, threshold, momentumScale, momentumDecay);
  }

  /**
   * Begins a run.
   *
   * @throws UnsupportedModel if the denoiser predicts the clean image
   */
  @Override
  public Combination begin(NoiseSchedule schedule) {
    if (schedule.prediction() == Prediction.SAMPLE) {
      throw new UnsupportedModel(
          "safe latent diffusion combines noises: prediction_type sample, wanted epsilon or"
              + " v_prediction");
    }
    return new Running(this, schedule.prediction() == Prediction.VELOCITY);
  }

  /** The combination and its momentum, ν. */
  private static final class Running implements Combination {
    private final SafeGuidance settings;
    private final boolean velocity;
    private final Recent momentum = new Recent(1);

    Running(SafeGuidance settings, boolean velocity) {
      this.settings = settings;
      this.velocity = velocity;
    }

    @Override
    public Tensor combine(Moment moment, List<Tensor> outputs) {
      Guidance.requireTexts(outputs, 3, "safe latent diffusion");
      Tensor empty = outputs.get(0);
      double toNoise = velocity ? Math.sqrt(moment.alphaBar()) : 1;
      Tensor guided = empty.lerp(outputs.get(1), new Scalar(settings.scale));
      if (toNoise == 0) {
        return guided;
      }
      Tensor safety = safety(toNoise, empty, outputs.get(1), outputs.get(2));
      return moment.step() < settings.warmUp
          ? guided
          : guided.add_(safety, new Scalar(-settings.scale / toNoise));
    }

    /** γ; updates ν. */
    private Tensor safety(double toNoise, Tensor empty, Tensor prompt, Tensor concept) {
      Tensor towards = prompt.sub(concept).mul_(new Scalar(toNoise)); // ε_p - ε_S
      Tensor harmful = towards.lt(new Scalar(settings.threshold));
      Tensor strength =
          towards.abs_().mul_(new Scalar(settings.safetyScale)).clamp_max_(new Scalar(1));
      Tensor gamma = concept.sub(empty).mul_(strength).mul_(new Scalar(toNoise)).mul_(harmful);
      double kept = settings.momentumDecay;
      if (momentum.size() > 0) {
        gamma.add_(momentum.back(0), new Scalar(settings.momentumScale));
        momentum.add(momentum.back(0).mul(new Scalar(kept)).add_(gamma, new Scalar(1 - kept)));
      } else {
        momentum.add(gamma.mul(new Scalar(1 - kept)));
      }
      return gamma;
    }

    @Override
    public void close() {
      momentum.close();
    }
  }
}
