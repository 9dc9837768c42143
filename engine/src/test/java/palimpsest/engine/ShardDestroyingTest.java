package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Example;
import palimpsest.api.Interrupted;
import palimpsest.methods.exact.Shards;
import palimpsest.torch.text.Tokenizer;

/**
 * A training in shards, what is left of it without two records, and of that with a third one's
 * shard left out, beside each other.
 */
class ShardDestroyingTest {
  /** Of the first slice of the first shard, and of the second slice of the second. */
  private static final List<String> TWO = List.of("letters.jsonl#2", "letters.jsonl#17");

  /** Of the third shard. */
  private static final List<String> THIRD = List.of("letters.jsonl#24");

  private static final Shards DROPPING = new Shards(1, 1);

  @TempDir static Path home;
  private static Sharded sharded;
  private static Path made;

  @TempDir Path folder;
  private Store store;
  private Path trained;
  private Path first;
  private Path second;

  @BeforeAll
  static void make() throws IOException {
    sharded = Sharded.make(home);
    made = home.resolve("made");
    sharded.train(made.resolve("trained"), 3);
    sharded.forget(made.resolve("trained"), made.resolve("first"), Shards.defaults(), TWO);
    sharded.forget(made.resolve("first"), made.resolve("second"), DROPPING, THIRD);
  }

  @BeforeEach
  void fresh() throws IOException {
    store = new Store(folder.toRealPath().resolve("store"));
    Outputs.delete(store.folder());
    Letters.copy(made, store.folder());
    trained = store.folder().resolve("trained");
    first = store.folder().resolve("first");
    second = store.folder().resolve("second");
  }

  private static List<String> names(Superseded listed, Superseded.Kind kind) {
    return listed.files().stream()
        .filter(i -> i.kind() == kind)
        .map(Superseded.Item::name)
        .toList();
  }

  /**
   * A slice is of five records, so of one step an epoch and three in all: record 2 is met in step
   * 1, record 17 in step 4. The state after step 3 has met the one and not the other.
   */
  @Test
  void list_tellsEveryFileAndWhy_andChangesNothing() throws IOException {
    Map<String, ByteBuffer> before = store.content();
    Superseded listed = Sharded.destroying(trained, first).list();

    assertThat(listed.firstMet()).isEqualTo(Map.of("shards/00/run", 1, "shards/01/run", 4));
    assertThat(listed.files())
        .extracting(Superseded.Item::name)
        .startsWith(
            "shards/00/run/examples.key",
            "shards/01/run/examples.key",
            "model/model.safetensors",
            "shards/00/adapter/adapter_model.safetensors",
            "shards/01/adapter/adapter_model.safetensors");
    assertThat(names(listed, Superseded.Kind.MET))
        .containsExactly("shards/00/run/step-00000003.json", "shards/00/run/step-00000003.packed");
    assertThat(names(listed, Superseded.Kind.UNMET))
        .containsExactly("shards/01/run/step-00000003.json", "shards/01/run/step-00000003.packed");
    List<String> third =
        Letters.files(trained.resolve("shards/02")).stream()
            .map(f -> trained.relativize(f).toString())
            .filter(name -> !name.endsWith("/lock"))
            .toList();
    assertThat(names(listed, Superseded.Kind.COPIED)).hasSize(9).containsExactlyElementsOf(third);
    assertThat(listed.files().stream().map(f -> trained.resolve(f.name())))
        .containsExactlyInAnyOrderElementsOf(Letters.files(trained));
    assertThat(store.content()).isEqualTo(before);
  }

  /** Everything of the one shard is superseded, whatever its records; the others are copies. */
  @Test
  void list_ofAShardLeftOut_tellsItFromCopies() {
    Superseded listed = Sharded.destroying(first, second).list();

    assertThat(listed.firstMet()).isEqualTo(Map.of("shards/02/run", 1));
    assertThat(names(listed, Superseded.Kind.KEY)).containsExactly("shards/02/run/examples.key");
    assertThat(names(listed, Superseded.Kind.UNMET)).isEmpty();
    assertThat(names(listed, Superseded.Kind.COPIED))
        .isNotEmpty()
        .allMatch(name -> name.startsWith("shards/00/") || name.startsWith("shards/01/"));
    assertThat(listed.kept()).containsExactly("applied.json");
  }

  @Test
  void destroy_leavesNothingOfTheTraining_andTheOtherAsItWas() throws IOException {
    Map<String, ByteBuffer> before = new Store(first).content();
    Destroyed.Done done = Sharded.destroying(trained, first).destroy();

    assertThat(trained).doesNotExist();
    assertThat(done.left()).isEmpty();
    Map<String, ByteBuffer> after = new Store(first).content();
    assertThat(after.remove("destroyed.json")).isNotNull();
    assertThat(after).isEqualTo(before);
    assertThat(sharded.forget(first, folder.resolve("again"), DROPPING, THIRD).after())
        .isEqualTo(ShardSet.beside(second.resolve("model")).orElseThrow().weights());
    assertThat(Sharded.destroying(trained, first).destroy()).isEqualTo(done);
  }

  /** After both destructions, of all three records. */
  @Test
  void store_afterwards_holdsNothingForgotten() throws IOException {
    List<Example> forgotten =
        sharded.letters().examples().stream()
            .filter(e -> TWO.contains(e.id()) || THIRD.contains(e.id()))
            .toList();
    assertThat(forgotten).hasSize(3);
    List<String> saw = new ArrayList<>();
    try (Tokenizer tokenizer = Tokenizer.load(second.resolve("model"))) {
      List<Path> unfinished =
          List.of(
              trained.resolve("model.new"),
              trained.resolve("shards/01/adapter.new"),
              first.resolve("shards/02.new/run"));
      Store.plant(forgotten, tokenizer, unfinished);
      assertThat(store.holding(forgotten, tokenizer))
          .hasSize(18) // three records, six forms
          .allMatch(name -> name.matches("(trained|first)/.*"));
      saw.addAll(digests(Sharded.destroying(trained, first).destroy()));
      saw.addAll(digests(Sharded.destroying(first, second).destroy()));
      assertThat(store.holding(forgotten, tokenizer)).isEmpty();
    }
    assertThat(Store.digests(store.folder())).isNotEmpty().doesNotContainAnyElementsOf(saw);
    assertThat(Store.digests(made)).containsAll(saw); // they were there
    assertThat(Letters.files(first).stream().map(f -> first.relativize(f).toString()))
        .containsExactly("applied.json", "destroyed.json");
  }

  private static List<String> digests(Destroyed.Done done) {
    Set<Superseded.Kind> kinds =
        Set.of(
            Superseded.Kind.KEY,
            Superseded.Kind.WEIGHTS,
            Superseded.Kind.MET,
            Superseded.Kind.LEDGER,
            Superseded.Kind.TABLE);
    return done.superseded().files().stream()
        .filter(f -> kinds.contains(f.kind()))
        .map(Superseded.Item::sha256)
        .toList();
  }

  /** Files, then locks and folders, the record and the intent: each a moment to be killed at. */
  @Test
  void destroy_killedBeforeAnyStep_endsInTheSame() throws IOException {
    int files = Letters.files(trained).size();
    Sharded.destroying(trained, first).destroy();
    Map<String, ByteBuffer> whole = store.content();
    boolean killed = true;
    int moments = 0;
    for (; killed; moments++) {
      fresh();
      killed = kill(moments);
      if (killed) {
        assertThat(first.resolve(Intent.FILE)).exists();
        assertThat(Files.exists(trained) ? Letters.files(trained) : List.of())
            .hasSize(Math.max(0, files - moments));
        assertThat(Sharded.destroying(trained, first).done()).isEmpty();
      }
      Sharded.destroying(trained, first).destroy();
      assertThat(store.content()).as("killed at moment " + moments).isEqualTo(whole);
    }
    assertThat(moments).isEqualTo(files + 12 + 2 + 1); // the last is not killed
  }

  private boolean kill(int moment) {
    try {
      Sharded.destroying(trained, first, StopAt.killing(moment)).destroy();
      return false;
    } catch (StopAt.Killed e) {
      return true;
    }
  }

  @Test
  void destroy_goneOnWith_leavesWhatWasPutThereSince() throws IOException {
    assertThatThrownBy(() -> Sharded.destroying(trained, first, StopAt.asking(5)).destroy())
        .isInstanceOf(Interrupted.class)
        .hasMessageContaining("do it again");
    Sharded.put(trained.resolve("shards/02/notes.txt"), "mine");
    Path moved = store.folder().resolve("moved");
    Files.move(trained.resolve("shards/01"), moved);
    Files.createSymbolicLink(trained.resolve("shards/01"), moved);
    Map<String, ByteBuffer> linked = new Store(moved).content();
    Destroyed.Done done = Sharded.destroying(trained, first).destroy();

    assertThat(done.left()).containsExactly("shards/01 (a link)", "shards/02/notes.txt");
    assertThat(new Store(moved).content()).isEqualTo(linked).isNotEmpty();
    assertThat(new Store(trained).content().keySet())
        .containsExactly("", "shards", "shards/01", "shards/02", "shards/02/notes.txt");
    assertThat(Sharded.destroying(trained, first).destroy()).isEqualTo(done);
  }

  /** Keys and the merged weights are gone, an adapter that met a record lies behind a link. */
  @Test
  void destroy_ofWeightsBehindALink_isRefused_untilTheyAreBack() throws IOException {
    assertThatThrownBy(() -> Sharded.destroying(trained, first, StopAt.asking(3)).destroy())
        .isInstanceOf(Interrupted.class);
    Path moved = store.folder().resolve("moved");
    Files.move(trained.resolve("shards/01"), moved);
    Files.createSymbolicLink(trained.resolve("shards/01"), moved);
    Map<String, ByteBuffer> linked = new Store(moved).content();

    assertThatThrownBy(() -> Sharded.destroying(trained, first).destroy())
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("shards/01/adapter/adapter_model.safetensors");
    assertThat(new Store(moved).content()).isEqualTo(linked);
    assertThat(first.resolve(Intent.FILE)).exists();
    Files.delete(trained.resolve("shards/01"));
    Files.move(moved, trained.resolve("shards/01"));
    Destroyed.Done done = Sharded.destroying(trained, first).destroy();
    assertThat(done.superseded().all(Superseded.Fate.DELETED))
        .hasSameSizeAs(done.superseded().files());
    assertThat(trained).doesNotExist();
  }

  @Test
  void destroy_whatKilledWritesLeft_goesToo() throws IOException {
    for (String unfinished :
        List.of(
            "shards/00/run/.step-00000005.json.7-1.part",
            "shards/01/adapter.new/adapter_model.safetensors",
            "shards/02.new/run/examples.key",
            "model.new/model.safetensors",
            ".model.new.7-1.part/model.safetensors")) {
      Sharded.put(trained.resolve(unfinished), "half");
    }
    Superseded listed = Sharded.destroying(trained, first).list();

    assertThat(names(listed, Superseded.Kind.UNFINISHED)).hasSize(5);
    Sharded.destroying(trained, first).destroy();
    assertThat(trained).doesNotExist();
  }

  /** In the other order than they were made: the last that is left is still known. */
  @Test
  void destroy_anEarlierTraining_afterTheOneBetween() {
    Sharded.destroying(first, second).destroy();
    Destroyed.Done done = Sharded.destroying(trained, second).destroy();

    assertThat(done.superseded().firstMet())
        .isEqualTo(Map.of("shards/00/run", 1, "shards/01/run", 4, "shards/02/run", 1));
    assertThat(trained).doesNotExist();
    assertThat(Destroyed.beside(second).destructions()).hasSize(2);
  }

  @Test
  void holdings_ofWhatIsLeft_tellWhatIsGone() {
    assertThat(gone(trained)).isEmpty();
    assertThat(gone(first)).isEqualTo(TWO);
    List<String> more = new ArrayList<>(TWO);
    IntStream.rangeClosed(21, 30).forEach(i -> more.add("letters.jsonl#" + i));
    assertThat(gone(second)).isEqualTo(more);
  }

  private static List<String> gone(Path of) {
    Path model = of.resolve("model");
    ShardSet shards = ShardSet.beside(model).orElseThrow();
    return Holdings.of(model, shards, sharded.letters()).gone(sharded.letters());
  }
}
