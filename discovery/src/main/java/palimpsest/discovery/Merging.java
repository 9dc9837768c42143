package palimpsest.discovery;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import palimpsest.api.Finding.Match;

/**
 * Makes one hit of those that overlap and have the same target: the surest, of equals the longest;
 * of near-duplicates, the span of all, their words and columns added up.
 */
final class Merging {
  private static final Comparator<Hit> BY_PLACE =
      Comparator.comparingInt(Hit::start)
          .thenComparing(Hit::match)
          .thenComparing(Comparator.comparingInt(Hit::end).reversed());

  private Merging() {}

  /** The hits of one field, merged, by their places and then their targets' order. */
  static List<Hit> merge(List<Hit> hits) {
    Map<String, List<Hit>> byTarget = new LinkedHashMap<>();
    for (Hit hit : hits) {
      byTarget.computeIfAbsent(hit.passage().target(), t -> new ArrayList<>()).add(hit);
    }
    List<Hit> merged = new ArrayList<>();
    byTarget.values().forEach(same -> sweep(same, merged));
    merged.sort(
        Comparator.comparingInt(Hit::start)
            .thenComparingInt(Hit::end)
            .thenComparing(h -> h.passage().target()));
    return merged;
  }

  private static void sweep(List<Hit> same, List<Hit> merged) {
    same.sort(BY_PLACE);
    Hit last = same.get(0);
    for (Hit next : same.subList(1, same.size())) {
      if (next.start() < last.end()) {
        last = one(last, next);
      } else {
        merged.add(last);
        last = next;
      }
    }
    merged.add(last);
  }

  private static Hit one(Hit a, Hit b) {
    if (a.match() != b.match()) {
      return a.match().compareTo(b.match()) < 0 ? a : b;
    }
    if (a.match() != Match.NEAR_DUPLICATE) {
      return b.end() - b.start() > a.end() - a.start() ? b : a;
    }
    return new Hit(
        a.passage(),
        Match.NEAR_DUPLICATE,
        Math.min(a.start(), b.start()),
        Math.max(a.end(), b.end()),
        a.matched() + b.matched(),
        a.aligned() + b.aligned(),
        Math.max(a.coverage(), b.coverage()));
  }
}
