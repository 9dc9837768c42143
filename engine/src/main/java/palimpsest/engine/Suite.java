package palimpsest.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import palimpsest.api.Decision;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Split;
import palimpsest.discovery.Corpus;

/**
 * The examples on which models are judged, by split.
 *
 * @param splits examples of each split; a split that is not there is not measured
 * @param unasked ids of records to forget that are not among them, having no question to ask
 */
public record Suite(Map<Split, List<Example>> splits, List<String> unasked) {
  public Suite {
    Map<Split, List<Example>> kept = new EnumMap<>(Split.class);
    splits.forEach(
        (split, examples) -> {
          if (!examples.isEmpty()) {
            kept.put(split, List.copyOf(examples));
          }
        });
    splits = java.util.Collections.unmodifiableMap(kept);
    unasked = List.copyOf(unasked);
  }

  /** A suite of given splits. */
  public Suite(Map<Split, List<Example>> splits) {
    this(splits, List.of());
  }

  /** The same with another split. */
  public Suite and(Split split, List<Example> examples) {
    Map<Split, List<Example>> all = new EnumMap<>(Split.class);
    all.putAll(splits);
    all.put(split, examples);
    return new Suite(all, unasked);
  }

  /** The examples of a split, empty where there are none. */
  public List<Example> of(Split split) {
    return splits.getOrDefault(split, List.of());
  }

  /**
   * A suite from a corpus and a decision: the forgotten questions, as many as wanted of the kept
   * ones that are not word for word among the others, and whatever other splits are given.
   *
   * @param gone records that the model was not trained on, or has forgotten since
   * @param most examples of the retain split; chosen by hash, so that they spread over the corpus
   * @throws InvalidRequest if two splits share a record that must be in one alone
   */
  static Suite of(
      Corpus corpus,
      Decision decision,
      Map<Split, List<Example>> given,
      Collection<String> gone,
      int most) {
    Map<Split, List<Example>> splits = new TreeMap<>(given);
    Set<String> forget = new HashSet<>(decision.examples());
    List<String> unasked = new ArrayList<>();
    if (!given.containsKey(Split.FORGET)) {
      List<Example> decided =
          corpus.examples().stream().filter(e -> forget.contains(e.id())).toList();
      Set<Example> asked = new LinkedHashSet<>(askable(decided));
      splits.put(Split.FORGET, List.copyOf(asked));
      decided.stream().filter(e -> !asked.contains(e)).map(Example::id).forEach(unasked::add);
    }
    Set<String> elsewhere = new HashSet<>(decision.leftOut());
    elsewhere.addAll(forget);
    elsewhere.addAll(gone);
    given.values().forEach(list -> list.forEach(e -> elsewhere.add(e.id())));
    if (!given.containsKey(Split.RETAIN)) {
      Set<List<String>> asked =
          splits.values().stream()
              .flatMap(List::stream)
              .map(Suite::said)
              .collect(Collectors.toSet());
      List<Example> rest =
          askable(
              corpus.examples().stream()
                  .filter(e -> !elsewhere.contains(e.id()) && !asked.contains(said(e)))
                  .toList());
      splits.put(
          Split.RETAIN, spread(alike(rest, splits.getOrDefault(Split.FORGET, List.of())), most));
    }
    return new Suite(splits, unasked).apart();
  }

  /**
   * This suite, if no other split has what is to be forgotten or was never trained on.
   *
   * @throws InvalidRequest naming a record that one has
   */
  public Suite apart() {
    requireApart(Split.FORGET);
    requireApart(Split.HOLDOUT);
    return this;
  }

  private void requireApart(Split one) {
    Set<List<String>> known = of(one).stream().map(Suite::said).collect(Collectors.toSet());
    splits.forEach(
        (split, examples) ->
            examples.stream()
                .filter(e -> split != one && known.contains(said(e)))
                .findFirst()
                .ifPresent(
                    e -> {
                      throw new InvalidRequest(
                          e.id()
                              + " of the split "
                              + split
                              + " is also in "
                              + one
                              + ": take it out");
                    }));
  }

  private static List<String> said(Example e) {
    return List.of(e.prompt(), e.completion());
  }

  /** Questions where there are any, else everything: passages of text alone are judged alone. */
  private static List<Example> askable(List<Example> examples) {
    List<Example> asked = examples.stream().filter(e -> !e.prompt().isEmpty()).toList();
    return asked.isEmpty() ? examples : asked;
  }

  /** Where all that is forgotten has wrong answers to compare with, so has what is kept. */
  private static List<Example> alike(List<Example> kept, List<Example> forget) {
    List<Example> full = kept.stream().filter(Suite::hasWrongAnswers).toList();
    return full.isEmpty() || !forget.stream().allMatch(Suite::hasWrongAnswers) ? kept : full;
  }

  private static boolean hasWrongAnswers(Example e) {
    return !e.probe().perturbedAnswers().isEmpty();
  }

  private static List<Example> spread(List<Example> examples, int most) {
    Set<Example> chosen =
        examples.stream()
            .sorted(Comparator.comparing(e -> Fingerprints.of(e.id())))
            .limit(most)
            .collect(Collectors.toSet());
    return examples.stream().filter(chosen::contains).toList();
  }
}
