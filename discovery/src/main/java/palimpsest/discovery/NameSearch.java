package palimpsest.discovery;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import palimpsest.api.Finding.Match;

/**
 * Finds names word by word.
 *
 * <p>Beyond the folding, two words of a name may stand apart by white space or a hyphen, an
 * apostrophe or, after an initial, a full stop, whichever of them the request has; and a name of
 * two to five words is found inverted as well, {@code Surname, Given}, at every place where it can
 * be parted. Both are {@link Match#NORMALISED}. Misspelt names are not found: give each spelling.
 */
final class NameSearch {
  private static final int LONGEST_INVERTED = 5;

  /** A name's words in one order; {@code comma} is the word before which a comma is due, or 0. */
  @SuppressWarnings("ArrayRecordComponent") // compared by value nowhere
  private record Form(Passage name, int[] order, int comma, int anchor) {}

  private final List<List<Form>> byAnchor = new ArrayList<>();

  NameSearch(List<Passage> names, int vocabulary) {
    for (int i = 0; i < vocabulary; i++) {
      byAnchor.add(List.of());
    }
    for (Passage name : names) {
      int n = name.length();
      add(name, 0);
      boolean simple = new String(name.folded()).indexOf(',') < 0 && n <= LONGEST_INVERTED;
      for (int k = 1; simple && k < n; k++) {
        add(name, k);
      }
    }
  }

  /** Adds the form whose first {@code moved} words stand last. */
  private void add(Passage name, int moved) {
    int n = name.length();
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = (i + moved) % n;
    }
    int anchor = 0;
    while (order[anchor] != name.anchor()) {
      anchor++;
    }
    int word = name.words()[name.anchor()];
    if (byAnchor.get(word).isEmpty()) {
      byAnchor.set(word, new ArrayList<>());
    }
    byAnchor.get(word).add(new Form(name, order, moved == 0 ? 0 : n - moved, anchor));
  }

  void search(FoldedText text, String field, List<Hit> hits) {
    for (int i = 0; i < text.words; i++) {
      int id = text.word[i];
      if (id < 0) {
        continue;
      }
      for (Form form : byAnchor.get(id)) {
        int first = i - form.anchor;
        if (first >= 0 && first + form.order.length <= text.words && matches(form, text, first)) {
          addHit(form, text, field, first, hits);
        }
      }
    }
  }

  private static boolean matches(Form form, FoldedText text, int first) {
    Passage name = form.name;
    for (int k = 0; k < form.order.length; k++) {
      if (text.word[first + k] != name.words()[form.order[k]]) {
        return false;
      }
      if (k > 0 && !apart(form, k, text, first + k)) {
        return false;
      }
    }
    return true;
  }

  /** Whether what stands before text word {@code w} may stand before the form's word {@code k}. */
  private static boolean apart(Form form, int k, FoldedText text, int w) {
    int start = text.wordEnd[w - 1];
    int end = text.wordStart[w];
    if (k == form.comma) {
      return comma(text.chars, start, end);
    }
    int from = form.name.ends()[form.order[k] - 1];
    int to = form.name.starts()[form.order[k]];
    if (Arrays.equals(text.chars, start, end, form.name.folded(), from, to)) {
      return true;
    }
    boolean initial = text.wordEnd[w - 1] - text.wordStart[w - 1] == 1;
    return loose(form.name.folded(), from, to, true) && loose(text.chars, start, end, initial);
  }

  private static boolean comma(char[] chars, int start, int end) {
    return (end - start == 1 && chars[start] == ',')
        || (end - start == 2 && chars[start] == ',' && chars[start + 1] == ' ');
  }

  private static boolean loose(char[] chars, int start, int end, boolean initial) {
    if (end == start || end - start > 2) {
      return end == start;
    }
    for (int i = start; i < end; i++) {
      char c = chars[i];
      if (c != ' ' && c != '-' && c != '\'' && !(c == '.' && initial)) {
        return false;
      }
    }
    return true;
  }

  private static void addHit(Form form, FoldedText text, String field, int first, List<Hit> hits) {
    Passage name = form.name;
    int last = first + form.order.length - 1;
    int before = form.comma > 0 ? 0 : name.starts()[0];
    int after = form.comma > 0 ? 0 : name.folded().length - name.ends()[name.length() - 1];
    int start = text.wordStart[first] - before;
    int end = text.wordEnd[last] + after;
    if (start < 0 || end > text.length || !sameSymbols(name, text, start, end, before, after)) {
      return;
    }
    hits.add(VerbatimSearch.hit(name, field, text.from(start), text.to(end - 1)));
  }

  /** Whether the symbols around a name, such as those of {@code C++}, stand around the match. */
  private static boolean sameSymbols(
      Passage name, FoldedText text, int start, int end, int before, int after) {
    int n = name.folded().length;
    return Arrays.equals(text.chars, start, start + before, name.folded(), 0, before)
        && Arrays.equals(text.chars, end - after, end, name.folded(), n - after, n);
  }
}
