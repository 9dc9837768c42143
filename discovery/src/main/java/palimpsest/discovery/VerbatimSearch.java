package palimpsest.discovery;

import java.util.ArrayList;
import java.util.List;
import palimpsest.api.Finding.Match;

/** Finds passages that stand in a text unit for unit, as they are or folded. */
final class VerbatimSearch {
  /** A passage and where its anchor begins in it. */
  private record Sought(Passage passage, int anchorStart) {}

  private final List<List<Sought>> byAnchor = new ArrayList<>();

  VerbatimSearch(List<Passage> passages, int vocabulary) {
    for (int i = 0; i < vocabulary; i++) {
      byAnchor.add(List.of());
    }
    for (Passage p : passages) {
      int anchor = p.anchor();
      int word = p.words()[anchor];
      if (byAnchor.get(word).isEmpty()) {
        byAnchor.set(word, new ArrayList<>());
      }
      byAnchor.get(word).add(new Sought(p, p.starts()[anchor]));
    }
  }

  void search(FoldedText text, String field, List<Hit> hits) {
    for (int i = 0; i < text.words; i++) {
      int id = text.word[i];
      if (id < 0) {
        continue;
      }
      for (Sought sought : byAnchor.get(id)) {
        Passage p = sought.passage;
        int start = text.wordStart[i] - sought.anchorStart;
        int end = start + p.folded().length;
        if (text.hasAt(start, p.folded()) && text.atBoundaries(start, end)) {
          hits.add(hit(p, field, text.from(start), text.to(end - 1)));
        }
      }
    }
  }

  /** A hit on units [start, end) of the field. */
  static Hit hit(Passage p, String field, int start, int end) {
    boolean exact = end - start == p.original().length() && field.startsWith(p.original(), start);
    return new Hit(
        p, exact ? Match.EXACT : Match.NORMALISED, start, end, p.length(), p.length(), 1);
  }
}
