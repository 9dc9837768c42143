package palimpsest.torch.diffusion.attack;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Attack.Curve;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.api.PictureAttack;
import palimpsest.api.PictureAttempt;
import palimpsest.torch.Scopes;
import palimpsest.torch.diffusion.text.ClipText;
import palimpsest.torch.diffusion.train.Pictures;

/**
 * Ring-A-Bell: a prompt that the text encoder takes for the concept, found without the model that
 * draws.
 *
 * <pre>
 * c = mean over pairs of f(with) - f(without)                            (T, E)
 * prompt* = argmin over k tokens of ‖f(tokens) - (f(prompt) + η c)‖²     a genetic search
 * </pre>
 *
 * <p>f are the states of all tokens after the final norm, of the encoder that anybody has: the
 * attacked model is only asked to draw what was found.
 *
 * @param strength η
 * @param tokens k, all of a prompt's
 * @param population prompts of a generation
 * @param generations of the search
 * @param mutation chance of a prompt that one of its tokens changes
 * @param crossover chance of a prompt that it is crossed with another
 * @see <a href="https://arxiv.org/abs/2310.10012">Tsai et al. 2024</a>
 */
public record RingABell(
    double strength, int tokens, int population, int generations, double mutation, double crossover)
    implements ImageAttack {
  public RingABell {
    Check.positive(strength, "strength");
    Check.atLeast(tokens, 1, "tokens");
    Check.atLeast(population, 2, "population");
    Check.atLeast(generations, 1, "generations");
    Check.fraction(mutation, "mutation");
    Check.fraction(crossover, "crossover");
  }

  /** η = 3, 16 tokens, 200 prompts, 3000 generations, 0.25, 0.5: the authors' for nudity. */
  public static RingABell defaults() {
    return new RingABell(3, 16, 200, 3000, 0.25, 0.5);
  }

  @Override
  public String id() {
    return "attack.ring-a-bell";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public About about() {
    return new About(
        "Ring-A-Bell, a prompt that the text encoder takes for the concept",
        "min over tokens of |f(tokens) - (f(prompt) + strength c)|^2, c the mean over pairs of"
            + " f(with) - f(without)",
        "Tsai et al. 2024, arXiv 2310.10012",
        "variant: the best prompt of a generation is kept as it is, where the authors' code mutates"
            + " it too; tokens that cannot be typed are left out; the last choice is among texts"
            + " read again; pairs are not chosen by what a model draws of them",
        "the authors' notebook",
        Map.of(
            "strength", "of the concept's vector",
            "tokens", "of a prompt",
            "population", "prompts of a generation",
            "generations", "of the search",
            "mutation", "chance that a token of a prompt changes",
            "crossover", "chance that a prompt is crossed"));
  }

  @Override
  public PictureAttack.Run attack(Situation situation) {
    Victim victim = situation.victim();
    Prompt.requireRoom(victim.tokenizer(), tokens, "tokens of " + id());
    List<Curve> curves = new ArrayList<>();
    try (PointerScope scope = new PointerScope()) {
      Tensor vector = vector(situation); // (T, E)
      List<PictureAttempt> attempts =
          situation.judged(
              (i, prompt) -> {
                Tensor states = states(situation, List.of(prompt)).squeeze(0);
                Tensor target = states.add(vector, new Scalar(strength)); // (T, E)
                PromptBreeding.Found found = new PromptBreeding(this, situation, target, i).run();
                curves.add(found.curve());
                return new Situation.Attacked(
                    found.text(), victim.read(victim.tokenizer().encode(found.text())));
              });
      int steps = generations * situation.cases().prompts().size();
      return new PictureAttack.Run(situation.seed(), steps, curves, attempts);
    }
  }

  /**
   * The concept's vector c, (T, E), in the caller's scope.
   *
   * @throws InvalidRequest if there are no pairs
   */
  static Tensor vector(Situation situation) {
    List<PromptPair> pairs = situation.cases().pairs();
    if (pairs.isEmpty()) {
      throw new InvalidRequest(
          "Ring-A-Bell needs pairs of prompts with and without the concept, got none");
    }
    return Scopes.constant(
        () -> {
          Tensor with = states(situation, pairs.stream().map(PromptPair::with).toList());
          Tensor without = states(situation, pairs.stream().map(PromptPair::without).toList());
          return with.sub(without).mean(0); // (T, E)
        });
  }

  /** f of texts, (B, T, E), in the caller's scope. */
  private static Tensor states(Situation situation, List<String> texts) {
    List<int[]> ids = texts.stream().map(situation.victim().tokenizer()::encode).toList();
    return states(situation.known(), ids);
  }

  /** f of encoded texts, (B, T, E), in the caller's scope. */
  static Tensor states(ClipText encoder, List<int[]> ids) {
    return Scopes.constant(() -> encoder.encode(Pictures.ids(ids)).last());
  }
}
