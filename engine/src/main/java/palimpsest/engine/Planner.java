package palimpsest.engine;

import static java.util.Collections.disjoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import palimpsest.api.Guarantee;
import palimpsest.api.Method;
import palimpsest.api.Plan;
import palimpsest.api.Recipe;
import palimpsest.api.Release;
import palimpsest.api.Remedy;
import palimpsest.api.Request;
import palimpsest.api.Target;
import palimpsest.methods.Assisted;
import palimpsest.methods.DescentMethod;
import palimpsest.methods.StagedMethod;

/**
 * Which remedies fit a request, what they cost, and why the others do not fit.
 *
 * @param request what is asked
 * @param training how the model came about, where that is known
 * @param recipe how approximate methods will descend
 * @param forget records to forget
 * @param corpus records in the corpus
 */
record Planner(
    Request request, Optional<Manifest> training, Recipe recipe, int forget, int corpus) {

  Plan plan(List<Method> methods) {
    List<Remedy> remedies = new ArrayList<>();
    List<Plan.Refusal> refused = new ArrayList<>();
    for (Method m : methods) {
      refusal(m)
          .ifPresentOrElse(
              why -> refused.add(new Plan.Refusal(m.id(), why)), () -> remedies.add(remedy(m)));
    }
    return new Plan(remedies, refused);
  }

  private Remedy remedy(Method m) {
    List<String> cannotShow = new ArrayList<>(m.cannotShow());
    if (request.target().kind() != Target.Kind.OBSERVED) {
      cannotShow.add(
          "removal: the target is "
              + (request.target().kind() == Target.Kind.LATENT ? "latent" : "a concept")
              + ", in no one training example; only its examples can be acted on");
    }
    if (m.guarantee() == Guarantee.EXACT) {
      training
          .flatMap(t -> t.start().checkpoint())
          .ifPresent(c -> cannotShow.add("what the checkpoint it starts from had seen: " + c));
    }
    return new Remedy(m.id(), m.guarantee(), m.parameters(), steps(m), cannotShow);
  }

  /** Whether a checkpoint that it came from was itself trained on one of the model's files. */
  private static boolean beganWithIt(Manifest model) {
    Optional<Manifest> before = Optional.of(model);
    for (int i = 0; i < GENERATIONS && before.isPresent(); i++) {
      before =
          before.flatMap(m -> m.start().checkpoint()).flatMap(f -> Manifest.beside(Path.of(f)));
      if (before.filter(m -> !disjoint(m.corpus().values(), model.corpus().values())).isPresent()) {
        return true;
      }
    }
    return false;
  }

  private static final int GENERATIONS = 20;

  /** Optimiser steps that the method will take. */
  private int steps(Method m) {
    boolean trains = m instanceof DescentMethod || m instanceof Assisted;
    if (m.guarantee() == Guarantee.SUPPRESSED && !trains) {
      return 0;
    }
    if (m instanceof StagedMethod staged) {
      return staged.steps(recipe, forget, Math.max(0, corpus - forget));
    }
    return trains
        ? recipe.steps(forget)
        : training.map(t -> t.recipe().steps(corpus - forget)).orElse(0);
  }

  private Optional<String> refusal(Method m) {
    boolean suppresses = m.guarantee() == Guarantee.SUPPRESSED;
    if (suppresses && !request.objective().wantsSuppression()) {
      return Optional.of("the request asks for removal only; this leaves the weights as they are");
    }
    if (!suppresses && !request.objective().wantsRemoval()) {
      return Optional.of("the request asks for suppression only; this changes the weights");
    }
    if (suppresses && request.release() == Release.OPEN_WEIGHTS) {
      return Optional.of("open weights: whoever holds them can decode without the guard");
    }
    if (m.guarantee() == Guarantee.EXACT && training.isEmpty()) {
      return Optional.of(
          "how this model was trained is not known: it has no "
              + Manifest.FILE
              + " beside it (train it with palimpsest train to have one)");
    }
    if (m.guarantee() == Guarantee.EXACT && training.filter(Planner::beganWithIt).isPresent()) {
      return Optional.of(
          "the checkpoint that the model was trained further from had been trained on the same"
              + " files: retraining from it would not be without the records");
    }
    if (m.guarantee() == Guarantee.EXACT && forget == corpus) {
      return Optional.of("nothing of the corpus would be left to train on");
    }
    return Optional.empty();
  }
}
