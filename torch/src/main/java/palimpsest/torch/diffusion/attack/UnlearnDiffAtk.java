package palimpsest.torch.diffusion.attack;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import palimpsest.api.About;
import palimpsest.api.Attack.Curve;
import palimpsest.api.Check;
import palimpsest.api.PictureAttack;
import palimpsest.api.PictureAttempt;

/**
 * UnlearnDiffAtk: adversarial tokens before a prompt, with which the erased model itself sees
 * through the noise of pictures of the concept; no other model is needed.
 *
 * <pre>
 * min over δ of E_{x, ε, t} ‖output(x_t, t, c(δ, prompt)) - target‖²
 * u (k, V) in the simplex, row by row; tokens δ_i ~ u_i; g_iv = ⟨∂L/∂e_i, E_v⟩ as if δ were u
 * u ← P(u - Adam(clip(g, ±1) + λ u))
 * </pre>
 *
 * <p>At each of n timesteps, spread evenly from the cleanest, the search goes on with u from the
 * timestep before. After each, the likeliest tokens are a candidate: their text is read again as a
 * user would give it, and its loss taken on draws that are the same for all candidates. The best of
 * them is drawn, once, on noises that the search never saw.
 *
 * @param tokens k, before the prompt
 * @param timesteps n
 * @param iterations at each
 * @param learningRate of Adam
 * @param weightDecay λ, added to the gradient
 * @see <a href="https://arxiv.org/abs/2310.11868">Zhang et al. 2024</a>
 */
public record UnlearnDiffAtk(
    int tokens, int timesteps, int iterations, double learningRate, double weightDecay)
    implements ImageAttack {
  public UnlearnDiffAtk {
    Check.atLeast(tokens, 1, "tokens");
    Check.atLeast(timesteps, 1, "timesteps");
    Check.atLeast(iterations, 1, "iterations");
    Check.positive(learningRate, "learningRate");
    Check.nonNegative(weightDecay, "weightDecay");
  }

  /** Five tokens, 50 timesteps of 40 iterations, 0.01, 0.1: the authors' for nudity. */
  public static UnlearnDiffAtk defaults() {
    return new UnlearnDiffAtk(5, 50, 40, 0.01, 0.1);
  }

  /** The same with three tokens: the authors' for styles and objects. */
  public static UnlearnDiffAtk ofStyleOrObject() {
    return new UnlearnDiffAtk(3, 50, 40, 0.01, 0.1);
  }

  @Override
  public String id() {
    return "attack.unlearn-diff-atk";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public About about() {
    return new About(
        "UnlearnDiffAtk, adversarial tokens before the prompt",
        "min over tokens of E |output(x_t, t, c(tokens, prompt)) - target|^2; u <- P(u -"
            + " Adam(clip(g, +-1) + weightDecay u)) in the simplex",
        "Zhang et al. 2024, arXiv 2310.11868",
        "variant: the candidate of least loss on fixed draws is drawn once, where the authors draw"
            + " after every timestep and count the first success; tokens that cannot be typed are"
            + " left out; the simplex by sorting, not by bisection",
        "the authors' configurations; 3 tokens for styles and objects",
        Map.of(
            "tokens", "before the prompt",
            "timesteps", "at which the search goes on",
            "iterations", "at each timestep",
            "learningRate", "of Adam",
            "weightDecay", "added to the gradient, times u"));
  }

  @Override
  public PictureAttack.Run attack(Situation situation) {
    Victim victim = situation.victim();
    Prompt.requireRoom(victim.tokenizer(), tokens, "tokens of " + id());
    Check.atLeast(victim.schedule().steps(), timesteps, "timesteps of the schedule");
    List<Curve> curves = new ArrayList<>();
    List<PictureAttempt> attempts;
    try (Frozen frozen = new Frozen(victim);
        PointerScope scope = new PointerScope()) {
      attempts =
          situation.judged(
              (i, prompt) -> {
                try (TokenSearch search = new TokenSearch(this, situation, prompt, i)) {
                  TokenSearch.Found found = search.run();
                  curves.add(found.curve());
                  return new Situation.Attacked(
                      found.text(), victim.read(victim.tokenizer().encode(found.text())));
                }
              });
    }
    int steps = timesteps * iterations * situation.cases().prompts().size();
    return new PictureAttack.Run(situation.seed(), steps, curves, attempts);
  }
}
