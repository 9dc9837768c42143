package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.Decision;
import palimpsest.api.Example;
import palimpsest.api.Interrupted;
import palimpsest.discovery.Corpus;
import palimpsest.methods.Tuning;
import palimpsest.methods.exact.Replay;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.text.PromptTemplate;
import palimpsest.torch.text.Tokenizer;

/** A training, its replay without two records and that one's without a third, beside each other. */
class DestroyingTest {
  private static final int KEEP = 6;
  private static final List<String> ONE = List.of("letters.jsonl#1", "letters.jsonl#2");
  private static final List<String> OTHER = List.of("letters.jsonl#4");

  @TempDir static Path home;
  private static Corpus corpus;
  private static Path made;

  @TempDir Path folder;
  private Store store;
  private Path trained;
  private Path first;
  private Path second;

  @BeforeAll
  static void make() throws IOException {
    Letters.write(home);
    corpus = Letters.corpus(home);
    made = home.resolve("made");
    new Training(
            made.resolve("trained"),
            Letters.BRIEF,
            PromptTemplate.Kind.PLAIN,
            5,
            Keeping.of(KEEP),
            Console.SILENT)
        .fromScratch(corpus, Letters.SMALL);
    replay(made.resolve("trained"), made.resolve("first"), ONE);
    replay(made.resolve("first"), made.resolve("second"), OTHER);
  }

  @BeforeEach
  void copy() throws IOException {
    fresh("store");
  }

  private void fresh(String name) throws IOException {
    store = new Store(folder.toRealPath().resolve(name));
    Outputs.delete(store.folder());
    Letters.copy(made, store.folder());
    trained = store.folder().resolve("trained");
    first = store.folder().resolve("first");
    second = store.folder().resolve("second");
  }

  static Applying.Applied replay(Path run, Path out, List<String> records) {
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
        .apply(Replay.defaults(), out);
  }

  private static Destroying destroying(Path old, Path replay, Console console) {
    return new Destroying(old, replay, Letters.CLOCK, console);
  }

  private static Destroying destroying(Path old, Path replay) {
    return destroying(old, replay, Console.SILENT);
  }

  private static List<String> names(List<Superseded.Item> items, Superseded.Kind kind) {
    return items.stream()
        .filter(i -> i.kind() == kind)
        .map(Superseded.Item::name)
        .collect(Collectors.toList());
  }

  /** By the ledger's text: the two records stand at places 0 and 1. */
  private static int firstMet(Path run) throws IOException {
    for (String line : Files.readAllLines(run.resolve("run/ledger.jsonl"))) {
      Matcher parts = Pattern.compile("\"step\":(\\d+),.*\"parts\":(.*),\"beside\"").matcher(line);
      if (parts.find() && parts.group(2).matches(".*[\\[,][01][],].*")) {
        return Integer.parseInt(parts.group(1));
      }
    }
    throw new IllegalStateException("met in no step");
  }

  private static List<String> states(Path run, int from, int below) throws IOException {
    return Letters.files(run.resolve("run")).stream()
        .map(f -> "run/" + f.getFileName())
        .filter(n -> n.startsWith("run/step-"))
        .filter(n -> Integer.parseInt(n.substring(9, 17)) >= from)
        .filter(n -> Integer.parseInt(n.substring(9, 17)) < below)
        .toList();
  }

  @Test
  void list_tellsEveryFileAndWhy_andChangesNothing() throws IOException {
    Map<String, ByteBuffer> before = store.content();
    Superseded listed = destroying(trained, first).list();

    int met = firstMet(trained);
    assertThat(listed.firstMet()).isEqualTo(Map.of("run", met));
    assertThat(names(listed.files(), Superseded.Kind.MET))
        .isNotEmpty()
        .containsExactlyElementsOf(states(trained, met, 1000));
    assertThat(names(listed.files(), Superseded.Kind.UNMET))
        .isNotEmpty()
        .containsExactlyElementsOf(states(trained, 0, met));
    assertThat(listed.files().get(0).name()).isEqualTo("run/examples.key");
    assertThat(listed.files().get(1).name()).isEqualTo("model/model.safetensors");
    assertThat(listed.files().stream().map(f -> trained.resolve(f.name())))
        .containsExactlyInAnyOrderElementsOf(Letters.files(trained));
    assertThat(Superseded.bytes(listed.files()))
        .isEqualTo(Letters.files(trained).stream().mapToLong(f -> f.toFile().length()).sum());
    assertThat(store.content()).isEqualTo(before);
  }

  @Test
  void destroy_leavesNothingOfTheTraining_andTheReplayAsItWas() throws IOException {
    Map<String, ByteBuffer> before = new Store(first).content();
    int files = Letters.files(trained).size();
    Destroyed.Done done = destroying(trained, first).destroy();

    assertThat(trained).doesNotExist();
    assertThat(done.left()).isEmpty();
    assertThat(done.superseded().all(Superseded.Fate.DELETED)).hasSize(files);
    Map<String, ByteBuffer> after = new Store(first).content();
    assertThat(after.remove("destroyed.json")).isNotNull();
    assertThat(after).isEqualTo(before);
    try (TextModel model = TextModel.read(first.resolve("model"), PromptTemplate.Kind.PLAIN)) {
      assertThat(model.trace(corpus.examples().subList(0, 1))).hasSize(1);
    }
    assertThat(replay(first, folder.resolve("again"), OTHER).after())
        .isEqualTo(Manifest.beside(second.resolve("model")).orElseThrow().weights());
    byte[] record = Files.readAllBytes(first.resolve("destroyed.json"));
    Clock later = Clock.offset(Letters.CLOCK, Duration.ofDays(1));
    assertThat(new Destroying(trained, first, later, Console.SILENT).destroy()).isEqualTo(done);
    assertThat(first.resolve("destroyed.json")).hasBinaryContent(record);
  }

  /** After both replays' destructions, of all three records. */
  @Test
  void store_afterwards_holdsNothingForgotten() throws IOException {
    List<Example> forgotten =
        corpus.examples().stream()
            .filter(e -> ONE.contains(e.id()) || OTHER.contains(e.id()))
            .toList();
    assertThat(forgotten).hasSize(3);
    List<String> saw = new ArrayList<>();
    try (Tokenizer tokenizer = Tokenizer.load(second.resolve("model"))) {
      List<Path> unfinished =
          List.of(
              trained.resolve("model.new"),
              trained.resolve("start.new"),
              first.resolve(".model.new.7-1.part"));
      Store.plant(forgotten, tokenizer, unfinished);
      assertThat(store.holding(forgotten, tokenizer))
          .hasSize(18) // three records, six forms
          .allMatch(name -> name.matches("(trained|first)/.*"));
      saw.addAll(digests(destroying(trained, first).destroy()));
      saw.addAll(digests(destroying(first, second).destroy()));
      assertThat(store.holding(forgotten, tokenizer)).isEmpty();
    }
    assertThat(Store.digests(store.folder())).isNotEmpty().doesNotContainAnyElementsOf(saw);
    assertThat(Store.digests(made)).containsAll(saw); // they were there
    assertThat(Letters.files(first).stream().map(f -> first.relativize(f).toString()))
        .containsExactly("applied.json", "destroyed.json");
  }

  private static List<String> digests(Destroyed.Done done) {
    Set<Superseded.Kind> kinds =
        Set.of(Superseded.Kind.KEY, Superseded.Kind.WEIGHTS, Superseded.Kind.MET);
    return done.superseded().files().stream()
        .filter(f -> kinds.contains(f.kind()))
        .map(Superseded.Item::sha256)
        .toList();
  }

  @Test
  void destroy_killedBeforeAnyStep_endsInTheSame() throws IOException {
    int files = Letters.files(trained).size();
    destroying(trained, first).destroy();
    Map<String, ByteBuffer> whole = store.content();
    boolean killed = true;
    int moments = 0;
    for (; killed; moments++) {
      fresh("store");
      killed = kill(moments);
      if (killed) {
        requireIntent(files - moments);
      }
      destroying(trained, first).destroy();
      assertThat(store.content()).as("killed at moment " + moments).isEqualTo(whole);
    }
    assertThat(moments).isGreaterThan(files + 4); // the folders, the record, the intent
  }

  private boolean kill(int moment) {
    try {
      destroying(trained, first, StopAt.killing(moment)).destroy();
      return false;
    } catch (StopAt.Killed e) {
      return true;
    }
  }

  /** The intent is there; files are gone in its order, the key first. */
  private void requireIntent(int filesLeft) throws IOException {
    assertThat(first.resolve(Intent.FILE)).exists();
    List<Path> left = Files.exists(trained) ? Letters.files(trained) : List.of();
    assertThat(left).hasSize(Math.max(0, filesLeft));
    assertThat(destroying(trained, first).list().all(Superseded.Fate.LISTED)).hasSameSizeAs(left);
    assertThat(destroying(trained, first).done()).isEmpty();
    Superseded intent = JsonFiles.read(first.resolve(Intent.FILE), Superseded.class);
    List<Superseded.Item> all = intent.files();
    assertThat(left)
        .containsExactlyInAnyOrderElementsOf(
            all.subList(all.size() - left.size(), all.size()).stream()
                .map(f -> trained.resolve(f.name()))
                .toList());
  }

  @Test
  void destroy_stopped_saysSoAndGoesOn() {
    assertThatThrownBy(() -> destroying(trained, first, StopAt.asking(0)).destroy())
        .isInstanceOf(Interrupted.class)
        .hasMessageContaining("do it again");
    assertThat(first.resolve(Intent.FILE)).exists();
    destroying(trained, first).destroy();
    assertThat(trained).doesNotExist();
  }

  @Test
  void destroy_whatKilledWritesLeft_goesToo() throws IOException {
    Files.write(trained.resolve("run/.step-00000005.json.7-1.part"), new byte[] {1});
    for (String unfinished : List.of("model.new", ".model.new.7-1.part")) {
      Files.createDirectory(trained.resolve(unfinished));
      Files.write(trained.resolve(unfinished).resolve("model.safetensors"), new byte[] {1});
    }
    Superseded listed = destroying(trained, first).list();

    assertThat(names(listed.files(), Superseded.Kind.UNFINISHED)).hasSize(3);
    destroying(trained, first).destroy();
    assertThat(trained).doesNotExist();
  }

  /** In the other order than they were made: the last training that is left is still known. */
  @Test
  void destroy_anEarlierTraining_afterTheReplayBetween() {
    destroying(first, second).destroy();
    destroying(trained, second).destroy();

    assertThat(trained).doesNotExist();
    assertThat(Destroyed.beside(second).destructions()).hasSize(2);
  }
}
