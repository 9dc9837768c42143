package palimpsest.methods.diffusion;

import java.util.List;
import java.util.Map;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.torch.diffusion.Guidance;
import palimpsest.torch.diffusion.SafeGuidance;

/**
 * Safe latent diffusion: guidance that also steers away from the concepts' text, where the prompt
 * leads towards it; the formulas are {@link SafeGuidance}'s.
 *
 * @param safetyScale s_S
 * @param warmUp δ, steps that are not steered
 * @param threshold λ
 * @param momentumScale s_m
 * @param momentumDecay β_m
 * @see <a href="https://arxiv.org/abs/2211.05105">Schramowski et al. 2022</a>
 */
public record SafeSteering(
    double safetyScale, int warmUp, double threshold, double momentumScale, double momentumDecay)
    implements Steering {
  public SafeSteering {
    Check.positive(safetyScale, "safetyScale");
    Check.atLeast(warmUp, 0, "warmUp");
    Check.nonNegative(threshold, "threshold");
    Check.fraction(momentumScale, "momentumScale");
    Check.fraction(momentumDecay, "momentumDecay");
  }

  /** Hyp-Strong of the paper. */
  public static SafeSteering defaults() {
    SafeGuidance strong = SafeGuidance.STRONG;
    return new SafeSteering(
        strong.safetyScale(),
        strong.warmUp(),
        strong.threshold(),
        strong.momentumScale(),
        strong.momentumDecay());
  }

  @Override
  public String id() {
    return "image.safe-guidance";
  }

  @Override
  public About about() {
    return new About(
        "safe latent diffusion",
        "e = e_0 + g (e_p - e_0 - gamma), gamma = mu (e_S - e_0) + momentumScale nu, mu = min(1,"
            + " safetyScale |e_p - e_S|) where e_p - e_S < threshold, else 0; no gamma in the first"
            + " warmUp steps; nu = momentumDecay nu + (1 - momentumDecay) gamma",
        "Schramowski et al. 2022, arXiv 2211.05105",
        "faithful; of models that predict velocity the formulas are applied to the noise, of which"
            + " the paper does not speak",
        "Hyp-Strong of the paper",
        Map.of(
            "safetyScale",
            "s_S, how strongly it steers",
            "warmUp",
            "delta, steps that are not steered",
            "threshold",
            "lambda, below which a difference counts as leading towards the concept",
            "momentumScale",
            "s_m, weight of the momentum",
            "momentumDecay",
            "beta_m, how long the momentum lasts"));
  }

  @Override
  public <T> List<T> inOrder(T empty, T prompt, T concept) {
    return List.of(empty, prompt, concept);
  }

  /** With g = 0 nothing is asked, and in the first δ steps nothing is steered. */
  @Override
  public boolean acts(double scale, int steps) {
    return scale > 0 && steps > warmUp;
  }

  @Override
  public Guidance guidance(double scale) {
    return new SafeGuidance(scale, safetyScale, warmUp, threshold, momentumScale, momentumDecay);
  }
}
