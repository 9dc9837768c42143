package palimpsest.engine.bench;

import java.util.List;

/** The Pareto front between utility, higher is better, and gap, lower is better. */
final class Front {
  private Front() {}

  /** A model between the two. */
  record At(String name, double utility, double gap) {
    private boolean beats(At other) {
      return utility >= other.utility
          && gap <= other.gap
          && (utility > other.utility || gap < other.gap);
    }
  }

  /** Those that no other is at least as good as on both and better than on one. */
  static List<At> of(List<At> all) {
    return all.stream().filter(a -> all.stream().noneMatch(b -> b.beats(a))).toList();
  }
}
