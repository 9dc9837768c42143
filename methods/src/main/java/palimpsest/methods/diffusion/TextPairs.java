package palimpsest.methods.diffusion;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import palimpsest.api.InvalidRequest;

/**
 * What a closed form is asked for, in states of texts alone: it knows of no tokenizer and of no
 * network.
 *
 * @param width of the states, E
 * @param concepts to erase, and what is to come in their place
 * @param preserved texts that are to give what they give now
 * @param prior second moment {@code Σ e eᵀ} of the states of further such texts, (E, E): what there
 *     is to know of any number of captions
 */
public record TextPairs(
    int width, List<Concept> concepts, List<TextStates> preserved, Optional<Matrix> prior) {
  public TextPairs {
    concepts = List.copyOf(concepts);
    preserved = List.copyOf(preserved);
    Stream.concat(concepts.stream().map(Concept::erase), preserved.stream())
        .forEach(text -> require(text.states().columns(), width, "\"" + text.name() + "\""));
    prior.ifPresent(
        moment -> {
          require(moment.columns(), width, "the prior");
          require(moment.rows(), width, "the prior");
        });
  }

  private static void require(int got, int wanted, String what) {
    if (got != wanted) {
      throw new InvalidRequest(
          "states of "
              + what
              + " have width "
              + got
              + ", wanted "
              + wanted
              + "; encode all texts with the model's own text encoder");
    }
  }

  /** Concepts to erase and texts to keep, without a prior. */
  public static TextPairs of(List<Concept> concepts, List<TextStates> preserved) {
    int width =
        Stream.concat(concepts.stream().map(Concept::erase), preserved.stream())
            .mapToInt(text -> text.states().columns())
            .findFirst()
            .orElseThrow(() -> new InvalidRequest("no text given, wanted a concept to erase"));
    return new TextPairs(width, concepts, preserved, Optional.empty());
  }

  /** The same with a prior. */
  public TextPairs withPrior(Matrix moment) {
    return new TextPairs(width, concepts, preserved, Optional.of(moment));
  }

  /** All states to erase, c, (N, E). */
  Matrix erased() {
    return stack(concepts.stream().map(concept -> concept.erase().states()));
  }

  /** What they are to give, c*, (N, E). */
  Matrix guides() {
    return stack(concepts.stream().map(concept -> concept.guide().states()));
  }

  /** All states to keep, row by row, (N, E). */
  Matrix kept() {
    return stack(preserved.stream().map(TextStates::states));
  }

  private Matrix stack(Stream<Matrix> parts) {
    return parts.reduce(Matrix.zero(0, width), Matrix::above);
  }
}
