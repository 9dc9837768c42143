package palimpsest.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.api.Route;
import palimpsest.discovery.Corpus;
import palimpsest.methods.exact.Replay;
import palimpsest.methods.exact.Shards;

/**
 * Finds the exact paths by which a model comes to be as if some records had never been in it, and
 * for each record the cheapest.
 *
 * @param model folder of the model
 * @param corpus what it was trained on, where that is at hand
 * @param records ids of the records to forget
 */
record Router(Path model, Optional<Corpus> corpus, Set<String> records) {
  Router {
    records = Set.copyOf(records);
  }

  /**
   * The path that an exact method goes.
   *
   * @param training how the model came about, where that is known
   * @throws palimpsest.api.PalimpsestException if the method could not go it
   */
  ExactPath path(Method method, Optional<Manifest> training) {
    if (method instanceof Shards shards) {
      return ShardPath.of(model, shards, corpus, records);
    }
    return method instanceof Replay replay
        ? ReplayPath.of(model, replay, corpus, records)
        : RetrainPath.of(model, training.orElseThrow(), corpus);
  }

  /**
   * What a path takes to be without all of the records.
   *
   * @throws InvalidRequest if it does not lead there
   */
  ExactPath.Way together(ExactPath path) {
    return path.without(records)
        .orElseThrow(
            () ->
                new InvalidRequest(
                    "the checkpoint that the model was trained further from had been trained on"
                        + " them, or nothing would be left to train on"));
  }

  /**
   * For each record that the model's trainings met the cheapest of some paths, were it the only
   * one, the cheapest first. Records of one method, start and number of steps stand together with
   * the cost of the dearest, since some are met more often in these steps than others.
   */
  List<Route> routes(Collection<ExactPath> paths) {
    Map<List<Object>, List<String>> alike = new LinkedHashMap<>();
    Map<List<Object>, ExactPath.Way> dearest = new LinkedHashMap<>();
    TrainedOn trained = TrainedOn.of(model);
    for (String id : new TreeSet<>(records)) {
      if (trained.met(id, corpus)) {
        cheapestFirst(paths.stream().flatMap(p -> p.without(Set.of(id)).stream()).toList()).stream()
            .findFirst()
            .ifPresent(
                way -> {
                  List<Object> key = List.of(way.method(), way.steps(), way.cost().from());
                  alike.computeIfAbsent(key, k -> new ArrayList<>()).add(id);
                  dearest.merge(key, way, Router::dearer);
                });
      }
    }
    Map<ExactPath.Way, List<String>> by = new LinkedHashMap<>();
    dearest.forEach((key, way) -> by.put(way, alike.getOrDefault(key, List.of())));
    return cheapestFirst(by.keySet()).stream()
        .map(w -> new Route(w.method(), w.steps(), w.cost(), by.getOrDefault(w, List.of())))
        .toList();
  }

  private static ExactPath.Way dearer(ExactPath.Way one, ExactPath.Way other) {
    double least = one.cost().seconds().orElse(0.0);
    return other.cost().seconds().orElse(0.0) > least ? other : one;
  }

  /** Why there is nothing to remove exactly, where it is known that no record was met. */
  Optional<String> nothing() {
    return TrainedOn.of(model).nothing(records, corpus);
  }

  /** By seconds where these are known of all, and otherwise by steps; of equal ones as they are. */
  static List<ExactPath.Way> cheapestFirst(Collection<ExactPath.Way> ways) {
    boolean paced = ways.stream().allMatch(w -> w.cost().seconds().isPresent());
    Comparator<ExactPath.Way> bySteps = Comparator.comparingInt(ExactPath.Way::steps);
    return ways.stream()
        .sorted(
            paced
                ? Comparator.<ExactPath.Way>comparingDouble(w -> w.cost().seconds().orElseThrow())
                    .thenComparing(bySteps)
                : bySteps)
        .toList();
  }
}
