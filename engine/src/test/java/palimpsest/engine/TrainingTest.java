package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.Decision;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Objective;
import palimpsest.api.Recipe;
import palimpsest.api.Release;
import palimpsest.api.Request;
import palimpsest.discovery.Corpus;
import palimpsest.methods.Tuning;
import palimpsest.methods.exact.Retrain;
import palimpsest.methods.llm.GradDiff;
import palimpsest.methods.llm.Npo;
import palimpsest.torch.text.PromptTemplate;
import palimpsest.torch.text.Tokenizer;

class TrainingTest {
  @TempDir Path folder;

  private Corpus corpus;

  @BeforeEach
  void write() throws IOException {
    Letters.write(folder);
    corpus = Letters.corpus(folder);
  }

  private Training with(Recipe recipe) {
    return new Training(
        folder.resolve("out"), recipe, PromptTemplate.Kind.PLAIN, 5, Console.SILENT);
  }

  private Applying applying(Path model, String... records) {
    Decision decision =
        new Decision(Decision.Scope.LISTED, "a tester", "to see", List.of(records), List.of());
    return new Applying(
        model,
        corpus,
        decision,
        Letters.BRIEF.withEpochs(1),
        Tuning.USUAL,
        PromptTemplate.Kind.PLAIN,
        5,
        Console.SILENT);
  }

  @Test
  void train_finishedWithAnotherRecipe_isRefused() {
    with(Letters.BRIEF).fromScratch(corpus, Letters.SMALL);
    with(Letters.BRIEF).fromScratch(corpus, Letters.SMALL); // the same is found done
    assertThatThrownBy(() -> with(Letters.BRIEF.withEpochs(4)).fromScratch(corpus, Letters.SMALL))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("trained otherwise: other recipe;");
  }

  /** A checkpoint of the user's own that lies where the result would go is not overwritten. */
  @Test
  void train_intoAFolderWithAForeignModel_isRefusedAndLeavesIt() throws IOException {
    Path theirs = folder.resolve("out/model");
    Files.createDirectories(theirs);
    Files.writeString(theirs.resolve("config.json"), "{}");
    assertThatThrownBy(() -> with(Letters.BRIEF).fromScratch(corpus, Letters.SMALL))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("was not trained here");
    assertThat(theirs.resolve("config.json")).hasContent("{}");
  }

  @Test
  void train_fromACheckpoint_isRetrainedFromItUnlessThatSawTheSameFiles() {
    Path first = Letters.training(folder.resolve("first"), corpus, Letters.BRIEF.withEpochs(1));
    Training further = with(Letters.BRIEF.withEpochs(1));
    further.fromCheckpoint(corpus, corpus.examples(), first);
    Path second = further.model();
    Manifest manifest = Manifest.beside(second).orElseThrow();
    assertThat(manifest.start().checkpoint()).contains(first.toAbsolutePath().toString());
    assertThat(
            new Planner(request(), Optional.of(manifest), false, true, Letters.BRIEF, 1, 10)
                .plan(List.of(Retrain.defaults()))
                .refused())
        .singleElement()
        .satisfies(r -> assertThat(r.reason()).contains("had been trained on the same files"));
    Outputs.delete(first.resolve(Manifest.FILE)); // now nobody knows what it saw
    assertThat(
            new Planner(request(), Optional.of(manifest), false, true, Letters.BRIEF, 1, 10)
                .plan(List.of(Retrain.defaults()))
                .remedies())
        .singleElement()
        .satisfies(
            r -> assertThat(r.cannotShow()).anyMatch(c -> c.contains("checkpoint it starts from")));
    Applying.Applied applied =
        applying(second, "letters.jsonl#1").apply(Retrain.defaults(), folder.resolve("again"));
    assertThat(Manifest.beside(folder.resolve("again/model")).orElseThrow().start())
        .isEqualTo(manifest.start());
    assertThat(applied.after()).isNotEqualTo(applied.before());
  }

  private static Request request() {
    return Letters.request(0, Objective.BOTH, Release.HOSTED);
  }

  @Test
  void apply_againWithOtherSettings_isRefused() {
    Path model = Letters.training(folder.resolve("first"), corpus, Letters.BRIEF.withEpochs(1));
    Path out = folder.resolve("npo");
    Applying.Applied applied = applying(model, "letters.jsonl#1").apply(Npo.defaults(), out);
    assertThat(applying(model, "letters.jsonl#1").apply(Npo.defaults(), out)).isEqualTo(applied);
    assertThatThrownBy(() -> applying(model, "letters.jsonl#2").apply(Npo.defaults(), out))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining(
            "with other parameters or names, or of another model, corpus or decision");
    assertThatThrownBy(() -> applying(model, "letters.jsonl#1").apply(new Npo(0.5, 1), out))
        .isInstanceOf(InvalidRequest.class);
  }

  @Test
  void train_finishedOnAnotherCorpus_isRefused() throws IOException {
    with(Letters.BRIEF).fromScratch(corpus, Letters.SMALL);
    List<String> lines = Files.readAllLines(folder.resolve("reading.jsonl"));
    Files.write(folder.resolve("reading.jsonl"), lines.subList(1, lines.size()));
    assertThatThrownBy(() -> with(Letters.BRIEF).fromScratch(Letters.corpus(folder), Letters.SMALL))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("other corpus");
  }

  @Test
  void train_begunWithAnotherShape_isRefused() {
    with(Letters.BRIEF).fromScratch(corpus, Letters.SMALL);
    Training.Shape wider = new Training.Shape(400, 64, 64, 1, 2, 1, 64);
    assertThatThrownBy(() -> with(Letters.BRIEF).fromScratch(corpus, wider))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("width=32")
        .hasMessageContaining("width=64");
  }

  /** A token without a spelling could be drawn and then not be written out. */
  @Test
  void train_corpusTooSmallForTheVocabulary_hasARowForEveryTokenAndNoMore() {
    Training training = with(Letters.BRIEF.withEpochs(1));
    Training.Shape many = new Training.Shape(5000, 32, 64, 1, 2, 1, 64);
    training.fromScratch(corpus, many);
    training.fromScratch(corpus, many);
    try (Tokenizer tokenizer = Tokenizer.load(training.model())) {
      assertThat(tokenizer.vocabSize()).isBetween(300, 4999);
      assertThat(training.model().resolve("config.json"))
          .content()
          .containsPattern("\"vocab_size\"\\s*:\\s*" + tokenizer.vocabSize());
    }
  }

  /** Asked to forget before, a record is not what a later request retrains on or keeps by. */
  @Test
  void retain_afterAnEarlierRequest_isWithoutItsRecords() {
    with(Letters.BRIEF).fromScratch(corpus, Letters.SMALL);
    Path first = folder.resolve("first");
    applying(with(Letters.BRIEF).model(), "letters.jsonl#1").apply(GradDiff.defaults(), first);
    Applying second = applying(first.resolve("model"), "letters.jsonl#2");
    Set<String> kept = Set.copyOf(second.retain().stream().map(Example::id).toList());
    assertThat(kept).hasSize(corpus.examples().size() - 2).doesNotContain("letters.jsonl#1");
    Applying.Applied again = second.apply(Retrain.defaults(), folder.resolve("second"));
    assertThat(Manifest.beside(folder.resolve("second/model")).orElseThrow().without())
        .containsExactlyInAnyOrder("letters.jsonl#1", "letters.jsonl#2");
    assertThat(again.steps()).isEqualTo(Letters.BRIEF.steps(kept.size()));
  }

  @Test
  void apply_folderOfAnotherMethod_isRefused() {
    with(Letters.BRIEF).fromScratch(corpus, Letters.SMALL);
    Applying applying = applying(with(Letters.BRIEF).model(), "letters.jsonl#1");
    applying.apply(GradDiff.defaults(), folder.resolve("applied"));
    assertThatThrownBy(() -> applying.apply(Retrain.defaults(), folder.resolve("applied")))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("holds llm.grad-diff, wanted exact.retrain");
  }

  /** Before anything is trained: a grid notes it as not fitting, and goes on. */
  @Test
  void require_whatDoesNotFitTheModel_isRefusedBeforehand() {
    with(Letters.BRIEF).fromScratch(corpus, Letters.SMALL);
    Path model = with(Letters.BRIEF).model();
    refuses(model, "llm.rmu:layer=99", "layer must be at most");
    refuses(model, "llm.rmu:layer=99,retain=nll", "layer must be at most");
    refuses(model, "llm.npo:retain=hidden:99", "layer must be at most");
    refuses(model, "llm.npo:train=model.layers.99.*", "no parameter is called");
    refuses(model, "llm.npo:lora-targets=q_prj", "no layer has a matrix called q_prj");
    refuses(model, "llm.npo:lora-targets=input_layernorm", "has a matrix called input_layernorm");
    refuses(model, "llm.npo:lora-rank=2147483647", "lora-rank must be at most");
  }

  private void refuses(Path model, String spec, String why) {
    Choice choice = Choice.parse(spec, Letters.BRIEF);
    Applying to = applying(model, corpus.examples().get(0).id());
    Applying tuned =
        new Applying(
            to.model(),
            to.corpus(),
            to.decision(),
            choice.recipe(),
            choice.tuning(),
            to.template(),
            to.checkpointEvery(),
            to.console());
    assertThatThrownBy(() -> tuned.require(choice.method()))
        .as(spec)
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining(why);
  }
}
