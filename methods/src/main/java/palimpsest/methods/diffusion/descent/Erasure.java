package palimpsest.methods.diffusion.descent;

import java.util.ArrayList;
import java.util.List;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;

/**
 * What is to be forgotten and what kept.
 *
 * @param concepts to erase, at least one
 * @param kept texts of what must stay
 * @param forget images that show the concepts
 * @param retain images that do not
 * @param seed of all that is drawn
 */
public record Erasure(
    List<Pair> concepts,
    List<String> kept,
    List<Captioned> forget,
    List<Captioned> retain,
    long seed) {
  public Erasure {
    concepts = List.copyOf(concepts);
    kept = List.copyOf(kept);
    forget = List.copyOf(forget);
    retain = List.copyOf(retain);
    if (concepts.isEmpty()) {
      throw new InvalidRequest("no concept given, wanted a text to erase");
    }
  }

  /**
   * A concept and what is to come in its place.
   *
   * @param concept a prompt, such as {@code a cat} or {@code a cat in the style of tango}
   * @param instead a prompt; may be the empty text
   */
  public record Pair(String concept, String instead) {
    public Pair {
      Check.notBlank(concept, "concept");
    }
  }

  /** Texts alone: no images. */
  public static Erasure ofTexts(List<Pair> concepts, List<String> kept, long seed) {
    return new Erasure(concepts, kept, List.of(), List.of(), seed);
  }

  /** The concept of a row of a step: all in turn. */
  Pair pair(long number) {
    return concepts.get((int) (number % concepts.size()));
  }

  /**
   * A caption that names a concept, with what is to come in its place.
   *
   * @throws InvalidRequest if it names none
   */
  String mismatched(String caption) {
    for (Pair pair : concepts) {
      if (caption.contains(pair.concept)) {
        return caption.replace(pair.concept, pair.instead);
      }
    }
    throw new InvalidRequest(
        "caption \""
            + caption
            + "\" of a forget image names none of the concepts "
            + concepts.stream().map(Pair::concept).toList()
            + "; give it the concept's words");
  }

  /** Refuses, naming all that a method reads and that is not there. */
  void require(String method, boolean texts, boolean images) {
    List<String> missing = new ArrayList<>();
    if (texts && kept.isEmpty()) {
      missing.add("texts to keep");
    }
    if (images && forget.isEmpty()) {
      missing.add("forget images");
    }
    if (images && retain.isEmpty()) {
      missing.add("retain images");
    }
    if (!missing.isEmpty()) {
      throw new InvalidRequest(method + " needs " + String.join(" and ", missing) + ", got none");
    }
  }
}
