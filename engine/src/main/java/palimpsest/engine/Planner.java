package palimpsest.engine;

import static java.util.Collections.disjoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import palimpsest.api.Guarantee;
import palimpsest.api.Method;
import palimpsest.api.PalimpsestException;
import palimpsest.api.Plan;
import palimpsest.api.Recipe;
import palimpsest.api.Release;
import palimpsest.api.Remedy;
import palimpsest.api.Request;
import palimpsest.api.Target;
import palimpsest.methods.Assisted;
import palimpsest.methods.DescentMethod;
import palimpsest.methods.StagedMethod;
import palimpsest.methods.exact.Replay;
import palimpsest.methods.exact.Retrain;
import palimpsest.methods.exact.Shards;

/**
 * Which remedies fit a request, what they cost, and why the others do not fit.
 *
 * @param request what is asked
 * @param training how the model came about, where that is known
 * @param replayable whether the ledger of that training lies beside the model
 * @param sharded whether it was trained in shards
 * @param recipe how approximate methods will descend
 * @param forget records to forget
 * @param corpus records in the corpus
 * @param router of the records, where it is known which they are
 */
record Planner(
    Request request,
    Optional<Manifest> training,
    boolean replayable,
    boolean sharded,
    Recipe recipe,
    int forget,
    int corpus,
    Optional<Router> router) {

  /** Of records of which only is known how many they are. */
  Planner(
      Request request,
      Optional<Manifest> training,
      boolean replayable,
      boolean sharded,
      Recipe recipe,
      int forget,
      int corpus) {
    this(request, training, replayable, sharded, recipe, forget, corpus, Optional.empty());
  }

  /** What exact methods that fit can go, and what each takes for all records together. */
  private static final class Open {
    final List<ExactPath> paths = new ArrayList<>();
    final List<ExactPath.Way> ways = new ArrayList<>();

    /** The way that drops adapters: no path among the others, since it costs others' records. */
    Optional<ExactPath.Way> dropping = Optional.empty();

    Optional<ExactPath.Way> way(String method) {
      return Stream.concat(ways.stream(), dropping.stream())
          .filter(w -> w.method().equals(method))
          .findFirst();
    }

    /**
     * Of exact methods the cheapest first, what drops adapters last; others stay where they are.
     */
    int rank(Remedy remedy) {
      if (dropping.filter(w -> w.method().equals(remedy.method())).isPresent()) {
        return ways.size();
      }
      return Router.cheapestFirst(ways).stream()
          .map(ExactPath.Way::method)
          .toList()
          .indexOf(remedy.method());
    }
  }

  Plan plan(List<Method> methods) {
    List<Remedy> remedies = new ArrayList<>();
    List<Plan.Refusal> refused = new ArrayList<>();
    Open open = new Open();
    Optional<String> nothing = router.flatMap(Router::nothing);
    for (Method m : methods) {
      refusal(m)
          .or(() -> nothing.filter(why -> isExact(m)))
          .or(() -> closed(m, open))
          .ifPresentOrElse(
              why -> refused.add(new Plan.Refusal(label(m), why)),
              () -> remedies.add(remedy(m, open.way(label(m)))));
    }
    remedies.sort(Comparator.comparing(Remedy::guarantee).thenComparingInt(open::rank));
    return new Plan(
        remedies,
        refused,
        router.filter(r -> !open.paths.isEmpty()).map(r -> r.routes(open.paths)),
        router.flatMap(r -> ShardSet.beside(r.model())).flatMap(ShardSet::loss));
  }

  /** Why the path of an exact method cannot be gone; notes it where it can. */
  private Optional<String> closed(Method m, Open open) {
    if (!isExact(m) || router.isEmpty()) {
      return Optional.empty();
    }
    try {
      ExactPath path = router.get().path(m, training);
      ExactPath.Way together = router.get().together(path);
      if (m instanceof Shards shards && shards.drops()) {
        open.dropping = Optional.of(together);
      } else {
        open.ways.add(together);
        open.paths.add(path);
      }
      return Optional.empty();
    } catch (PalimpsestException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static boolean isExact(Method m) {
    return m.guarantee() == Guarantee.EXACT || m.guarantee() == Guarantee.STRUCTURAL;
  }

  private static String label(Method m) {
    return m instanceof Shards shards ? ShardPath.label(shards) : m.id();
  }

  private Remedy remedy(Method m, Optional<ExactPath.Way> way) {
    List<String> cannotShow = new ArrayList<>(m.cannotShow());
    if (request.target().kind() != Target.Kind.OBSERVED) {
      cannotShow.add(
          "removal: the target is "
              + (request.target().kind() == Target.Kind.LATENT ? "latent" : "a concept")
              + ", in no one training example; only its examples can be acted on");
    }
    if (m.guarantee() == Guarantee.EXACT) {
      training
          .flatMap(t -> m instanceof Replay ? Replaying.unknownStart(t) : t.start().checkpoint())
          .ifPresent(c -> cannotShow.add("what the checkpoint it starts from had seen: " + c));
    }
    return new Remedy(
        label(m),
        m.guarantee(),
        m.parameters(),
        way.map(ExactPath.Way::steps).orElseGet(() -> steps(m)),
        way.map(ExactPath.Way::cost),
        cannotShow);
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
    return trains ? recipe.steps(forget) : training.map(t -> t.steps(corpus - forget)).orElse(0);
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
    if (m.guarantee() == Guarantee.EXACT && training.isEmpty() && sharded) {
      return Optional.of("the model was trained in shards: exact.shards does theirs again");
    }
    if (m.guarantee() == Guarantee.EXACT && training.isEmpty()) {
      return Optional.of(
          "how this model was trained is not known: it has no "
              + Manifest.FILE
              + " beside it (train it with palimpsest train to have one)");
    }
    if (m.guarantee() == Guarantee.STRUCTURAL && !sharded) {
      return Optional.of(
          "the model was not trained in shards: there is no " + ShardSet.FILE + " beside it");
    }
    if (m instanceof Replay && !replayable) {
      return Optional.of(
          "no ledger of its training lies beside the model, in a folder run: nothing to do again");
    }
    if (m instanceof Retrain && training.filter(Planner::beganWithIt).isPresent()) {
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
