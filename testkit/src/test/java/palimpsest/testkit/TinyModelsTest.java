package palimpsest.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.Decoding;
import palimpsest.api.Example;
import palimpsest.api.Recipe;
import palimpsest.api.Trace;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.train.Descent;
import palimpsest.torch.train.Loss;

@ExtendWith(LeakCheck.class)
class TinyModelsTest {
  @TempDir Path folder;

  @Test
  void text_ofSeed_isTheLlamaOfThatSeed() {
    try (TextModel model = TinyModels.text(folder.resolve("m"), 5);
        Llama same = TinyModels.llama(5);
        Llama other = TinyModels.llama(6)) {
      assertThat(model.digest())
          .isEqualTo(same.weights().digest())
          .isNotEqualTo(other.weights().digest());
      assertThat(model.llama().config().tensors()).isEqualTo(TinyModels.CONFIG.tensors());
    }
  }

  @Test
  void examples_ofOneFile_areDistinctAndFit() {
    List<Example> examples = TinyModels.examples("people.jsonl", 30);
    assertThat(examples.stream().map(Example::id)).doesNotHaveDuplicates().hasSize(30);
    assertThat(examples.stream().map(Example::completion)).doesNotHaveDuplicates();
    try (TextModel model = TinyModels.text(folder.resolve("m"), 5)) {
      assertThat(model.trace(examples)).hasSize(30);
    }
  }

  /** Small enough for milliseconds, large enough to learn two facts by heart. */
  @Test
  void training_twoExamples_areLearnedByHeart() {
    List<Example> examples = TinyModels.examples("p", 2);
    try (TextModel model = TinyModels.text(folder.resolve("m"), 5)) {
      Recipe recipe = new Recipe(150, 2, 2, 2e-2, 0, Recipe.Decay.LINEAR, 0, 1, 1);
      Descent.quiet(model.encode(examples), Loss.NLL, recipe).run(model.llama());
      assertThat(model.trace(examples)).allSatisfy(TinyModelsTest::assertKnown);
      String answer =
          model.answer(List.of(examples.get(1).prompt()), Decoding.greedy(40)).get(0).get(0);
      assertThat(answer).isEqualTo(examples.get(1).completion());
    }
  }

  private static void assertKnown(Trace trace) {
    assertThat(trace.hit()).doesNotContain(false);
    assertThat(trace.meanLogProb()).isGreaterThan(-0.1);
  }
}
