package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import palimpsest.api.Decision;
import palimpsest.api.Finding;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.api.Plan;
import palimpsest.api.Recipe;
import palimpsest.api.Request;
import palimpsest.discovery.Corpus;
import palimpsest.methods.exact.Shards;

/**
 * What could be done about a request, before anyone decided.
 *
 * @param request what is asked
 * @param model folder of the model
 * @param findings where the target stands
 * @param corpus what the model was trained on, where that is at hand: without it exact methods cost
 *     at most what the plan says
 * @param recipe how approximate methods will descend
 */
public record Planning(
    Request request, Path model, List<Finding> findings, Optional<Corpus> corpus, Recipe recipe) {

  /**
   * The plan for one scope.
   *
   * @throws InvalidRequest where no finding is in scope, or the model is not there
   */
  public Plan plan(Decision.Scope scope) {
    requireModel(model);
    Set<String> records = Deciding.inScope(scope, findings);
    if (records.isEmpty()) {
      throw new InvalidRequest(
          "none of the " + findings.size() + " findings is in scope: give a wider --scope");
    }
    Optional<Manifest> training = Manifest.beside(model);
    boolean sharded = Resharding.isPossible(model);
    List<Method> methods = new ArrayList<>(BuiltInMethods.all());
    if (sharded) {
      methods.add(new Shards(1, 1));
    }
    return new Planner(
            request,
            training,
            Replaying.isPossible(model),
            sharded,
            recipe,
            records.size(),
            training.map(Manifest::examples).orElse(0),
            Optional.of(new Router(model, corpus, records)))
        .plan(methods);
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
      Planner planner =
          new Planner(
              request,
              training,
              Replaying.isPossible(model),
              Resharding.isPossible(model),
              c.recipe(),
              1,
              training.map(Manifest::examples).orElse(2));
      requireNone(planner.plan(List.of(c.method())).refused());
    }
  }

  /** Refuses what a person chose and does not fit. */
  static void requireNone(List<Plan.Refusal> refused) {
    for (Plan.Refusal r : refused) {
      throw new InvalidRequest(r.method() + " does not fit this request: " + r.reason());
    }
  }

  private static void requireModel(Path model) {
    if (!Files.isDirectory(model)) {
      throw new InvalidRequest(model + ": not a folder; give the folder of a checkpoint");
    }
  }

  /** Why there is nothing to remove exactly, where it is known that no record was met. */
  public Optional<String> nothing(Decision.Scope scope) {
    return new Router(model, corpus, Deciding.inScope(scope, findings)).nothing();
  }

  /** Records that a scope covers. */
  public int records(Decision.Scope scope) {
    return Deciding.inScope(scope, findings).size();
  }
}
