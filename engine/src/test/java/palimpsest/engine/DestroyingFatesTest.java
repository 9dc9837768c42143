package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.Corpus;
import palimpsest.torch.llm.Trained;
import palimpsest.torch.text.PromptTemplate;

/**
 * What becomes of the files of a destruction that others interfere with, and what is told of it.
 */
class DestroyingFatesTest {
  private static final String WEIGHTS = "model/model.safetensors";

  @TempDir static Path made;

  @TempDir Path folder;
  private Store store;
  private Path old;
  private Path replay;
  private int files;

  @BeforeAll
  static void make() throws IOException {
    Letters.write(made);
    Victim.keep(made);
    Victim.replay(made, made.resolve("replay"));
  }

  @BeforeEach
  void copy() throws IOException {
    store = new Store(folder.toRealPath().resolve("store"));
    Letters.copy(made, store.folder());
    old = store.folder().resolve("kept");
    replay = store.folder().resolve("replay");
    files = Letters.files(old).size();
  }

  private Destroying destroying() {
    return new Destroying(old, replay, Letters.CLOCK, Console.SILENT);
  }

  /** Deletes so many files; the first is the key, the second the weights. */
  private void begin(int count) {
    assertThatThrownBy(
            () -> new Destroying(old, replay, Letters.CLOCK, StopAt.asking(count)).destroy())
        .isInstanceOf(Interrupted.class);
  }

  private static List<String> names(Superseded superseded, Superseded.Fate fate) {
    return superseded.all(fate).stream().map(Superseded.Item::name).toList();
  }

  private void requireLeft(String name) {
    assertThatThrownBy(() -> destroying().destroy())
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining(" holds " + name + ", not as listed")
        .hasMessageContaining("do this again");
    assertThat(replay.resolve(Intent.FILE)).exists();
    assertThat(replay.resolve(Destroyed.FILE)).doesNotExist();
  }

  /** All are listed but the weights, which the key went before. */
  @Test
  void destroy_ofWeightsChangedSince_isNotEnded_untilTheyAreMovedAway() throws IOException {
    begin(1);
    Path weights = old.resolve(WEIGHTS);
    Files.write(weights, new byte[1], StandardOpenOption.APPEND);
    assertThat(names(destroying().list(), Superseded.Fate.LEFT)).containsExactly(WEIGHTS);

    requireLeft(WEIGHTS);
    requireLeft(WEIGHTS);
    assertThat(weights).exists();
    assertThat(names(destroying().list(), Superseded.Fate.LISTED)).containsExactly("run/lock");
    Files.move(weights, store.folder().resolve("away"));
    Superseded ended = destroying().destroy().superseded();
    assertThat(names(ended, Superseded.Fate.ABSENT)).containsExactly(WEIGHTS);
    assertThat(ended.all(Superseded.Fate.DELETED)).hasSize(files - 1);
    assertThat(ended.files()).hasSize(files);
    assertThat(old).doesNotExist();
    assertThat(destroying().destroy().superseded()).isEqualTo(ended);
  }

  /** Weights under another name are weights. */
  @Test
  void destroy_ofWeightsMovedAsideWithinTheFolder_isNotEnded() throws IOException {
    begin(1);
    Path aside = old.resolve("model.bak");
    Files.move(old.resolve("model"), aside);
    requireLeft("model.bak");
    Files.move(aside, old.resolve("model"));
    assertThat(destroying().destroy().superseded().files()).hasSize(files);
    assertThat(old).doesNotExist();
  }

  @Test
  void destroy_ofWeightsThatAreRestored_destroysThem() throws IOException {
    begin(1);
    Path weights = old.resolve(WEIGHTS);
    byte[] was = Files.readAllBytes(weights);
    Files.write(weights, new byte[0]);
    requireLeft(WEIGHTS);
    Files.write(weights, was);

    assertThat(destroying().destroy().superseded().all(Superseded.Fate.DELETED)).hasSize(files);
    assertThat(old).doesNotExist();
  }

  @Test
  void destroy_withStatesPutThereSince_isNotEnded() throws IOException {
    begin(1);
    Path put = Files.write(old.resolve("run/step-99999999.safetensors"), new byte[] {1});
    requireLeft("run/step-99999999.safetensors");
    Files.delete(put);
    assertThat(destroying().destroy().superseded().all(Superseded.Fate.DELETED)).hasSize(files);
  }

  @Test
  void destroy_ofATrainingThatVanished_isRefused_untilItIsBack() throws IOException {
    begin(2);
    Path away = Files.move(old, store.folder().resolve("away"));
    Map<String, ByteBuffer> before = store.content();
    for (Runnable call : List.<Runnable>of(destroying()::list, destroying()::destroy)) {
      assertThatThrownBy(call::run)
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining((files - 2) + " of its " + files + " files not destroyed: put it")
          .hasMessageContaining("this call destroyed none");
    }
    assertThat(store.content()).isEqualTo(before);

    Files.move(away, old);
    assertThat(destroying().destroy().superseded().all(Superseded.Fate.DELETED)).hasSize(files);
  }

  @Test
  void destroy_ofATrainingSaidToBeGone_recordsItsFilesAsAbsent() throws IOException {
    begin(2);
    Files.move(old, store.folder().resolve("away"));
    Files.createDirectory(old);
    Superseded ended = destroying().destroy().superseded();

    assertThat(names(ended, Superseded.Fate.DELETED)).containsExactly("run/examples.key", WEIGHTS);
    assertThat(ended.all(Superseded.Fate.ABSENT)).hasSize(files - 2);
    assertThat(old).doesNotExist();
  }

  /** At every moment after that: what was found absent is not asked for again. */
  @Test
  void destroy_killedAfterAFileWasMissed_ends() throws IOException {
    Path config = old.resolve("model/config.json");
    begin(1);
    Files.delete(config);
    for (int moment = 1; Files.exists(old); moment++) {
      try {
        new Destroying(old, replay, Letters.CLOCK, StopAt.killing(moment)).destroy();
      } catch (StopAt.Killed e) {
        assertThat(destroying().list().files()).hasSize(files);
      }
    }
    Superseded ended = destroying().destroy().superseded();
    assertThat(names(ended, Superseded.Fate.ABSENT)).containsExactly("model/config.json");
    assertThat(ended.all(Superseded.Fate.DELETED)).hasSize(files - 1);
  }

  /** The moment between the intent and the file. */
  @Test
  void destroy_killedBeforeTheFileThatItNoted_countsItOnce() {
    begin(2);
    Path intent = replay.resolve(Intent.FILE);
    Superseded begun = JsonFiles.read(intent, Superseded.class);
    Superseded.Item third = begun.files().get(2);
    assertThat(third.fate()).isEqualTo(Superseded.Fate.LISTED);
    JsonFiles.write(
        intent,
        begun.of(
            begun.asked(),
            begun.files().stream()
                .map(f -> f.equals(third) ? f.with(Superseded.Fate.DELETED) : f)
                .toList()));
    assertThat(destroying().list().all(Superseded.Fate.LISTED)).hasSize(files - 2);

    assertThat(destroying().destroy().superseded().all(Superseded.Fate.DELETED)).hasSize(files);
    assertThat(old).doesNotExist();
  }

  @Test
  void intents_thatAreNoJson_areRefusedWithWhatToDo() throws IOException {
    begin(2);
    Files.writeString(replay.resolve(Intent.FILE), "{");
    assertThatThrownBy(() -> destroying().list())
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("is not JSON")
        .hasMessageContaining("restore it from a copy")
        .hasMessageContaining("this call destroyed none");
  }

  /** Files of the replay that its manifest and its ledger say it has. */
  @Test
  void replays_lackingWhatALaterOneNeeds_areRefused() throws IOException {
    List<Path> kept =
        Letters.files(replay.resolve("run")).stream()
            .filter(f -> f.toString().matches(".*/step-\\d{8}\\.(json|packed)"))
            .toList();
    assertThat(kept).hasSizeGreaterThan(4);
    Path table = replay.resolve("run/examples.hmac");
    for (Path file : Stream.concat(kept.stream(), Stream.of(table)).toList()) {
      String says = file.equals(table) ? "not of one training" : "that it says it keeps";
      byte[] was = Files.readAllBytes(file);
      byte[] is = was.clone();
      is[is.length / 2] ^= 1;
      Files.write(file, is);
      requireRefused(CorruptArtifact.class, says);
      Files.delete(file);
      requireRefused(CorruptArtifact.class, file.equals(table) ? "cannot be read" : says);
      Files.write(file, was);
    }
    Path key = replay.resolve("run/examples.key");
    Files.write(key, new byte[31]);
    requireRefused(CorruptArtifact.class, "31 bytes, wanted 32");
    Files.delete(key);
    requireRefused(InvalidRequest.class, "examples.key is not there");
  }

  /** The states of such a run are of the adapter, not of the model that it was merged into. */
  @Test
  void replays_ofAnAdapter_areReadAsSuch() throws IOException {
    Corpus all = Letters.corpus(made);
    Corpus letters = all.only(Set.of("letters.jsonl"));
    Training base = Letters.brief(folder.resolve("base"));
    base.fromScratch(all.only(Set.of("copies.jsonl", "reading.jsonl")), Letters.SMALL);
    old = folder.toRealPath().resolve("lora");
    new Training(old, Letters.BRIEF, PromptTemplate.Kind.PLAIN, 5, Keeping.of(3), Console.SILENT)
        .of(new Trained.LowRank(4, 8, List.of("q_proj", "v_proj")))
        .fromCheckpoint(letters, letters.examples(), base.model());
    replay = folder.toRealPath().resolve("lora-replay");
    Victim.replay(made, old.resolve("model"), replay);
    Path state =
        Letters.files(replay.resolve("run")).stream()
            .filter(f -> f.toString().endsWith(".packed"))
            .findFirst()
            .orElseThrow();
    byte[] was = Files.readAllBytes(state);
    Files.write(state, new byte[] {1});
    store = new Store(folder.toRealPath());
    requireRefused(CorruptArtifact.class, "that it says it keeps");

    Files.write(state, was);
    assertThat(destroying().destroy().superseded().files()).isNotEmpty();
    assertThat(old).doesNotExist();
  }

  private void requireRefused(Class<?> as, String says) throws IOException {
    Map<String, ByteBuffer> before = store.content();
    assertThatThrownBy(() -> destroying().destroy()).isInstanceOf(as).hasMessageContaining(says);
    assertThat(store.content()).isEqualTo(before);
  }

  @Test
  void folders_ofForget_areRefusedNamingTheReplay() throws IOException {
    Path job = Files.createDirectory(store.folder().resolve("forget"));
    Path in = Files.createDirectories(job.resolve("remedies/exact.replay:checkpoints=0"));
    Files.createDirectories(job.resolve("remedies/exact.replay"));
    Files.writeString(in.resolve("applied.json"), "{}");
    assertThatThrownBy(() -> new Destroying(old, job, Letters.CLOCK, Console.SILENT))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("is what forget left")
        .hasMessageEndingWith("such as " + in);
  }
}
