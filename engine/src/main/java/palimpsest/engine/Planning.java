package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import palimpsest.api.Decision;
import palimpsest.api.Finding;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Plan;
import palimpsest.api.Recipe;
import palimpsest.api.Request;

/**
 * What could be done about a request, before anyone decided.
 *
 * @param request what is asked
 * @param model folder of the model
 * @param findings where the target stands
 * @param recipe how approximate methods will descend
 */
public record Planning(Request request, Path model, List<Finding> findings, Recipe recipe) {

  /**
   * The plan for one scope.
   *
   * @throws InvalidRequest where no finding is in scope, or the model is not there
   */
  public Plan plan(Decision.Scope scope) {
    requireModel(model);
    int forget = records(scope);
    if (forget == 0) {
      throw new InvalidRequest(
          "none of the " + findings.size() + " findings is in scope: give a wider --scope");
    }
    Optional<Manifest> training = Manifest.beside(model);
    int corpus = training.map(Manifest::examples).orElse(0);
    return new Planner(request, training, recipe, forget, corpus).plan(BuiltInMethods.all());
  }

  /**
   * Checks before any work that the chosen methods fit the request.
   *
   * @throws InvalidRequest for the first that does not, or one that is chosen twice
   */
  public static void requireFit(Request request, Path model, List<Choice> choices) {
    requireModel(model);
    Optional<Manifest> training = Manifest.beside(model);
    Set<String> labels = new HashSet<>();
    for (Choice c : choices) {
      if (!labels.add(c.label())) {
        throw new InvalidRequest(
            "method " + c.label() + " is given twice: run one command for each of its settings");
      }
      Planner planner = new Planner(request, training, c.recipe(), 1, 2);
      for (Plan.Refusal r : planner.plan(List.of(c.method())).refused()) {
        throw new InvalidRequest(r.method() + " does not fit this request: " + r.reason());
      }
    }
  }

  private static void requireModel(Path model) {
    if (!Files.isDirectory(model)) {
      throw new InvalidRequest(model + ": not a folder; give the folder of a checkpoint");
    }
  }

  /** Records that a scope covers. */
  public int records(Decision.Scope scope) {
    return Deciding.inScope(scope, findings).size();
  }
}
