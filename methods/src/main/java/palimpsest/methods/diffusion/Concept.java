package palimpsest.methods.diffusion;

import java.util.ArrayList;
import java.util.List;
import palimpsest.api.InvalidRequest;

/**
 * What is to be erased and what is to be drawn in its place: row i of the one is to give what row i
 * of the other gives now.
 *
 * @param erase states c
 * @param guide states c*, as many rows
 */
public record Concept(TextStates erase, TextStates guide) {
  public Concept {
    Matrix c = erase.states();
    if (c.rows() != guide.states().rows() || c.columns() != guide.states().columns()) {
      throw new InvalidRequest(
          "states of \""
              + erase.name()
              + "\" are "
              + c
              + ", of its guide \""
              + guide.name()
              + "\" "
              + guide.states()
              + ", wanted as many; encode both in the same way");
    }
  }

  /**
   * Two padded prompts from a token on, as many tokens as both have after theirs.
   *
   * @param erase a prompt with the concept
   * @param token the first to take, from 0
   * @param guide a prompt with its guide
   * @param other the first to take of that
   */
  public static Concept from(TextStates erase, int token, TextStates guide, int other) {
    int rows = Math.min(erase.states().rows(), guide.states().rows());
    int count = rows - Math.max(token, other);
    if (Math.min(token, other) < 0 || count < 1) {
      throw new InvalidRequest(
          "tokens " + token + " and " + other + " of " + rows + ", wanted some of each");
    }
    return new Concept(
        new TextStates(erase.name(), erase.states().part(token, token + count)),
        new TextStates(guide.name(), guide.states().part(other, other + count)));
  }

  /**
   * Where a phrase stands among the tokens of a prompt.
   *
   * @param from its first token, from 0
   * @param to the token after its last
   */
  public record Span(int from, int to) {
    public Span {
      if (from < 0 || to < from) {
        throw new InvalidRequest("tokens " + from + " to " + to + " are no span");
      }
    }
  }

  /**
   * The words around a phrase: those before it, and after it as many as both prompts have.
   *
   * @param erase a prompt with the phrase to erase
   * @param phrase where it stands
   * @param guide the prompt with another phrase in its place
   * @param other where that stands
   */
  public static Concept around(TextStates erase, Span phrase, TextStates guide, Span other) {
    int rows = Math.min(erase.states().rows(), guide.states().rows());
    if (phrase.from != other.from || phrase.to > rows || other.to > rows) {
      throw new InvalidRequest(
          "phrases at " + phrase + " and " + other + " of " + rows + " tokens, wanted one place");
    }
    List<Matrix> parts = new ArrayList<>();
    int after = rows - Math.max(phrase.to, other.to);
    for (Matrix m : List.of(erase.states(), guide.states())) {
      int to = parts.isEmpty() ? phrase.to : other.to;
      parts.add(m.part(0, phrase.from).above(m.part(to, to + after)));
    }
    return new Concept(
        new TextStates(erase.name(), parts.get(0)), new TextStates(guide.name(), parts.get(1)));
  }
}
