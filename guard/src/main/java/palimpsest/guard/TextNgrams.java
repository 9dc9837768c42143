package palimpsest.guard;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import palimpsest.api.Check;

/**
 * The word runs of protected texts, to check an answer after it was decoded, whatever its tokens
 * were.
 *
 * <p>Words are compared after NFKC, case folding and removal of punctuation and of invisible
 * characters; see {@link Words}. Homoglyphs, letters set apart by spaces, other spellings and other
 * words are not seen through.
 *
 * <p>Words are held as keyed 64-bit fingerprints in their order. Without the key, how often which
 * unknown word recurs is still visible; with it, words can be guessed.
 */
public final class TextNgrams {
  private final SipHash hash;
  private final int length;
  private final Map<Long, int[]> places;

  /**
   * Takes in the texts.
   *
   * @param texts protected texts; a run does not go on from one to the next
   * @param key 16 secret random bytes
   */
  public TextNgrams(List<String> texts, byte[] key) {
    hash = new SipHash(key);
    Map<Long, List<Integer>> found = new HashMap<>();
    int place = 0;
    for (String text : texts) {
      for (Words.Word word : Words.of(text)) {
        found.computeIfAbsent(fingerprint(word), w -> new ArrayList<>()).add(++place);
      }
      place++;
    }
    length = place + 1;
    places = new HashMap<>();
    found.forEach((word, at) -> places.put(word, at.stream().mapToInt(p -> p).toArray()));
  }

  /** Words of the longest run that the output shares with one of the texts; 0 where none. */
  public int longestSharedRun(String output) {
    int longest = 0;
    for (int run : runs(Words.of(output))) {
      longest = Math.max(longest, run);
    }
    return longest;
  }

  /**
   * The output up to the word that would complete a shared run of {@code k} words; the whole output
   * where there is none. The result shares at most k-1 words in a row.
   *
   * @param k at least 1
   */
  public String cut(String output, int k) {
    Check.atLeast(k, 1, "k of the text check");
    List<Words.Word> words = Words.of(output);
    int[] runs = runs(words);
    for (int i = 0; i < runs.length; i++) {
      if (runs[i] >= k) {
        return output.substring(0, words.get(i).start()).stripTrailing();
      }
    }
    return output;
  }

  /** Per word of the output, the longest shared run that ends with it. */
  private int[] runs(List<Words.Word> words) {
    int[] result = new int[words.size()];
    int[] ending = new int[length];
    int[] before = {};
    for (int i = 0; i < result.length; i++) {
      int[] here = places.getOrDefault(fingerprint(words.get(i)), new int[0]);
      int[] lengths = new int[here.length];
      for (int j = 0; j < here.length; j++) {
        lengths[j] = ending[here[j] - 1] + 1;
        result[i] = Math.max(result[i], lengths[j]);
      }
      for (int place : before) {
        ending[place] = 0;
      }
      for (int j = 0; j < here.length; j++) {
        ending[here[j]] = lengths[j];
      }
      before = here;
    }
    return result;
  }

  private long fingerprint(Words.Word word) {
    int[] points = word.text().codePoints().toArray();
    return hash.of(points, 0, points.length);
  }
}
