package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Decision;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.Corpus;
import palimpsest.methods.Tuning;
import palimpsest.methods.exact.Replay;
import palimpsest.torch.text.PromptTemplate;
import palimpsest.torch.train.FolderLock;

/** What is not destroyed: folders that do not fit, and what lies in them and is not theirs. */
class DestroyingRefusalsTest {
  @TempDir static Path home;
  private static Corpus corpus;
  private static Path made;

  @TempDir Path folder;
  private Store store;
  private Path old;
  private Path replay;
  private Path precious;

  @BeforeAll
  static void make() throws IOException {
    Letters.write(home);
    corpus = Letters.corpus(home);
    made = home.resolve("made");
    train(made.resolve("old"), 3);
    train(made.resolve("other"), 4);
    replay("replay", List.of("letters.jsonl#1"));
    replay("nothing", List.of());
  }

  private static void train(Path out, long seed) {
    new Training(out, Letters.BRIEF.withSeed(seed), PromptTemplate.Kind.PLAIN, 5, Console.SILENT)
        .fromScratch(corpus, Letters.SMALL);
  }

  private static void replay(String out, List<String> records) {
    new Applying(
            made.resolve("old/model"),
            corpus,
            new Decision(Decision.Scope.LISTED, "a tester", "to see", records, List.of()),
            Letters.BRIEF,
            Tuning.USUAL,
            PromptTemplate.Kind.PLAIN,
            5,
            Console.SILENT)
        .apply(Replay.defaults(), made.resolve(out));
  }

  @BeforeEach
  void copy() throws IOException {
    store = new Store(folder.toRealPath().resolve("store"));
    Letters.copy(made, store.folder());
    old = store.folder().resolve("old");
    replay = store.folder().resolve("replay");
    precious = Files.writeString(store.folder().resolve("precious"), "precious");
  }

  private static Destroying destroying(Path old, Path replay) {
    return new Destroying(old, replay, Letters.CLOCK, Console.SILENT);
  }

  private void requireRefused(Path one, Path other, String says) throws IOException {
    requireRefused(one, other, InvalidRequest.class, says);
  }

  private void requireRefused(Path one, Path other, Class<?> as, String says) throws IOException {
    Map<String, ByteBuffer> before = store.content();
    assertThatThrownBy(() -> destroying(one, other).list())
        .isInstanceOf(as)
        .hasMessageContaining(says);
    assertThatThrownBy(() -> destroying(one, other).destroy())
        .isInstanceOf(as)
        .hasMessageContaining(says);
    assertThat(store.content()).isEqualTo(before);
  }

  @Test
  void folders_thatAreNotApart_areRefused() throws IOException {
    requireRefused(old, old, "give two apart");
    requireRefused(old, old.resolve("run"), "give two apart");
    requireRefused(store.folder(), replay, "give two apart");
    requireRefused(old.resolve("../replay/model/.."), replay, "give two apart");
    Path link = Files.createSymbolicLink(store.folder().resolve("link"), old);
    requireRefused(link, replay, "is a link");
    requireRefused(link.resolve("."), old, "give two apart");
    requireRefused(store.folder().resolve("none"), replay, "no model/palimpsest.json");
    requireRefused(old, store.folder().resolve("none"), "is no folder");
  }

  @Test
  void replays_thatDoNotSupersede_areRefused() throws IOException {
    requireRefused(replay, old, "no applied.json");
    requireRefused(store.folder().resolve("other"), replay, "made from another model");
    requireRefused(old, store.folder().resolve("nothing"), "leaves out nothing");
    Path applied = replay.resolve("applied.json");
    String is = Files.readString(applied);
    Files.writeString(applied, is.replace("exact.replay", "exact.retrain"));
    requireRefused(old, replay, "wanted exact.replay");
    Files.delete(applied);
    requireRefused(old, replay, "no applied.json");
    Files.writeString(applied, is);
    assertThat(destroying(old, replay).list().files()).isNotEmpty();
  }

  @Test
  void replays_thatAreDamaged_areRefused() throws IOException {
    Path weights = replay.resolve("model/model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 4] ^= 1;
    Files.write(weights, bytes);
    requireRefused(old, replay, CorruptArtifact.class, "not of one training");
    Files.delete(weights);
    requireRefused(old, replay, CorruptArtifact.class, "model.safetensors");
  }

  @Test
  void trainings_whoseModelIsAnother_areRefused() throws IOException {
    Files.write(
        old.resolve("model/model.safetensors"),
        Files.readAllBytes(store.folder().resolve("other/model/model.safetensors")));
    requireRefused(old, replay, CorruptArtifact.class, "not of one training");
  }

  @Test
  void trainings_withForeignFilesOrLinks_areRefused() throws IOException {
    for (String name : List.of("notes.txt", "model/notes.txt", "run/step-5.json", "runs/ledger")) {
      Path foreign = old.resolve(name);
      Files.createDirectories(foreign.getParent());
      Files.writeString(foreign, "mine");
      requireRefused(old, replay, "which no training leaves");
      Files.delete(foreign);
    }
    Files.delete(old.resolve("runs"));
    Path table = old.resolve("run/examples.hmac");
    Files.delete(table);
    Files.createSymbolicLink(table, precious);
    requireRefused(old, replay, "run/examples.hmac (a link)");
    Files.delete(table);
    Files.createSymbolicLink(old.resolve("start.new"), store.folder().resolve("other"));
    requireRefused(old, replay, "start.new (a link)");
  }

  @Test
  void replays_withLinks_areRefused() throws IOException {
    Path tokenizer = replay.resolve("model/tokenizer.json");
    Files.delete(tokenizer);
    Files.createSymbolicLink(tokenizer, old.resolve("model/tokenizer.json"));
    requireRefused(old, replay, "model/tokenizer.json (a link)");
  }

  @Test
  void folders_inUse_areRefused() throws IOException {
    for (Path used : List.of(old, replay)) {
      Map<String, ByteBuffer> before = store.content();
      try (FolderLock held = FolderLock.take(used.resolve("run"))) {
        assertThatThrownBy(() -> destroying(old, replay).destroy())
            .isInstanceOf(InvalidRequest.class)
            .hasMessageContaining("is in use");
      }
      assertThat(store.content()).isEqualTo(before);
    }
  }

  /** Stops after the intent and some files, as one that was killed. */
  private void begin(int files) {
    assertThatThrownBy(
            () -> new Destroying(old, replay, Letters.CLOCK, StopAt.asking(files)).destroy())
        .isInstanceOf(Interrupted.class);
  }

  @Test
  void destroy_goneOnWith_leavesWhatWasPutThereSince() throws IOException {
    begin(2);
    Files.writeString(old.resolve("notes.txt"), "mine");
    Path config = old.resolve("model/config.json");
    Files.writeString(config, " ".repeat((int) Files.size(config))); // as long as the one listed
    Path table = old.resolve("run/examples.hmac");
    Files.delete(table);
    Files.createSymbolicLink(table, precious);
    Path start = store.folder().resolve("moved");
    Files.move(old.resolve("start"), start);
    Files.createSymbolicLink(old.resolve("start"), start);
    Map<String, ByteBuffer> linked = new Store(start).content();
    Destroyed.Done done = destroying(old, replay).destroy();

    assertThat(done.left())
        .containsExactly(
            "model/config.json", "notes.txt", "run/examples.hmac (a link)", "start (a link)");
    assertThat(precious).hasContent("precious");
    assertThat(new Store(start).content()).isEqualTo(linked).isNotEmpty();
    assertThat(new Store(old).content().keySet())
        .containsExactly(
            "", "model", "model/config.json", "notes.txt", "run", "run/examples.hmac", "start");
    assertThat(destroying(old, replay).destroy()).isEqualTo(done);
  }

  @Test
  void destroy_ofAnIntentThatLeadsOut_isRefused() throws IOException {
    int listed = destroying(old, replay).list().files().size();
    begin(0);
    Path intent = replay.resolve(Intent.FILE);
    String is = Files.readString(intent);
    for (String name : List.of("../precious", "run/../../precious", precious.toString())) {
      Files.writeString(intent, is.replace("\"run/examples.hmac\"", "\"" + name + "\""));
      assertThatThrownBy(() -> destroying(old, replay).destroy())
          .isInstanceOf(CorruptArtifact.class)
          .hasMessageContaining("is not below")
          .hasMessageContaining(
              "0 of " + listed + " files are gone already; this call destroyed none");
      assertThat(precious).exists();
    }
    Files.writeString(intent, is.replace("\"run/examples.hmac\"", "\"model/notes.txt\""));
    Files.move(old.resolve("run/examples.hmac"), old.resolve("model/notes.txt"));
    assertThat(destroying(old, replay).destroy().left()).containsExactly("model/notes.txt");
  }

  @Test
  void destroy_ofAnother_whileOneIsBegun_isRefused() throws IOException {
    begin(3);
    Path other = store.folder().resolve("other");
    requireRefused(other, replay, "go on with that first");
    requireRefused(replay, other, "was begun: go on with that first");
    Files.write(replay.resolve("model/palimpsest.json"), bytes(other, "model/palimpsest.json"));
    requireRefused(old, replay, "of another replay");
  }

  private static byte[] bytes(Path in, String name) throws IOException {
    return Files.readAllBytes(in.resolve(name));
  }

  @Test
  void tellingTokens_ofAnotherCorpus_isRefused() throws IOException {
    Path file = Files.write(folder.resolve("letters.jsonl"), bytes(home, "reading.jsonl"));
    Corpus another = Corpus.read(List.of(file));
    assertThatThrownBy(() -> destroying(old, replay).tellingTokens(another))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("copies.jsonl");
    assertThat(destroying(old, replay).tellingTokens(corpus)).isEmpty();
    assertThat(new String(bytes(replay, "model/tokenizer.json"), StandardCharsets.UTF_8))
        .contains("The");
  }
}
