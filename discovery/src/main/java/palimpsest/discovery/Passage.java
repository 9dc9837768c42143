package palimpsest.discovery;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import palimpsest.api.Example;

/**
 * One thing to search for: a name or a passage, folded and cut into vocabulary words.
 *
 * @param target how findings call it
 * @param original as it was given, without white space around it
 * @param folded under {@link Folding}
 * @param starts where each word begins among the folded units
 * @param ends where it ends
 * @param words vocabulary ids
 * @param source the listed record from which it was taken, or null for the request's own words
 */
@SuppressWarnings("ArrayRecordComponent") // compared by value nowhere
record Passage(
    String target,
    String original,
    char[] folded,
    int[] starts,
    int[] ends,
    int[] words,
    @Nullable Example source) {

  static Passage of(
      String target, String text, @Nullable Example source, FoldedText reader, Vocabulary words) {
    String original = strip(text);
    reader.learn(original, words);
    return new Passage(
        target,
        original,
        Arrays.copyOf(reader.chars, reader.length),
        Arrays.copyOf(reader.wordStart, reader.words),
        Arrays.copyOf(reader.wordEnd, reader.words),
        Arrays.copyOf(reader.word, reader.words),
        source);
  }

  private static String strip(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && Folding.isSpace(text.charAt(start))) {
      start++;
    }
    while (end > start && Folding.isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  int length() {
    return words.length;
  }

  /** The longest word, by which it is looked for; the first of equals. */
  int anchor() {
    int best = 0;
    for (int i = 1; i < words.length; i++) {
      if (ends[i] - starts[i] > ends[best] - starts[best]) {
        best = i;
      }
    }
    return best;
  }

  /** Sum of its words' surprise. */
  double surprise(Vocabulary vocabulary) {
    double sum = 0;
    for (int w : words) {
      sum += vocabulary.surprise(w);
    }
    return sum;
  }
}
