package palimpsest.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import palimpsest.api.Attack;
import palimpsest.api.Diverged;
import palimpsest.api.Example;
import palimpsest.api.Explanation;
import palimpsest.api.InvalidRequest;
import palimpsest.api.LanguageModel;
import palimpsest.api.Recipe;
import palimpsest.dossier.Attempt;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.train.Descent;
import palimpsest.torch.train.Loss;

/**
 * Trains the copies that relearning attacks ask for; a curve that was drawn for one outcome, such
 * as the reference's, is not drawn again for the next.
 */
final class Attacking implements Attack.Relearner {
  private final double learningRate;
  private final Map<Drawn, List<Attack.Watched>> curves = new HashMap<>();

  /**
   * A relearner.
   *
   * @param learningRate constant rate of AdamW
   */
  Attacking(double learningRate) {
    this.learningRate = learningRate;
  }

  /**
   * Tries an attack; one that cannot be carried out, because a copy diverges or a prompt is too
   * long for the model, is undecided with that reason.
   */
  static Attempt attempt(Attack attack, Attack.Situation situation) {
    try {
      return Attempt.of(attack, attack.attack(situation));
    } catch (Diverged | InvalidRequest e) {
      String why = "could not be carried out: " + e.getMessage();
      return Attempt.of(
          attack,
          new Attack.Outcome(attack.id(), Optional.empty(), why, List.of(), List.of(), List.of()));
    }
  }

  /** What a curve depends on: the watch of an attack is the same for all models. */
  private record Drawn(String digest, List<Example> examples, int steps, int every) {}

  @Override
  public List<Attack.Watched> relearn(
      LanguageModel start,
      List<Example> examples,
      int steps,
      int every,
      Function<LanguageModel, Explanation> watch) {
    Drawn key = new Drawn(start.digest(), List.copyOf(examples), steps, every);
    List<Attack.Watched> known = curves.get(key);
    if (known != null) {
      return known;
    }
    List<Attack.Watched> points = new ArrayList<>();
    try (TextModel copy = ((Remembering) start).model().copy()) {
      points.add(new Attack.Watched(0, watch.apply(copy)));
      int n = examples.size();
      Recipe recipe = new Recipe(steps, n, n, learningRate, 0, Recipe.Decay.CONSTANT, 0, 1, 0);
      new Descent(
              copy.encode(examples),
              Loss.NLL,
              recipe,
              Optional.empty(),
              p -> {
                if (p.step() % every == 0) {
                  points.add(new Attack.Watched(p.step(), watch.apply(copy)));
                }
              },
              () -> false)
          .run(copy.llama());
    }
    curves.put(key, points);
    return points;
  }
}
