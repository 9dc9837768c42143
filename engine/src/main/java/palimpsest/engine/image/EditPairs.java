package palimpsest.engine.image;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import palimpsest.api.InvalidRequest;
import palimpsest.methods.diffusion.Concept;
import palimpsest.methods.diffusion.Gram;
import palimpsest.methods.diffusion.TextMapMethod.Tokens;
import palimpsest.methods.diffusion.TextPairs;
import palimpsest.methods.diffusion.TextStates;

/**
 * What texts an edit is made of, and which of their states its method is given.
 *
 * <p>A method that takes words around a concept is given them in some plain sentences; one that
 * takes more than the last token of the subject keeps the empty text, as the authors' code does.
 *
 * @param edit in words
 */
record EditPairs(ImageEdit edit) {
  /** Sentences about anything, own ones. */
  static final List<String> SENTENCES =
      List.of(
          "a picture of {}",
          "a picture of {} in a room",
          "an image showing {} outdoors",
          "{} seen from the side",
          "{} in front of a wall",
          "two people looking at {}",
          "a page of a book about {}",
          "a small print of {} on a table");

  /** Texts to keep of which states are kept apart and scored; of all others their second moment. */
  static final int SCORED = 256;

  private static final String HOLE = "{}";

  private Tokens tokens() {
    return edit.method().tokens();
  }

  /** Texts to keep, the empty one among them where the method's authors always keep it. */
  List<String> preserved() {
    Set<String> kept = new LinkedHashSet<>();
    if (tokens() == Tokens.FROM_LAST_OF_SUBJECT || tokens() == Tokens.WHOLE_PROMPT) {
      kept.add("");
    }
    kept.addAll(edit.preserved());
    return List.copyOf(kept);
  }

  /** All texts that are to be encoded. */
  List<String> texts() {
    Set<String> texts = new LinkedHashSet<>();
    for (Replacement each : edit.concepts()) {
      texts.add(each.erase());
      texts.add(each.toward());
      if (tokens() == Tokens.AROUND_SUBJECT) {
        SENTENCES.forEach(s -> texts.add(filled(s, each.erase())));
        SENTENCES.forEach(s -> texts.add(filled(s, each.toward())));
      }
    }
    texts.addAll(preserved());
    return List.copyOf(texts);
  }

  private static String filled(String sentence, String phrase) {
    return sentence.replace(HOLE, phrase).strip();
  }

  /**
   * The states that the method is given.
   *
   * @param prompts all {@link #texts}, encoded
   * @throws InvalidRequest if a concept and what takes its place have the same tokens
   */
  TextPairs pairs(Map<String, Prompt> prompts) {
    List<Concept> concepts = new ArrayList<>();
    for (Replacement each : edit.concepts()) {
      Prompt erase = of(prompts, each.erase());
      Prompt toward = of(prompts, each.toward());
      if (erase.tokens().equals(toward.tokens())) {
        throw new InvalidRequest(
            "\""
                + each.erase()
                + "\" and \""
                + each.toward()
                + "\" are the same tokens to this model; give another --toward");
      }
      concepts.addAll(concepts(each, prompts));
    }
    int width = of(prompts, edit.concepts().get(0).erase()).states().columns();
    List<TextStates> kept = preserved().stream().map(text -> kept(of(prompts, text))).toList();
    List<TextStates> scored = kept.subList(0, Math.min(SCORED, kept.size()));
    TextPairs pairs = new TextPairs(width, concepts, scored, Optional.empty());
    if (scored.size() == kept.size()) {
      return pairs;
    }
    Gram rest = new Gram(width);
    kept.subList(SCORED, kept.size()).forEach(text -> rest.add(text.states()));
    return pairs.withPrior(rest.matrix());
  }

  private List<Concept> concepts(Replacement each, Map<String, Prompt> prompts) {
    Prompt erase = of(prompts, each.erase());
    Prompt toward = of(prompts, each.toward());
    return switch (tokens()) {
      case LAST_OF_SUBJECT -> List.of(new Concept(erase.subject(), toward.subject()));
      case FROM_LAST_OF_SUBJECT ->
          List.of(Concept.from(erase.whole(), erase.last(), toward.whole(), toward.last()));
      case WHOLE_PROMPT -> List.of(new Concept(erase.whole(), toward.whole()));
      case AROUND_SUBJECT ->
          SENTENCES.stream().map(sentence -> around(sentence, each, prompts)).toList();
    };
  }

  private static Concept around(String sentence, Replacement each, Map<String, Prompt> prompts) {
    Prompt erase = of(prompts, filled(sentence, each.erase()));
    Prompt toward = of(prompts, filled(sentence, each.toward()));
    List<Integer> phrase = of(prompts, each.erase()).tokens();
    List<Integer> other = of(prompts, each.toward()).tokens();
    int at = Collections.indexOfSubList(erase.tokens(), phrase);
    List<Integer> expected = new ArrayList<>(erase.tokens().subList(0, Math.max(0, at)));
    expected.addAll(other);
    expected.addAll(erase.tokens().subList(Math.max(0, at) + phrase.size(), erase.last()));
    if (at < 0 || !expected.equals(toward.tokens())) {
      throw new InvalidRequest(
          "\""
              + each.erase()
              + "\" is not of the same tokens in the sentence \""
              + sentence
              + "\"; give words that begin and end with a letter or a digit");
    }
    int from = at + 1; // after the start token
    return Prompt.around(
        erase,
        new Concept.Span(from, from + phrase.size()),
        toward,
        new Concept.Span(from, from + other.size()));
  }

  private TextStates kept(Prompt prompt) {
    return tokens() == Tokens.LAST_OF_SUBJECT ? prompt.subject() : prompt.whole();
  }

  private static Prompt of(Map<String, Prompt> prompts, String text) {
    Prompt prompt = prompts.get(text);
    if (prompt == null) {
      throw new IllegalArgumentException("\"" + text + "\" was not encoded");
    }
    return prompt;
  }
}
