package palimpsest.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import palimpsest.api.Attack;
import palimpsest.api.Example;
import palimpsest.api.LanguageModel;
import palimpsest.api.Recipe;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.train.Descent;
import palimpsest.torch.train.Loss;

/**
 * Runs attacks; trains the copies that a relearning attack asks for.
 *
 * @param learningRate of relearning
 */
public record Attacking(double learningRate) implements Attack.Relearner {

  @Override
  public List<Attack.Point> relearn(
      LanguageModel start,
      List<Example> examples,
      int steps,
      int every,
      ToDoubleFunction<LanguageModel> watch) {
    List<Attack.Point> points = new ArrayList<>();
    try (TextModel copy = ((TextModel) start).copy()) {
      points.add(new Attack.Point(0, watch.applyAsDouble(copy)));
      int n = examples.size();
      Recipe recipe =
          new Recipe(steps, n, n, learningRate, 0, Recipe.Decay.CONSTANT, 0, 1, 0);
      new Descent(
              copy.encode(examples),
              List.of(),
              Loss.NLL,
              recipe,
              Optional.empty(),
              p -> {
                if (p.step() % every == 0) {
                  points.add(new Attack.Point(p.step(), watch.applyAsDouble(copy)));
                }
              },
              () -> false)
          .run(copy.llama());
    }
    return points;
  }
}
