package palimpsest.metrics.text;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Porter's suffix stripper with the departures that NLTK makes by default, which {@code
 * rouge_score} uses. They are marked "NLTK" at their rules.
 *
 * <p>The measure m of a stem is the number of its vowel-to-consonant turns: [C](VC)^m[V].
 *
 * @see <a href="https://tartarus.org/martin/PorterStemmer/def.txt">Porter 1980</a>
 * @see <a href="https://www.nltk.org/api/nltk.stem.porter.html">NLTK's list of departures</a>
 */
final class PorterStemmer {
  /** A suffix becomes another if the stem before it passes. */
  private record Rule(String suffix, String becomes, Predicate<String> stem) {}

  /** NLTK: words that the rules would spoil. */
  private static final Map<String, String> IRREGULAR =
      Map.ofEntries(
          Map.entry("sky", "sky"),
          Map.entry("skies", "sky"),
          Map.entry("dying", "die"),
          Map.entry("lying", "lie"),
          Map.entry("tying", "tie"),
          Map.entry("news", "news"),
          Map.entry("innings", "inning"),
          Map.entry("inning", "inning"),
          Map.entry("outings", "outing"),
          Map.entry("outing", "outing"),
          Map.entry("cannings", "canning"),
          Map.entry("canning", "canning"),
          Map.entry("howe", "howe"),
          Map.entry("proceed", "proceed"),
          Map.entry("exceed", "exceed"),
          Map.entry("succeed", "succeed"));

  private static final List<Rule> PLURALS =
      List.of(
          new Rule("sses", "ss", PorterStemmer::always),
          new Rule("ies", "i", PorterStemmer::always),
          new Rule("ss", "ss", PorterStemmer::always),
          new Rule("s", "", PorterStemmer::always));

  private static final List<Rule> DOUBLE_SUFFIXES =
      List.of(
          new Rule("ational", "ate", PorterStemmer::hasMeasure),
          new Rule("tional", "tion", PorterStemmer::hasMeasure),
          new Rule("enci", "ence", PorterStemmer::hasMeasure),
          new Rule("anci", "ance", PorterStemmer::hasMeasure),
          new Rule("izer", "ize", PorterStemmer::hasMeasure),
          new Rule(
              "bli",
              "ble",
              PorterStemmer::hasMeasure), // NLTK, after Porter's own revision; abli -> able
          new Rule("alli", "al", PorterStemmer::hasMeasure),
          new Rule("entli", "ent", PorterStemmer::hasMeasure),
          new Rule("eli", "e", PorterStemmer::hasMeasure),
          new Rule("ousli", "ous", PorterStemmer::hasMeasure),
          new Rule("ization", "ize", PorterStemmer::hasMeasure),
          new Rule("ation", "ate", PorterStemmer::hasMeasure),
          new Rule("ator", "ate", PorterStemmer::hasMeasure),
          new Rule("alism", "al", PorterStemmer::hasMeasure),
          new Rule("iveness", "ive", PorterStemmer::hasMeasure),
          new Rule("fulness", "ful", PorterStemmer::hasMeasure),
          new Rule("ousness", "ous", PorterStemmer::hasMeasure),
          new Rule("aliti", "al", PorterStemmer::hasMeasure),
          new Rule("iviti", "ive", PorterStemmer::hasMeasure),
          new Rule("biliti", "ble", PorterStemmer::hasMeasure),
          new Rule("fulli", "ful", PorterStemmer::hasMeasure), // NLTK
          new Rule("logi", "log", stem -> measure(stem + "l") > 0)); // NLTK, Porter's revision

  private static final List<Rule> SINGLE_SUFFIXES =
      List.of(
          new Rule("icate", "ic", PorterStemmer::hasMeasure),
          new Rule("ative", "", PorterStemmer::hasMeasure),
          new Rule("alize", "al", PorterStemmer::hasMeasure),
          new Rule("iciti", "ic", PorterStemmer::hasMeasure),
          new Rule("ical", "ic", PorterStemmer::hasMeasure),
          new Rule("ful", "", PorterStemmer::hasMeasure),
          new Rule("ness", "", PorterStemmer::hasMeasure));

  /** Removed from a long stem; of two that fit the first decides. */
  private static final List<String> LAST_SUFFIXES =
      List.of(
          "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion",
          "ou", "ism", "ate", "iti", "ous", "ive", "ize");

  private PorterStemmer() {}

  /** The stem of a word in lower case. */
  static String stem(String word) {
    String irregular = IRREGULAR.get(word);
    if (irregular != null) {
      return irregular;
    }
    if (word.length() <= 2) {
      return word;
    }
    String singular = finalY(participle(plural(word)));
    String shorter = apply(SINGLE_SUFFIXES, doubleSuffix(singular));
    return finalL(finalE(lastSuffix(shorter)));
  }

  /** Step 1a. */
  private static String plural(String word) {
    if (word.length() == 4 && word.endsWith("ies")) { // NLTK: dies -> die
      return cut(word, 1);
    }
    return apply(PLURALS, word);
  }

  /** Step 1b. */
  private static String participle(String word) {
    if (word.endsWith("ied")) { // NLTK: died -> die, spied -> spi
      return cut(word, word.length() == 4 ? 1 : 2);
    }
    if (word.endsWith("eed")) {
      return hasMeasure(cut(word, 3)) ? cut(word, 1) : word;
    }
    for (String suffix : List.of("ed", "ing")) {
      if (word.endsWith(suffix)) {
        String stem = cut(word, suffix.length());
        return hasVowel(stem) ? mended(stem) : word;
      }
    }
    return word;
  }

  /** Step 1b, second half: what a removed -ed or -ing leaves. */
  private static String mended(String stem) {
    if (stem.endsWith("at") || stem.endsWith("bl") || stem.endsWith("iz")) {
      return stem + "e";
    }
    if (endsDouble(stem)) {
      return "lsz".indexOf(stem.charAt(stem.length() - 1)) < 0 ? cut(stem, 1) : stem;
    }
    return measure(stem) == 1 && endsShort(stem) ? stem + "e" : stem;
  }

  /** Step 1c; NLTK: y turns only after a consonant, and not in words of two letters. */
  private static String finalY(String word) {
    boolean turns = word.endsWith("y") && word.length() > 2 && isConsonant(word, word.length() - 2);
    return turns ? cut(word, 1) + "i" : word;
  }

  /** Step 2; NLTK: -alli goes first to -al, which may then match again. */
  private static String doubleSuffix(String word) {
    if (word.endsWith("alli") && hasMeasure(cut(word, 4))) {
      return doubleSuffix(cut(word, 2));
    }
    return apply(DOUBLE_SUFFIXES, word);
  }

  /** Step 4; -ion goes only after s or t. */
  private static String lastSuffix(String word) {
    for (String suffix : LAST_SUFFIXES) {
      if (word.endsWith(suffix)) {
        String stem = cut(word, suffix.length());
        boolean ion = suffix.equals("ion") && !stem.endsWith("s") && !stem.endsWith("t");
        return isLong(stem) && !ion ? stem : word;
      }
    }
    return word;
  }

  /** Step 5a. */
  private static String finalE(String word) {
    if (!word.endsWith("e")) {
      return word;
    }
    String stem = cut(word, 1);
    int m = measure(stem);
    return m > 1 || (m == 1 && !endsShort(stem)) ? stem : word;
  }

  /** Step 5b. */
  private static String finalL(String word) {
    return word.endsWith("ll") && isLong(cut(word, 1)) ? cut(word, 1) : word;
  }

  /** The first rule whose suffix the word has decides, whether its stem passes or not. */
  private static String apply(List<Rule> rules, String word) {
    for (Rule rule : rules) {
      if (word.endsWith(rule.suffix)) {
        String stem = cut(word, rule.suffix.length());
        return rule.stem.test(stem) ? stem + rule.becomes : word;
      }
    }
    return word;
  }

  private static String cut(String word, int letters) {
    return word.substring(0, word.length() - letters);
  }

  /** Whether each letter is a consonant: y is at the start and after a vowel, digits always are. */
  private static boolean[] consonants(String word) {
    boolean[] consonant = new boolean[word.length()];
    for (int i = 0; i < consonant.length; i++) {
      char c = word.charAt(i);
      consonant[i] = c == 'y' ? i == 0 || !consonant[i - 1] : "aeiou".indexOf(c) < 0;
    }
    return consonant;
  }

  private static boolean isConsonant(String word, int i) {
    return consonants(word)[i];
  }

  private static int measure(String stem) {
    boolean[] consonant = consonants(stem);
    int m = 0;
    for (int i = 1; i < consonant.length; i++) {
      if (!consonant[i - 1] && consonant[i]) {
        m++;
      }
    }
    return m;
  }

  private static boolean always(String stem) {
    return true;
  }

  private static boolean hasMeasure(String stem) {
    return measure(stem) > 0;
  }

  private static boolean isLong(String stem) {
    return measure(stem) > 1;
  }

  private static boolean hasVowel(String stem) {
    for (boolean consonant : consonants(stem)) {
      if (!consonant) {
        return true;
      }
    }
    return false;
  }

  private static boolean endsDouble(String word) {
    int last = word.length() - 1;
    return last >= 1 && word.charAt(last) == word.charAt(last - 1) && isConsonant(word, last);
  }

  /** Consonant, vowel, consonant other than w, x, y; NLTK: or a word of vowel and consonant. */
  private static boolean endsShort(String word) {
    int last = word.length() - 1;
    if (last == 1) {
      return !isConsonant(word, 0) && isConsonant(word, 1);
    }
    return last >= 2
        && isConsonant(word, last - 2)
        && !isConsonant(word, last - 1)
        && isConsonant(word, last)
        && "wxy".indexOf(word.charAt(last)) < 0;
  }
}
