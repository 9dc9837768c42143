package palimpsest.api;

import java.util.Collection;
import java.util.Comparator;

/** "Did you mean": the known name nearest to one that was mistyped. */
public final class Suggest {
  private Suggest() {}

  /** A sentence such as {@code ; did you mean "llm.npo"?}, or a listing where nothing is near. */
  public static String nearest(String given, Collection<String> known) {
    return known.stream()
        .min(Comparator.comparingInt((String k) -> score(given, k)).thenComparing(k -> k))
        .filter(k -> score(given, k) <= Math.max(2, given.length() / 3))
        .map(k -> "; did you mean \"" + k + "\"?")
        .orElse("; known: " + String.join(", ", known));
  }

  private static int score(String given, String known) {
    int dot = known.indexOf('.');
    int whole = distance(given, known);
    return dot < 0 ? whole : Math.min(whole, distance(given, known.substring(dot + 1)));
  }

  /** Levenshtein distance over UTF-16 units. */
  static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitution = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substitution, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
