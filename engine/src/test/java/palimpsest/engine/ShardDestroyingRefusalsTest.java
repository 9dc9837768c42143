package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.methods.exact.Shards;
import palimpsest.torch.train.FolderLock;

/** What is not destroyed of a training in shards: what does not fit, and what is not its own. */
class ShardDestroyingRefusalsTest {
  private static final List<String> ONE = List.of("letters.jsonl#17");

  @TempDir static Path home;
  private static Sharded sharded;
  private static Path made;

  @TempDir Path folder;
  private Store store;
  private Path old;
  private Path successor;

  @BeforeAll
  static void make() throws IOException {
    sharded = Sharded.make(home);
    made = home.resolve("made");
    sharded.train(made.resolve("old"), 3);
    sharded.train(made.resolve("other"), 4);
    forget("successor", ONE);
    forget("nothing", List.of());
  }

  private static void forget(String out, List<String> records) {
    sharded.forget(made.resolve("old"), made.resolve(out), Shards.defaults(), records);
  }

  @BeforeEach
  void copy() throws IOException {
    store = new Store(folder.toRealPath().resolve("store"));
    Letters.copy(made, store.folder());
    old = store.folder().resolve("old");
    successor = store.folder().resolve("successor");
  }

  private void requireRefused(Path one, Path other, String says) throws IOException {
    requireRefused(one, other, InvalidRequest.class, says);
  }

  private void requireRefused(Path one, Path other, Class<?> as, String says) throws IOException {
    Map<String, ByteBuffer> before = store.content();
    assertThatThrownBy(() -> Sharded.destroying(one, other).list())
        .isInstanceOf(as)
        .hasMessageContaining(says);
    assertThatThrownBy(() -> Sharded.destroying(one, other).destroy())
        .isInstanceOf(as)
        .hasMessageContaining(says);
    assertThat(store.content()).isEqualTo(before);
  }

  /** Refused with the content of one file changed, and not with it as it was. */
  private void requireRefusedWith(Path file, String was, String is, String says)
      throws IOException {
    String content = Files.readString(file);
    assertThat(content).contains(was);
    Files.writeString(file, content.replace(was, is));
    requireRefused(old, successor, says);
    Files.writeString(file, content);
    assertThat(Sharded.destroying(old, successor).list().files()).isNotEmpty();
  }

  private void overwrite(String with, Path file) throws IOException {
    Files.copy(store.folder().resolve(with), file, StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void folders_thatDoNotFit_areRefused() throws IOException {
    requireRefused(store.folder().resolve("other"), successor, "made from another model");
    requireRefused(old, store.folder().resolve("nothing"), "leaves out nothing");
    requireRefused(successor, old, "no applied.json");
    requireRefused(old, old.resolve("shards/00"), "give two apart");
    requireRefused(old.resolve("shards/00"), successor, "no shards.json");
    requireRefused(old, store.folder().resolve("other/shards/01"), "no model/palimpsest.json");
  }

  @Test
  void records_thatSayOtherwise_areRefused() throws IOException {
    Path applied = successor.resolve("applied.json");
    requireRefusedWith(applied, "exact.shards", "exact.replay", "wanted exact.shards");
    Path shards = successor.resolve(ShardSet.FILE);
    String digest = ShardSet.beside(old.resolve("model")).orElseThrow().digest();
    requireRefusedWith(shards, digest, "f".repeat(64), "other base");
    requireRefusedWith(shards, "\"rank\":4", "\"rank\":5", "adapter or corpus");
    requireRefusedWith(shards, "letters.jsonl", "others.jsonl", "adapter or corpus");
    requireRefusedWith(shards, "\"name\":\"02\"", "\"name\":\"07\"", "had not: [07]");
  }

  /** The two halves: the records of one training, the shard of another. */
  @Test
  void shards_ofAnotherRun_areRefused() throws IOException {
    for (Path of : List.of(old, successor)) {
      Path ledger = of.resolve("shards/01/run/ledger.jsonl");
      byte[] was = Files.readAllBytes(ledger);
      overwrite("other/shards/01/run/ledger.jsonl", ledger);
      requireRefused(old, successor, CorruptArtifact.class, "not of one training");
      Files.write(ledger, was);
    }
    for (String path : List.of("old/shards/02", "old/shards/01", "successor/shards/01")) {
      Path adapter = store.folder().resolve(path).resolve("adapter/adapter_model.safetensors");
      byte[] was = Files.readAllBytes(adapter);
      overwrite("other/shards/01/adapter/adapter_model.safetensors", adapter);
      boolean copy = path.equals("old/shards/02");
      requireRefused(
          old,
          successor,
          copy ? InvalidRequest.class : CorruptArtifact.class,
          copy ? "another shard 02" : "does not hold the adapter that was trained");
      Files.write(adapter, was);
    }
    for (Path of : List.of(old, successor)) {
      Path weights = of.resolve("model/model.safetensors");
      byte[] was = Files.readAllBytes(weights);
      overwrite("other/model/model.safetensors", weights);
      requireRefused(old, successor, CorruptArtifact.class, "not of one training");
      Files.write(weights, was);
    }
  }

  @Test
  void copies_thatAreNone_areRefused() throws IOException {
    for (String name : List.of("run/pace.json", "run/step-00000003.packed", "run/examples.key")) {
      Path file = successor.resolve("shards/00").resolve(name);
      byte[] was = Files.readAllBytes(file);
      was[was.length / 2] ^= 1;
      Files.write(file, was);
      requireRefused(old, successor, "another shard 00");
      Files.delete(file);
      requireRefused(old, successor, "another shard 00");
      was[was.length / 2] ^= 1;
      Files.write(file, was);
    }
    assertThat(Sharded.destroying(old, successor).list().files()).isNotEmpty();
  }

  /** The shard that was made again must be fit to be made again once more. */
  @Test
  void successors_lackingWhatALaterOneNeeds_areRefused() throws IOException {
    Path run = successor.resolve("shards/01/run");
    for (Map.Entry<String, String> each :
        Map.of(
                "examples.hmac", "not of one training",
                "step-00000003.packed", "the checkpoint of step 3",
                "step-00000003.json", "the checkpoint of step 3")
            .entrySet()) {
      Path file = run.resolve(each.getKey());
      byte[] was = Files.readAllBytes(file);
      was[was.length / 2] ^= 1;
      Files.write(file, was);
      requireRefused(old, successor, CorruptArtifact.class, each.getValue());
      was[was.length / 2] ^= 1;
      Files.write(file, was);
    }
    Files.delete(run.resolve("examples.key"));
    requireRefused(old, successor, "examples.key is not there");
  }

  @Test
  void trainings_withForeignFilesOrLinks_areRefused() throws IOException {
    for (String name :
        List.of(
            "notes.txt",
            "run/ledger.jsonl",
            "start/config.json",
            "model/palimpsest.json",
            "shards/notes.txt",
            "shards/00/notes.txt",
            "shards/00/model/model.safetensors",
            "shards/00/before/run/ledger.jsonl",
            "shards/02/adapter/notes.txt",
            "shards/x/run/ledger.jsonl")) {
      Path foreign = Sharded.put(old.resolve(name), "mine");
      requireRefused(old, successor, "which no training leaves");
      Files.delete(foreign);
      for (Path in = foreign.getParent(); TrainingFolder.isEmpty(in); in = in.getParent()) {
        Files.delete(in);
      }
    }
    Path more = Sharded.put(old.resolve("shards/03/run/ledger.jsonl"), "mine");
    requireRefused(old, successor, "shards/03 is no shard of");
    Outputs.delete(more.getParent().getParent());
    Files.createSymbolicLink(old.resolve("shards/03"), successor.resolve("shards/02"));
    requireRefused(old, successor, "shards/03 (a link)");
    Files.delete(old.resolve("shards/03"));
    assertThat(Sharded.destroying(old, successor).list().files()).isNotEmpty();
  }

  @Test
  void successors_withLinks_areRefused() throws IOException {
    for (String name : List.of("shards.json", "shards/00", "shards/02/adapter")) {
      Path path = successor.resolve(name);
      Path moved = store.folder().resolve("moved");
      Files.move(path, moved);
      Files.createSymbolicLink(path, moved);
      String says = name.equals("shards.json") ? "no shards.json" : name + " (a link)";
      requireRefused(old, successor, says);
      Files.delete(path);
      Files.move(moved, path);
    }
  }

  @Test
  void shards_inUse_areRefused() throws IOException {
    for (Path used : List.of(old.resolve("shards/01/run"), successor.resolve("shards/02/run"))) {
      Map<String, ByteBuffer> before = store.content();
      try (FolderLock held = FolderLock.take(used)) {
        assertThatThrownBy(() -> Sharded.destroying(old, successor).destroy())
            .isInstanceOf(InvalidRequest.class)
            .hasMessageContaining("is in use");
      }
      assertThat(store.content()).isEqualTo(before);
    }
    Sharded.destroying(old, successor).destroy(); // all locks were given back
    assertThat(old).doesNotExist();
  }

  @Test
  void destroy_ofAnother_whileOneIsBegun_isRefused() throws IOException {
    assertThatThrownBy(() -> Sharded.destroying(old, successor, StopAt.asking(3)).destroy())
        .isInstanceOf(Interrupted.class);
    requireRefused(store.folder().resolve("other"), successor, "go on with that first");
    overwrite("other/shards.json", successor.resolve(ShardSet.FILE));
    requireRefused(old, successor, "of another replay");
  }

  @Test
  void tellingTokens_ofAnotherCorpus_areRefused() throws IOException {
    assertThatThrownBy(() -> Sharded.destroying(old, successor).tellingTokens(Letters.corpus(home)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("[letters.jsonl]");
  }
}
