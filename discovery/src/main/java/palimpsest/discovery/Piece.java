package palimpsest.discovery;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A stretch of a passage for which near-duplicates are sought: the whole of a passage of up to
 * {@value #WHOLE} words, else {@value #LENGTH} words of it, so that a quoted part is found.
 *
 * @param passage of which it is a part
 * @param words vocabulary ids
 * @param weights their weights
 * @param ids the distinct words, ascending
 * @param masses per distinct word, its weight by its occurrences
 * @param required least weight of the matched words
 */
@SuppressWarnings("ArrayRecordComponent") // compared by value nowhere
record Piece(
    Passage passage, int[] words, double[] weights, int[] ids, double[] masses, double required) {
  static final int WHOLE = 48;
  static final int LENGTH = 32;

  /** Cuts passages into pieces that overlap by half. */
  static List<Piece> cut(List<Passage> passages, Vocabulary vocabulary, double coverage) {
    List<Piece> pieces = new ArrayList<>();
    for (Passage p : passages) {
      int n = p.length();
      int length = n <= WHOLE ? n : LENGTH;
      for (int start = 0; start + length < n + LENGTH / 2; start += LENGTH / 2) {
        int from = Math.min(start, n - length);
        int[] words = Arrays.copyOfRange(p.words(), from, from + length);
        pieces.add(of(p, words, vocabulary, coverage));
        if (n <= WHOLE) {
          break;
        }
      }
    }
    return pieces;
  }

  private static Piece of(Passage passage, int[] words, Vocabulary vocabulary, double coverage) {
    double[] weights = Arrays.stream(words).mapToDouble(vocabulary::weight).toArray();
    int[] ids = Arrays.stream(words).sorted().distinct().toArray();
    double[] masses = new double[ids.length];
    for (int i = 0; i < words.length; i++) {
      masses[Arrays.binarySearch(ids, words[i])] += weights[i];
    }
    double required = coverage * Arrays.stream(weights).sum();
    return new Piece(passage, words, weights, ids, masses, required);
  }

  /** Weight of all its words. */
  double total() {
    return Arrays.stream(weights).sum();
  }

  int length() {
    return words.length;
  }

  /** The weightiest words, so many that the others together weigh less than {@code left}. */
  List<Integer> seeds(double left) {
    List<Integer> byMass =
        IntStream.range(0, ids.length)
            .boxed()
            .sorted(
                Comparator.comparingDouble((Integer i) -> -masses[i]).thenComparing(i -> ids[i]))
            .toList();
    double rest = Arrays.stream(masses).sum();
    List<Integer> seeds = new ArrayList<>();
    for (int i : byMass) {
      if (rest < left - 1e-9) {
        break;
      }
      seeds.add(ids[i]);
      rest -= masses[i];
    }
    return seeds;
  }

  /** The most weight that a word of this id can add; 0 for a word that is not in the piece. */
  double mass(int id) {
    int at = Arrays.binarySearch(ids, id);
    return at < 0 ? 0 : masses[at];
  }
}
