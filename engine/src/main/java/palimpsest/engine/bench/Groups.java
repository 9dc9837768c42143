package palimpsest.engine.bench;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import palimpsest.api.InvalidRequest;
import palimpsest.engine.Fingerprints;

/**
 * Splits questions by what they are about - an author, a document -, so that no question of the
 * reported part has a sibling in the validation part.
 *
 * @param validation the questions that hyper-parameters are chosen on
 * @param reported the others
 */
record Groups<T>(List<T> validation, List<T> reported) {

  /**
   * Takes whole groups by the hash of their names: the same ones in every order of the data.
   *
   * @param what names the data in errors
   * @param wanted groups of the validation part
   * @param allowed groups that may be taken
   */
  static <T> Groups<T> of(
      String what, List<T> items, Function<T, String> group, int wanted, Set<String> allowed) {
    Set<String> all =
        items.stream().map(group).collect(Collectors.toCollection(LinkedHashSet::new));
    List<String> free = all.stream().filter(allowed::contains).toList();
    if (all.size() < 2 || free.isEmpty()) {
      throw new InvalidRequest(
          what
              + " is about "
              + all.size()
              + " author or document, "
              + free.size()
              + " of them free for validation: wanted at least 2 and 1");
    }
    Set<String> taken =
        free.stream()
            .sorted(Comparator.comparing(name -> Fingerprints.of("validation", name)))
            .limit(Math.min(wanted, all.size() - 1))
            .collect(Collectors.toSet());
    return new Groups<>(
        items.stream().filter(i -> taken.contains(group.apply(i))).toList(),
        items.stream().filter(i -> !taken.contains(group.apply(i))).toList());
  }

  /** A fifth of the groups, at least one. */
  static <T> Groups<T> fifth(String what, List<T> items, Function<T, String> group) {
    Set<String> all = items.stream().map(group).collect(Collectors.toSet());
    return of(what, items, group, Math.max(1, all.size() / 5), all);
  }
}
