package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Decision;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.Corpus;
import palimpsest.engine.Applying.Applied;
import palimpsest.methods.Tuning;
import palimpsest.methods.exact.Replay;
import palimpsest.torch.text.PromptTemplate;

class ReplayingTest {
  private static final int KEEP = 6;
  private static final List<String> ONE = List.of("letters.jsonl#1", "letters.jsonl#2");
  private static final List<String> OTHER = List.of("letters.jsonl#4");

  @TempDir Path folder;

  private Corpus corpus;
  private Path trained;

  @BeforeEach
  void train() throws IOException {
    Letters.write(folder);
    corpus = Letters.corpus(folder);
    trained = folder.resolve("trained");
    training(trained).fromScratch(corpus, Letters.SMALL);
  }

  private static Training training(Path out) {
    return new Training(
        out, Letters.BRIEF, PromptTemplate.Kind.PLAIN, 5, Keeping.of(KEEP), Console.SILENT);
  }

  private Applied replay(Path run, String out, List<String> records) {
    Decision decision =
        new Decision(Decision.Scope.LISTED, "a tester", "to see", records, List.of());
    return new Applying(
            run.resolve("model"),
            corpus,
            decision,
            Letters.BRIEF,
            Tuning.USUAL,
            PromptTemplate.Kind.PLAIN,
            5,
            Console.SILENT)
        .apply(Replay.defaults(), folder.resolve(out));
  }

  private Path withoutCheckpoints(Path run, String to) throws IOException {
    Path copy = folder.resolve(to);
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.toList()) {
        if (!file.getFileName().toString().startsWith("step-")) {
          Files.copy(file, copy.resolve(run.relativize(file)));
        }
      }
    }
    return copy;
  }

  /** From a checkpoint and from the start, one after the other and at once. */
  @Test
  void replay_fromACheckpoint_equalsTheRunFromTheStart() throws IOException {
    Applied first = replay(trained, "first", ONE);
    Applied second = replay(folder.resolve("first"), "second", OTHER);
    Path bare = withoutCheckpoints(trained, "bare");
    Applied scratch = replay(bare, "scratch", ONE);
    List<String> both = Stream.concat(ONE.stream(), OTHER.stream()).toList();
    Applied once = replay(bare, "once", both);

    assertThat(first.after()).isEqualTo(scratch.after()).isNotEqualTo(first.before());
    assertThat(second.after()).isEqualTo(once.after()).isNotEqualTo(first.after());
    assertThat(Manifest.beside(folder.resolve("second/model")).orElseThrow().without())
        .containsExactlyElementsOf(both);
  }

  @Test
  void replay_ofNothing_isTheOriginal() {
    assertThat(replay(trained, "none", List.of()).after())
        .isEqualTo(Manifest.beside(trained.resolve("model")).orElseThrow().weights());
  }

  /** What does not fit the chain is altered; what does, but not the model's word for it, too. */
  @Test
  void replay_alteredLedger_isRefused() throws IOException {
    Path ledger = trained.resolve("run/ledger.jsonl");
    List<String> whole = Files.readAllLines(ledger);
    List<String> flipped = new ArrayList<>(whole);
    flipped.set(2, whole.get(2).replace("\"epoch\":0", "\"epoch\":1"));
    List<String> dropped = new ArrayList<>(whole);
    dropped.remove(3);
    List<String> swapped = new ArrayList<>(whole);
    Collections.swap(swapped, 2, 3);
    List<String> faster = new ArrayList<>(whole);
    faster.set(2, whole.get(2).replaceAll("\"rate\":\"[^\"]*\"", "\"rate\":\"0x1.0p-3\""));
    for (List<String> altered :
        List.of(
            flipped,
            dropped,
            swapped,
            faster,
            Forger.chained(flipped),
            Forger.chained(dropped),
            Forger.chained(swapped),
            Forger.chained(faster))) {
      assertThat(altered).isNotEqualTo(whole);
      Files.write(ledger, altered);
      assertThatThrownBy(() -> replay(trained, "altered", ONE)).isInstanceOf(CorruptArtifact.class);
    }
    Files.write(ledger, whole);
    assertThat(Forger.chained(whole)).isEqualTo(whole);
    replay(trained, "altered", ONE);
  }

  /** A row is missing, or two stand in each other's places, so that a record seems met later. */
  @Test
  void replay_alteredTable_isRefused() throws IOException {
    Path table = trained.resolve("run/examples.hmac");
    List<String> lines = Files.readAllLines(table);
    List<String> swapped = new ArrayList<>(lines);
    Collections.swap(swapped, 0, lines.size() - 1);
    for (List<String> altered : List.of(lines.subList(0, lines.size() - 1), swapped)) {
      Files.write(table, altered);
      assertThatThrownBy(() -> replay(trained, "other", ONE))
          .isInstanceOf(CorruptArtifact.class)
          .hasMessageContaining("examples.hmac is not the one");
    }
  }

  @Test
  void replay_withoutLedgerOrOnOtherData_isRefused() throws IOException {
    corpus = corpus.only(Set.of("letters.jsonl", "copies.jsonl"));
    assertThatThrownBy(() -> replay(trained, "other", ONE))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("give all of");

    Files.delete(trained.resolve("run/ledger.jsonl"));
    assertThatThrownBy(() -> replay(trained, "missing", ONE))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("needs the ledger");
  }

  /**
   * A model trained on letters and then on what others copied and read; the letter is of the first.
   */
  @Test
  void replay_ofWhatTheCheckpointBeforeHadMet_doesBothTrainingsAgain() throws IOException {
    Corpus letters = corpus.only(Set.of("letters.jsonl"));
    Corpus others = corpus.only(Set.of("copies.jsonl", "reading.jsonl"));
    Path one = folder.resolve("one");
    Path two = folder.resolve("two");
    training(one).fromScratch(letters, new Training.Shape(400, 32, 64, 1, 2, 1, 96));
    training(two).fromCheckpoint(others, others.examples(), one.resolve("model"));

    Applied first = replay(two, "again", ONE);
    Path again = folder.resolve("again");
    Applied bare = replay(withoutCheckpoints(two, "bare"), "scratch", ONE);

    assertThat(first.after()).isNotEqualTo(first.before()).isEqualTo(bare.after());
    Manifest before = Manifest.beside(again.resolve("before/model")).orElseThrow();
    assertThat(before.without()).containsExactlyElementsOf(ONE);
    assertThat(Manifest.beside(again.resolve("model")).orElseThrow().start().weights())
        .isEqualTo(before.weights());
    assertThat(before.weights()).isEqualTo(replay(one, "alone", ONE).after());
    Applied second = replay(again, "second", OTHER);
    List<String> both = Stream.concat(ONE.stream(), OTHER.stream()).toList();
    assertThat(second.after()).isEqualTo(replay(two, "once", both).after());
  }

  /** What a training began from cannot be what came of it. */
  @Test
  void replay_ofATrainingThatBeganFromItself_isRefused() throws IOException {
    Path manifest = trained.resolve("model/palimpsest.json");
    Files.writeString(
        manifest,
        Files.readString(manifest)
            .replace(
                "\"start\":{", "\"start\":{\"checkpoint\":\"" + trained.resolve("model") + "\","));
    assertThatThrownBy(() -> replay(trained, "circle", ONE))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("from what came of it");
  }

  /** A training before that stays was done with another library: so was the pair. */
  @Test
  void replay_overATrainingThatWasDoneElsewhere_saysSo() throws IOException {
    Corpus letters = corpus.only(Set.of("letters.jsonl"));
    Corpus others = corpus.only(Set.of("copies.jsonl", "reading.jsonl"));
    Path one = folder.resolve("one");
    Path two = folder.resolve("two");
    training(one).fromScratch(others, new Training.Shape(400, 32, 64, 1, 2, 1, 96));
    training(two).fromCheckpoint(letters, letters.examples(), one.resolve("model"));
    Forger forger = new Forger(one);
    List<String> lines = forger.ledger();
    lines.set(0, lines.get(0).replaceFirst("\"blas\":\"[^\"]*\"", "\"blas\":\"another\""));
    forger.write(lines);

    assertThat(replay(two, "again", ONE).elsewhere().orElseThrow())
        .singleElement()
        .asString()
        .startsWith("blas: then another");
  }

  /** The first line says that another library made the numbers: the steps that stay are its. */
  @Test
  void replay_ofStepsThatWereDoneElsewhere_saysSoAndSoDoItsOwn() throws IOException {
    Path ledger = trained.resolve("run/ledger.jsonl");
    List<String> lines = new ArrayList<>(Files.readAllLines(ledger));
    lines.set(0, lines.get(0).replaceFirst("\"blas\":\"[^\"]*\"", "\"blas\":\"another\""));
    new Forger(trained).write(lines);

    Applied first = replay(trained, "first", OTHER);
    assertThat(first.elsewhere().orElseThrow())
        .hasSize(1)
        .first()
        .asString()
        .startsWith("blas: then another");
    Applied second = replay(folder.resolve("first"), "second", List.of("letters.jsonl#5"));
    assertThat(second.elsewhere()).isEqualTo(first.elsewhere());
    Path bare = withoutCheckpoints(trained, "bare");
    assertThat(replay(bare, "scratch", OTHER).elsewhere()).as("all is done here").isEmpty();
  }
}
