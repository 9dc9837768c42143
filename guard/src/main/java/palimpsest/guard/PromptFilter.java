package palimpsest.guard;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.api.Guarantee;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;

/**
 * Refuses prompts that name a concept: all words of one of its phrases, in order and close
 * together.
 *
 * <p>Words are runs of letters and digits after NFKC, folding of case and leaving out marks
 * (accents) and characters that are not shown. A prompt that says none of the words, or says them
 * in another spelling or language, gets past it, and so does the concept where no prompt asks for
 * it.
 */
public final class PromptFilter {
  private final List<List<String>> phrases = new ArrayList<>();
  private final List<String> names;
  private final int gap;

  /**
   * What it lets stand between words.
   *
   * @param gap words that may stand between one word of a phrase and the next, 0 to 16
   */
  public record Rule(int gap) implements Method {
    public Rule {
      Check.atLeast(gap, 0, "gap");
      if (gap > 16) {
        throw new InvalidRequest("gap must be at most 16, got " + gap);
      }
    }

    /** 0: the phrases as they stand. */
    public static Rule defaults() {
      return new Rule(0);
    }

    /** The filter of these phrases. */
    public PromptFilter of(List<String> phrases) {
      return new PromptFilter(phrases, gap);
    }

    @Override
    public String id() {
      return "image.prompt-filter";
    }

    @Override
    public Guarantee guarantee() {
      return Guarantee.SUPPRESSED;
    }

    @Override
    public About about() {
      return new About(
          "filter of prompts",
          "a prompt is refused that has all words of a phrase in order, each at most gap words"
              + " after the one before",
          "own; lists of words in front of a model are common practice",
          "own: words after NFKC without case and accents, no learned classifier",
          "the phrases as they stand",
          Map.of("gap", "words that may stand between two words of a phrase"));
    }

    @Override
    public List<String> cannotShow() {
      return List.of(
          "removal: the weights are as they were, and whoever has them draws without this",
          "that the concept is not drawn of prompts that do not say its words",
          "that a prompt which says them asks for the concept");
    }
  }

  private PromptFilter(List<String> given, int gap) {
    this.gap = gap;
    this.names = List.copyOf(given);
    if (names.isEmpty()) {
      throw new InvalidRequest("a filter of prompts without phrases; give a concept");
    }
    for (String phrase : names) {
      List<String> words = words(phrase);
      if (words.isEmpty()) {
        throw new InvalidRequest("phrase \"" + phrase + "\" has no word; give letters or digits");
      }
      phrases.add(words);
    }
  }

  /** The first phrase that a prompt names; empty where it may be drawn. */
  public Optional<String> named(String prompt) {
    List<String> words = words(prompt);
    for (int i = 0; i < phrases.size(); i++) {
      if (has(words, phrases.get(i))) {
        return Optional.of(names.get(i));
      }
    }
    return Optional.empty();
  }

  /** Whether the phrase's words stand there, from some first word on. */
  private boolean has(List<String> words, List<String> phrase) {
    boolean[] ends = new boolean[words.size()]; // where the phrase so far may end
    for (int i = 0; i < ends.length; i++) {
      ends[i] = words.get(i).equals(phrase.get(0));
    }
    for (String next : phrase.subList(1, phrase.size())) {
      boolean[] then = new boolean[ends.length];
      for (int i = 0; i < ends.length; i++) {
        for (int j = i + 1; ends[i] && j <= i + 1 + gap && j < ends.length; j++) {
          then[j] |= words.get(j).equals(next);
        }
      }
      ends = then;
    }
    for (boolean end : ends) {
      if (end) {
        return true;
      }
    }
    return false;
  }

  private static List<String> words(String text) {
    String shown =
        Normalizer.normalize(text, Normalizer.Form.NFKD).replaceAll("[\\p{M}\\p{Cf}]", "");
    String folded =
        Normalizer.normalize(shown, Normalizer.Form.NFKC)
            .toUpperCase(Locale.ROOT)
            .toLowerCase(Locale.ROOT);
    return Arrays.stream(folded.split("[^\\p{L}\\p{N}]+", -1)).filter(w -> !w.isEmpty()).toList();
  }
}
