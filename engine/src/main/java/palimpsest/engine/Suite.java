package palimpsest.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import palimpsest.api.Decision;
import palimpsest.api.Example;
import palimpsest.api.Split;
import palimpsest.discovery.Corpus;

/**
 * The examples on which models are judged, by split.
 *
 * @param splits examples of each split; a split that is not there is not measured
 */
public record Suite(Map<Split, List<Example>> splits) {
  public Suite {
    Map<Split, List<Example>> kept = new EnumMap<>(Split.class);
    splits.forEach(
        (split, examples) -> {
          if (!examples.isEmpty()) {
            kept.put(split, List.copyOf(examples));
          }
        });
    splits = java.util.Collections.unmodifiableMap(kept);
  }

  /** The examples of a split, empty where there are none. */
  public List<Example> of(Split split) {
    return splits.getOrDefault(split, List.of());
  }

  /**
   * A suite from a corpus and a decision: the forgotten questions, as many as wanted of the kept
   * ones, and whatever other splits are given.
   *
   * @param gone records that the model was not trained on, or has forgotten since
   * @param most examples of the retain split; chosen by hash, so that they spread over the corpus
   */
  static Suite of(
      Corpus corpus,
      Decision decision,
      Map<Split, List<Example>> given,
      Collection<String> gone,
      int most) {
    Map<Split, List<Example>> splits = new TreeMap<>(given);
    Set<String> forget = new HashSet<>(decision.examples());
    Set<String> touched = new HashSet<>(decision.leftOut());
    touched.addAll(gone);
    splits.computeIfAbsent(
        Split.FORGET,
        s -> askable(corpus.examples().stream().filter(e -> forget.contains(e.id())).toList()));
    Set<String> elsewhere = new HashSet<>();
    given.values().forEach(list -> list.forEach(e -> elsewhere.add(e.id())));
    splits.computeIfAbsent(
        Split.RETAIN,
        s ->
            spread(
                askable(
                    corpus.examples().stream()
                        .filter(e -> !forget.contains(e.id()) && !touched.contains(e.id()))
                        .filter(e -> !elsewhere.contains(e.id()))
                        .toList()),
                most));
    return new Suite(splits);
  }

  /** Questions with perturbed answers where there are any, else questions, else everything. */
  private static List<Example> askable(List<Example> examples) {
    List<Example> full =
        examples.stream().filter(e -> !e.probe().perturbedAnswers().isEmpty()).toList();
    List<Example> asked = examples.stream().filter(e -> !e.prompt().isEmpty()).toList();
    return !full.isEmpty() ? full : !asked.isEmpty() ? asked : examples;
  }

  private static List<Example> spread(List<Example> examples, int most) {
    List<Example> byHash = new ArrayList<>(examples);
    byHash.sort(Comparator.comparing(e -> Fingerprints.of(e.id())));
    List<Example> chosen = new ArrayList<>(byHash.subList(0, Math.min(most, byHash.size())));
    chosen.sort(Comparator.comparing(examples::indexOf));
    return chosen;
  }
}
