package palimpsest.api;

import java.util.List;

/**
 * What must go: people or works by name, texts, or records of the training corpus by id.
 *
 * @param kind whether it was observed in training, can only be inferred, or is a concept
 * @param names names of people, works or things, each searched for as a phrase
 * @param texts passages, each searched for verbatim, normalised and as near-duplicates
 * @param records ids of training records, {@code file#line}, or a glob over them such as {@code
 *     authors.jsonl#*}
 */
public record Target(Kind kind, List<String> names, List<String> texts, List<String> records) {

  /** Only {@link #OBSERVED} information can be removed in a defined sense. */
  public enum Kind {
    /** Contained in training examples. */
    OBSERVED,
    /** Derivable by the model though in no one example. */
    LATENT,
    /** A style, a character, an ability. */
    CONCEPT
  }

  public Target {
    names = List.copyOf(names);
    texts = List.copyOf(texts);
    records = List.copyOf(records);
    if (names.isEmpty() && texts.isEmpty() && records.isEmpty()) {
      throw new InvalidRequest(
          "target names nothing: give at least one of \"names\", \"texts\" or \"records\"");
    }
    for (String name : names) {
      if (name.isBlank()) {
        throw new InvalidRequest("target has a blank name: remove it or write the name");
      }
    }
    for (String text : texts) {
      if (text.isBlank()) {
        throw new InvalidRequest("target has a blank text: remove it or give the passage");
      }
    }
  }
}
