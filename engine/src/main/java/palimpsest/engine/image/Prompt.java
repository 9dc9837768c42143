package palimpsest.engine.image;

import java.util.List;
import palimpsest.methods.diffusion.Concept;
import palimpsest.methods.diffusion.Matrix;
import palimpsest.methods.diffusion.TextStates;

/**
 * A text as a denoiser reads it.
 *
 * @param text as it was given
 * @param tokens its ids, without start, end and filling
 * @param states of all tokens of the filled text, (T, E): the start token's first
 */
record Prompt(String text, List<Integer> tokens, Matrix states) {
  Prompt {
    tokens = List.copyOf(tokens);
  }

  /** Place of the last token of the subject; of the empty text that of the start token. */
  int last() {
    return tokens.size();
  }

  /** The states of all tokens. */
  TextStates whole() {
    return new TextStates(name(), states);
  }

  /** The state of the last token of the subject. */
  TextStates subject() {
    return new TextStates(name(), states.part(last(), last() + 1));
  }

  /** The same with further columns, of another encoder's states of the same text. */
  Prompt beside(Matrix more) {
    return new Prompt(text, tokens, states.transposed().above(more.transposed()).transposed());
  }

  /** The words around a phrase, which is another in the other prompt. */
  static Concept around(Prompt erase, Concept.Span phrase, Prompt guide, Concept.Span other) {
    return Concept.around(erase.whole(), phrase, guide.whole(), other);
  }

  private String name() {
    return text.isBlank() ? "(empty text)" : text;
  }
}
