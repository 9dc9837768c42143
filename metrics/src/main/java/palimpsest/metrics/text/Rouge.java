package palimpsest.metrics.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Overlap of a generated text with a true one in words: ROUGE (Lin 2004), with the tokens of the
 * {@code rouge_score} package under {@code use_stemmer=True}: lower case, everything but {@code
 * [a-z0-9]} a space, words of more than three letters stemmed. All three in [0, 1], 0 where either
 * text has no word; scripts other than Latin have none.
 *
 * @param precision share of the generated text's words that match
 * @param recall share of the true text's words that match
 * @param f harmonic mean of the two, 0 where both are
 * @see <a href="https://aclanthology.org/W04-1013/">Lin 2004</a>
 */
public record Rouge(double precision, double recall, double f) {

  /** ROUGE-L: words of the longest common subsequence match. */
  public static Rouge longest(String truth, String generated) {
    return longest(words(truth), words(generated));
  }

  /** ROUGE-L of words as they stand, without stems: {@code use_stemmer=False}. */
  public static Rouge longestUnstemmed(String truth, String generated) {
    return longest(unstemmed(truth), unstemmed(generated));
  }

  private static Rouge longest(List<String> a, List<String> b) {
    return of(subsequence(a, b), a.size(), b.size());
  }

  /** ROUGE-1: a word matches as often as it stands in both. */
  public static Rouge unigram(String truth, String generated) {
    List<String> a = words(truth);
    List<String> b = words(generated);
    Map<String, Integer> left = new HashMap<>();
    a.forEach(word -> left.merge(word, 1, Integer::sum));
    int common = 0;
    for (String word : b) {
      if (left.merge(word, -1, Integer::sum) >= 0) {
        common++;
      }
    }
    return of(common, a.size(), b.size());
  }

  /** Words of the longest passage that stands in both texts unbroken. */
  public static int commonRun(String truth, String generated) {
    List<String> a = words(truth);
    List<String> b = words(generated);
    int longest = 0;
    int[] row = new int[b.size() + 1];
    for (String word : a) {
      for (int j = b.size(); j >= 1; j--) {
        row[j] = word.equals(b.get(j - 1)) ? row[j - 1] + 1 : 0;
        longest = Math.max(longest, row[j]);
      }
    }
    return longest;
  }

  /** The words that are compared, in order. */
  public static List<String> words(String text) {
    return unstemmed(text).stream()
        .map(word -> word.length() > 3 ? PorterStemmer.stem(word) : word)
        .toList();
  }

  /** The words of a text in lower case, in order. */
  public static List<String> unstemmed(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    List<String> words = new ArrayList<>();
    int start = -1;
    for (int i = 0; i <= lower.length(); i++) {
      boolean inside = i < lower.length() && isWord(lower.charAt(i));
      if (inside && start < 0) {
        start = i;
      } else if (!inside && start >= 0) {
        words.add(lower.substring(start, i));
        start = -1;
      }
    }
    return words;
  }

  private static boolean isWord(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }

  private static Rouge of(int common, int truth, int generated) {
    if (common == 0) {
      return new Rouge(0, 0, 0);
    }
    double precision = (double) common / generated;
    double recall = (double) common / truth;
    return new Rouge(precision, recall, 2 * precision * recall / (precision + recall));
  }

  /** Length of the longest common subsequence. */
  private static int subsequence(List<String> a, List<String> b) {
    int[] row = new int[b.size() + 1];
    for (String word : a) {
      int diagonal = 0;
      for (int j = 1; j <= b.size(); j++) {
        int above = row[j];
        row[j] = word.equals(b.get(j - 1)) ? diagonal + 1 : Math.max(above, row[j - 1]);
        diagonal = above;
      }
    }
    return row[b.size()];
  }
}
