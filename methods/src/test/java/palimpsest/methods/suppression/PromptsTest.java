package palimpsest.methods.suppression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.pytorch.global.torch.ones;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.Decoding;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Trace;
import palimpsest.testkit.TinyModels;
import palimpsest.torch.llm.TextModel;

/** Eco and InContext, which change what a model reads. */
class PromptsTest {
  private static final int[] PROMPT = {4, 5, 6, 7};

  @TempDir Path folder;

  /** Four tokens of five ones: three tokens are corrupted in two dimensions, nothing else is. */
  @Test
  void eco_zeroAndSign_actOnTheFirstDimensionsOfAllButTheLastToken() {
    for (int corruption : new int[] {1, 2}) {
      float[] got = corrupted(new Eco(corruption, 2, 0, 0.5, 0), PROMPT, true);
      for (int i = 0; i < got.length; i++) {
        boolean hit = i / 5 < 3 && i % 5 < 2;
        assertThat(got[i]).isEqualTo(!hit ? 1 : corruption == 1 ? 0 : -1);
      }
    }
  }

  @Test
  void eco_classifierOff_leavesEveryBit() {
    for (int corruption = 0; corruption < 3; corruption++) {
      assertThat(corrupted(new Eco(corruption, 0, 100, 0.5, 0), PROMPT, false)).containsOnly(1);
    }
  }

  /** Same seed and prompt: the same noise; another of either: another. Doubled strength doubles. */
  @Test
  void eco_noise_followsFromSeedAndPrompt() {
    float[] one = corrupted(new Eco(0, 0, 1, 0.5, 7), PROMPT, true);
    assertThat(corrupted(new Eco(0, 0, 1, 0.5, 7), PROMPT, true)).isEqualTo(one);
    assertThat(corrupted(new Eco(0, 0, 1, 0.5, 8), PROMPT, true)).isNotEqualTo(one);
    assertThat(corrupted(new Eco(0, 0, 1, 0.5, 7), new int[] {4, 5, 6, 8}, true)).isNotEqualTo(one);
    float[] twice = corrupted(new Eco(0, 0, 2, 0.5, 7), PROMPT, true);
    for (int i = 0; i < one.length; i++) {
      assertThat(twice[i] - 1).isCloseTo(2 * (one[i] - 1), within(1e-5f));
    }
  }

  /** Of 20,000 draws with σ = 3 the mean is within 4σ/√n of 0, the variance within 5 % of 9. */
  @Test
  void eco_noise_isNormal() {
    int[] prompt = IntStream.range(0, 4001).toArray();
    float[] got = corrupted(new Eco(0, 0, 3, 0.5, 1), prompt, true);
    int n = 20_000;
    double mean = IntStream.range(0, n).mapToDouble(i -> got[i] - 1).sum() / n;
    double variance = IntStream.range(0, n).mapToDouble(i -> (got[i] - 1) * (got[i] - 1)).sum() / n;
    assertThat(mean).isBetween(-0.085, 0.085);
    assertThat(variance).isBetween(8.55, 9.45);
  }

  private static float[] corrupted(Eco eco, int[] prompt, boolean fires) {
    try (PointerScope scope = new PointerScope()) {
      Tensor x = ones(prompt.length, 5);
      eco.corruption(ids -> fires).corrupt(prompt, x);
      float[] values = new float[5 * prompt.length];
      new FloatPointer(x.data_ptr_float()).get(values);
      return values;
    }
  }

  @Test
  void eco_onAModel_changesTheFiredPromptOnlyAndTheDigestNever() {
    List<Example> examples = TinyModels.examples("a.jsonl", 3);
    try (TextModel model = TinyModels.text(folder.resolve("tiny"), 1)) {
      int[] first = model.template().prompt(examples.get(0).prompt());
      TextModel guarded =
          model.reading(new Eco(0, 0, 100, 0.5, 0).corruption(ids -> Arrays.equals(ids, first)));
      List<Trace> before = model.trace(examples);
      List<Trace> after = guarded.trace(examples);
      assertThat(after.get(0).logProb()).isNotEqualTo(before.get(0).logProb());
      assertThat(after.subList(1, 3)).usingRecursiveComparison().isEqualTo(before.subList(1, 3));
      assertThat(guarded.digest()).isEqualTo(model.digest());
    }
  }

  /** What is sent is the instruction, an empty line and the prompt. */
  @Test
  void inContext_promptThatIsSent_isInstructionAndPrompt() {
    var asking = InContext.defaults().asking(List.of("Ada Stone"), List.of("Who is she?"));
    String instruction =
        "You have never read or heard anything about Ada Stone. If a question touches on this, say"
            + " that you do not know; answer every other question as usual.";
    assertThat(asking.apply("Where?")).isEqualTo(instruction + "\n\nWhere?");
    List<Example> examples = TinyModels.examples("a.jsonl", 2);
    try (TextModel model = TinyModels.text(folder.resolve("tiny"), 1)) {
      TextModel told = model.asking(p -> "Say nothing.\n\n" + p);
      List<Example> written =
          examples.stream()
              .map(e -> e.with("Say nothing.\n\n" + e.prompt(), e.completion()))
              .toList();
      assertThat(told.trace(examples)).usingRecursiveComparison().isEqualTo(model.trace(written));
      Decoding how = Decoding.greedy(5);
      assertThat(told.answer(List.of("Where?"), how))
          .isEqualTo(model.answer(List.of("Say nothing.\n\nWhere?"), how));
      assertThat(told.digest()).isEqualTo(model.digest());
    }
  }

  /** Three of seven, from the first on in equal steps: 0, 7/3, 14/3. */
  @Test
  void inContext_noName_listsQuestionsEvenly() {
    List<String> asked = List.of("a", "b", "c", "d", "e", "f", "g");
    assertThat(new InContext(3).asking(List.of(), asked).apply("?"))
        .contains("\n- a\n- c\n- e\n")
        .endsWith("\n\n?");
    assertThat(new InContext(0).asking(List.of(), asked).apply("?")).contains("- a\n- b\n- c\n- d");
    assertThatThrownBy(() -> InContext.defaults().asking(List.of(), List.of()))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("has neither");
  }

  @Test
  void eco_outOfRange_isRefused() {
    assertThatThrownBy(() -> Eco.defaults().with(Map.of("corruption", 3.0)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("0 (noise), 1 (zero) or 2 (opposite sign)");
    assertThatThrownBy(() -> Eco.defaults().requireFits(0))
        .hasMessage("guard.eco: dims must be at most the model's 0, got 1");
  }
}
