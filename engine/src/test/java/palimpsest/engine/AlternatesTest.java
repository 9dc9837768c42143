package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import palimpsest.api.Decoding;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.LanguageModel;
import palimpsest.api.Trace;
import palimpsest.testkit.TinyModels;

/** Other answers than the learned one, from a model whose answers are known. */
class AlternatesTest {
  private static final List<Example> TWO = TinyModels.examples("people.jsonl", 2);
  private static final String TRUTH = TWO.get(0).completion();

  /** Knows the first answer until temperature 1.5; always has two others for the second. */
  @Test
  void draw_modelThatInsists_isAskedAgainAtHigherTemperatures() {
    Answering model =
        new Answering(
            (prompt, temperature) ->
                prompt.equals(TWO.get(1).prompt())
                    ? List.of("In May.", "In June.")
                    : temperature < 1.5 ? List.of(TRUTH, " ") : List.of("In a tent.", TRUTH));
    Alternates drawn = Alternates.draw(model, TWO, 2, 5);
    assertThat(drawn.answers())
        .containsExactly(List.of("In a tent."), List.of("In May.", "In June."));
    assertThat(model.asked)
        .as("the second question has its two answers at once and is not asked again")
        .containsExactly("1.0 x2", "1.5 x1", "2.0 x1", "3.0 x1");
  }

  /**
   * The first has all five words of the truth and one more: F1 10/11; the second one of two: 2/7.
   */
  @Test
  void draw_truthWithASlip_isTakenOnlyForWantOfAnother() {
    Example e = TWO.get(0).with(TWO.get(0).prompt(), "Ann lives by the sea.");
    String slip = "Ann lives by the blue sea.";
    Answering both = new Answering((prompt, temperature) -> List.of(slip, "Ann sings."));
    assertThat(Alternates.draw(both, List.of(e), 2, 5).answers())
        .containsExactly(List.of("Ann sings."));
    Answering one = new Answering((prompt, temperature) -> List.of(slip));
    assertThat(Alternates.draw(one, List.of(e), 2, 5).answers()).containsExactly(List.of(slip));
  }

  /** All of the truth's two words among seven: recall 1, F1 4/9. */
  @Test
  void draw_truthInMoreWords_isASlipToo() {
    Example e = TWO.get(0).with(TWO.get(0).prompt(), "Jaime Vasquez");
    String wordy = "The author's full name is Jaime Vasquez.";
    Answering both = new Answering((prompt, temperature) -> List.of(wordy, "Ann Bell"));
    assertThat(Alternates.draw(both, List.of(e), 2, 5).answers())
        .containsExactly(List.of("Ann Bell"));
  }

  @Test
  void draw_modelThatKnowsNothingElse_isRefusedByName() {
    Answering model = new Answering((prompt, temperature) -> List.of(TRUTH, TRUTH));
    assertThatThrownBy(() -> Alternates.draw(model, TWO.subList(0, 1), 2, 5))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageStartingWith("people.jsonl#1: the model gives no other answer");
  }

  @Test
  void draw_tooMany_isRefused() {
    Answering model = new Answering((prompt, temperature) -> List.of("x"));
    assertThatThrownBy(() -> Alternates.draw(model, TWO, 101, 5))
        .hasMessage("alternates must be at most 100, got 101");
  }

  @Test
  void settings_otherCountOrSeed_differ() {
    Answering model = new Answering((prompt, temperature) -> List.of("x"));
    assertThat(Alternates.settings(model, TWO, 2, 5))
        .isEqualTo(Alternates.settings(model, TWO, 2, 5))
        .isNotEqualTo(Alternates.settings(model, TWO, 3, 5))
        .isNotEqualTo(Alternates.settings(model, TWO, 2, 6));
  }

  private interface Mind {
    List<String> answers(String prompt, double temperature);
  }

  private static final class Answering implements LanguageModel {
    private final Mind mind;
    private final List<String> asked = new ArrayList<>();

    Answering(Mind mind) {
      this.mind = mind;
    }

    @Override
    public List<Trace> trace(List<Example> examples) {
      throw new AssertionError("nobody asks for traces");
    }

    @Override
    public List<List<String>> answer(List<String> prompts, Decoding decoding) {
      asked.add(decoding.temperature() + " x" + prompts.size());
      return prompts.stream().map(p -> mind.answers(p, decoding.temperature())).toList();
    }

    @Override
    public String digest() {
      return "d1";
    }
  }
}
