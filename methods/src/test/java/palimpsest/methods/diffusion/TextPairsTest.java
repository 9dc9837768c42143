package palimpsest.methods.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static palimpsest.methods.diffusion.ClosedFile.matrix;
import static palimpsest.methods.diffusion.ClosedFile.text;

import java.util.List;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;
import palimpsest.methods.diffusion.Concept.Span;

/** What texts are refused, and which tokens are taken around a phrase. */
class TextPairsTest {

  private static TextStates rows(double... values) {
    return text("rows", Matrix.of(values.length, 1, values));
  }

  /** "a photo of [van gogh] on a wall" and "a photo of [art] on a wall", one number a token. */
  @Test
  void around_phrasesOfTwoLengths_pairsWordForWord() {
    TextStates prompt = rows(1, 2, 3, 90, 91, 4, 5, 6);
    TextStates other = rows(1, 2, 3, 80, 14, 15, 16, 17);
    Concept concept = Concept.around(prompt, new Span(3, 5), other, new Span(3, 4));
    assertThat(concept.erase().states()).isEqualTo(rows(1, 2, 3, 4, 5, 6).states());
    assertThat(concept.guide().states()).isEqualTo(rows(1, 2, 3, 14, 15, 16).states());
    Concept back = Concept.around(other, new Span(3, 4), prompt, new Span(3, 5));
    assertThat(back.erase().states()).isEqualTo(concept.guide().states());
  }

  /**
   * From the last token of a subject of two words and of one on: the ends are cut to one length.
   */
  @Test
  void from_subjectsOfTwoLengths_alignsTheirLastTokens() {
    TextStates prompt = rows(1, 90, 91, 4, 5, 6);
    TextStates other = rows(1, 80, 14, 15, 16, 17);
    Concept concept = Concept.from(prompt, 2, other, 1);
    assertThat(concept.erase().states()).isEqualTo(rows(91, 4, 5, 6).states());
    assertThat(concept.guide().states()).isEqualTo(rows(80, 14, 15, 16).states());
    assertThatThrownBy(() -> Concept.from(prompt, 6, other, 1))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("tokens 6 and 1 of 6, wanted some of each");
    assertThatThrownBy(() -> Concept.from(prompt, -1, other, 1)).isInstanceOf(InvalidRequest.class);
  }

  @Test
  void around_phrasesThatDoNotFit_areRefused() {
    TextStates prompt = rows(1, 2, 3);
    assertThatThrownBy(() -> Concept.around(prompt, new Span(0, 1), prompt, new Span(1, 2)))
        .isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> Concept.around(prompt, new Span(1, 4), prompt, new Span(1, 2)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("of 3 tokens");
    assertThatThrownBy(() -> new Span(2, 1)).isInstanceOf(InvalidRequest.class);
  }

  @Test
  void new_guideOfOtherShape_isRefused() {
    assertThatThrownBy(() -> new Concept(rows(1, 2), rows(1)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage(
            "states of \"rows\" are 2 x 1, of its guide \"rows\" 1 x 1, wanted as many; encode"
                + " both in the same way");
  }

  @Test
  void new_textsOfOtherWidth_areRefused() {
    Concept concept = new Concept(rows(1), rows(2));
    TextStates wide = text("wide", matrix("wide", 1, 2));
    assertThatThrownBy(() -> TextPairs.of(List.of(concept), List.of(wide)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage(
            "states of \"wide\" have width 2, wanted 1; encode all texts with the model's own text"
                + " encoder");
    TextPairs pairs = TextPairs.of(List.of(concept), List.of());
    assertThatThrownBy(() -> pairs.withPrior(Matrix.zero(1, 2)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("the prior");
    assertThatThrownBy(() -> TextPairs.of(List.of(), List.of()))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("no text given, wanted a concept to erase");
  }

  @Test
  void new_statesThatAreNoNumbers_areRefused() {
    assertThatThrownBy(() -> rows(Double.NaN))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("NaN or infinity");
    assertThatThrownBy(() -> text("none", Matrix.zero(0, 3)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("have no row");
  }
}
