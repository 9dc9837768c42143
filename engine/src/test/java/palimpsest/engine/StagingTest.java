package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.Decision;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.api.Recipe;
import palimpsest.discovery.Corpus;
import palimpsest.methods.Tuning;
import palimpsest.torch.text.PromptTemplate;

/** Methods in stages, applied to a model on disk. */
class StagingTest {
  private static final Recipe RECIPE =
      new Recipe(4, 8, 8, 1e-3, 0, Recipe.Decay.CONSTANT, 0.01, 1, 3);
  private static final int EVERY = 5;

  @TempDir static Path home;

  @TempDir Path folder;

  @BeforeAll
  static void train() throws IOException {
    Letters.write(home);
    Letters.brief(home.resolve("training")).fromScratch(Letters.corpus(home), Letters.SMALL);
  }

  private static Applying applying(Corpus corpus, Console console) {
    Decision decision =
        new Decision(
            Decision.Scope.LISTED,
            "a tester",
            "to see",
            List.of("letters.jsonl#1", "letters.jsonl#2", "letters.jsonl#3", "letters.jsonl#4"),
            List.of());
    return new Applying(
        home.resolve("training/model"),
        corpus,
        decision,
        RECIPE,
        Tuning.USUAL,
        PromptTemplate.Kind.PLAIN,
        EVERY,
        console);
  }

  private static Applying applying(Console console) {
    return applying(Letters.corpus(home), console);
  }

  private static Method method(String text) {
    return Choice.parse(text, RECIPE).method();
  }

  /**
   * Stopped within its first stage, between its stages and within the last one, and killed without
   * a checkpoint there, it ends as a run that nobody disturbed.
   */
  @ParameterizedTest
  @ValueSource(strings = {"llm.task-vector", "llm.undo:distilRate=0.5", "llm.lunar"})
  void apply_disturbedAtAnyMoment_endsInTheSameWeights(String text) {
    Method method = method(text);
    Disturbed watch = new Disturbed(-1, -1);
    Applying.Applied whole = applying(watch).apply(method, folder.resolve("whole"));
    assertThat(whole.after()).isNotEqualTo(whole.before());
    int moments = watch.asked();
    assertThat(moments).isGreaterThan(3).isEqualTo(watch.told());
    for (int at : IntStream.of(2, 4, moments - 2).filter(m -> m < moments).distinct().toArray()) {
      Path stopped = folder.resolve("stopped-" + at);
      Disturbed stop = new Disturbed(at, -1);
      assertThatThrownBy(() -> applying(stop).apply(method, stopped))
          .isInstanceOf(Interrupted.class);
      requireSame(applying(Console.SILENT).apply(method, stopped), whole);
      Path killed = folder.resolve("killed-" + at);
      Disturbed die = new Disturbed(-1, at);
      assertThatThrownBy(() -> applying(die).apply(method, killed)).hasMessage("killed");
      requireSame(applying(Console.SILENT).apply(method, killed), whole);
    }
  }

  private static void requireSame(Applying.Applied got, Applying.Applied whole) {
    assertThat(got.after()).isEqualTo(whole.after());
    assertThat(got.ledger()).isEqualTo(whole.ledger());
    assertThat(got.steps()).isEqualTo(whole.steps());
  }

  /** Killed in its second stage, it does not do the first again. */
  @Test
  void apply_killedInTheSecondStage_keepsTheFirst() {
    Method undo = method("llm.undo");
    Path out = folder.resolve("out");
    int first = RECIPE.steps(4);
    assertThatThrownBy(() -> applying(new Disturbed(-1, first + 1)).apply(undo, out))
        .hasMessage("killed");
    assertThat(out.resolve("run/suppress/done.safetensors")).exists();
    Disturbed rest = new Disturbed(-1, -1);
    Applying.Applied applied = applying(rest).apply(undo, out);
    assertThat(rest.told()).isEqualTo(applied.steps() - first);
    assertThat(out.resolve("run/suppress/done.safetensors")).doesNotExist();
    assertThat(out.resolve("run/suppress/ledger.jsonl")).exists();
    assertThat(out.resolve("run/distil/ledger.jsonl")).exists();
  }

  /** Killed after the model was written and before it was noted down that it was. */
  @Test
  void apply_killedBeforeItIsNoted_isDoneAgain() throws IOException {
    for (String text : List.of("llm.task-vector", "llm.lunar")) {
      Path out = folder.resolve(text);
      Applying.Applied applied = applying(Console.SILENT).apply(method(text), out);
      Files.delete(out.resolve("applied.json"));
      requireSame(applying(Console.SILENT).apply(method(text), out), applied);
    }
  }

  @Test
  void apply_lunar_takesNoStepAndHasNoLedger() {
    Applying.Applied applied =
        applying(Console.SILENT).apply(method("llm.lunar"), folder.resolve("out"));
    assertThat(applied.steps()).isZero();
    assertThat(applied.ledger()).isEmpty();
    assertThat(Manifest.beside(folder.resolve("out/model")).orElseThrow().weights())
        .isEqualTo(applied.after());
  }

  @Test
  void apply_lunarLayerBeyondTheModel_isRefusedBeforeAnythingIsWritten() {
    Path out = folder.resolve("out");
    assertThatThrownBy(() -> applying(Console.SILENT).apply(method("llm.lunar:layer=1"), out))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage(
            "layer must be at most 0, got 1: the model has 1 decoder layers, numbered from 0");
    assertThat(out).doesNotExist();
  }

  @Test
  void apply_lunarOnTextsWithoutQuestions_isRefused() throws IOException {
    Path texts = folder.resolve("texts");
    Letters.copy(home, texts);
    List<String> lines =
        new java.util.ArrayList<>(Files.readAllLines(texts.resolve("reading.jsonl")));
    lines.set(0, "{\"text\":\"amber owl\"}");
    Files.write(texts.resolve("reading.jsonl"), lines);
    Applying job = applying(Letters.corpus(texts), Console.SILENT);
    assertThatThrownBy(() -> job.apply(method("llm.lunar"), folder.resolve("out")))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("reading.jsonl#1: holds no question, which the method needs");
    job.apply(method("llm.task-vector"), folder.resolve("other"));
  }
}
