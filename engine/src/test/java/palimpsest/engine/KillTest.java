package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever the moment at which a process is killed, going on gives what was never interrupted
 * gives.
 *
 * <p>{@code -Dpalimpsest.kills=20} kills each of the four at twenty moments instead of three. The
 * moments are drawn by a seed, but what a process does at them is the machine's.
 */
class KillTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int KILLS = Integer.getInteger("palimpsest.kills", 3);
  private static final long SEED = 17;
  private static final long PATIENCE = TimeUnit.MINUTES.toNanos(5);

  @TempDir static Path home;

  @BeforeAll
  static void write() throws IOException {
    Letters.write(home);
  }

  @Test
  void train_killedAtAnyMoment_endsInTheSameBytes() throws Exception {
    Path whole = home.resolve("whole");
    long millis = finish("train", whole);
    Random random = new Random(SEED);
    for (int i = 0; i < KILLS; i++) {
      Path killed = home.resolve("killed-" + i);
      String moment = kill("train", killed, moment(random, i, millis));
      finish("train", killed);
      assertThat(relative(killed, "start")).as(moment).isEqualTo(relative(whole, "start"));
      assertThat(relative(killed, "model")).as(moment).isEqualTo(relative(whole, "model"));
      requireSame(killed, whole, relative(whole, "start"), moment);
      requireSame(killed, whole, relative(whole, "model"), moment);
      requireSame(killed, whole, List.of("run/ledger.jsonl"), moment);
    }
  }

  @Test
  void forget_killedAtAnyMoment_endsInTheSameBytes() throws Exception {
    Letters.brief(home.resolve("training")).fromScratch(Letters.corpus(home), Letters.SMALL);
    Path whole = home.resolve("forget");
    long millis = finish("forget", whole);
    Random random = new Random(SEED + 1);
    for (int i = 0; i < KILLS; i++) {
      Path killed = home.resolve("forget-" + i);
      String moment = kill("forget", killed, moment(random, i, millis));
      finish("forget", killed);
      requireSame(killed, whole, kept(whole), moment);
      assertThat(kept(killed)).as(moment).isEqualTo(kept(whole));
      for (String label : List.of("exact.retrain", "llm.npo", "guard.memfree")) {
        String applied = "remedies/" + label + "/applied.json";
        assertThat(timeless(killed.resolve(applied)))
            .as(moment)
            .isEqualTo(timeless(whole.resolve(applied)));
      }
      JsonNode one = timeless(killed.resolve("dossier/dossier.json"));
      JsonNode other = timeless(whole.resolve("dossier/dossier.json"));
      assertThat(one.path("dossier")).as(moment).isEqualTo(other.path("dossier"));
      assertThat(one.path("verdicts")).as(moment).isEqualTo(other.path("verdicts"));
    }
  }

  /** The model, the ledger and the checkpoints that a replay is to keep. */
  @Test
  void replay_killedAtAnyMoment_endsInTheSameBytes() throws Exception {
    Victim.keep(home);
    Path whole = home.resolve("replay");
    long millis = finish("replay", whole);
    List<String> files =
        relative(whole, "").stream()
            .filter(f -> !f.endsWith("applied.json") && !f.endsWith("/pace.json"))
            .filter(f -> !f.contains("/examples.")) // under a key of the run's own
            .toList();
    assertThat(files).anyMatch(f -> f.endsWith(".packed")).contains("run/ledger.jsonl");
    Random random = new Random(SEED + 2);
    for (int i = 0; i < KILLS; i++) {
      Path killed = home.resolve("replay-" + i);
      String moment = kill("replay", killed, moment(random, i, millis));
      finish("replay", killed);
      requireSame(killed, whole, files, moment);
    }
  }

  /** The record of what was destroyed is that of one destruction, each file deleted by it. */
  @Test
  void destroy_killedAmidTheFiles_endsInTheSameBytes() throws Exception {
    Path made = home.resolve("made");
    Letters.write(made);
    Victim.keep(made);
    Victim.replay(made, made.resolve("replay"));
    Path at = home.resolve("destroying"); // one path for all: it stands in the record
    Path replay = at.resolve("replay");
    Letters.copy(made, at);
    List<Superseded.Item> files =
        new Destroying(at.resolve("kept"), replay, Letters.CLOCK, Console.SILENT).list().files();
    assertThat(start("destroy", at, replay).waitFor()).as(() -> text(log(replay))).isZero();
    Map<String, ByteBuffer> whole = content(at);
    assertThat(at.resolve("kept")).doesNotExist();
    Random random = new Random(SEED + 3);
    for (int i = 0; i < KILLS; i++) {
      Outputs.delete(at);
      Letters.copy(made, at);
      String last = files.get(random.nextInt(files.size() / 2)).name();
      Process process = start("destroy", at, replay);
      for (long end = System.nanoTime() + PATIENCE; Files.exists(at.resolve("kept/" + last)); ) {
        assertThat(System.nanoTime()).as(() -> text(log(replay))).isLessThan(end);
        process.waitFor(1, TimeUnit.MILLISECONDS);
      }
      process.destroyForcibly().waitFor();
      String moment = "destroy killed after " + last;
      assertThat(replay.resolve(Intent.FILE)).as(moment).exists();
      assertThat(at.resolve("kept").resolve(files.get(files.size() - 1).name())).exists();
      assertThat(start("destroy", at, replay).waitFor()).as(() -> text(log(replay))).isZero();
      assertThat(content(at)).as(moment).isEqualTo(whole);
    }
  }

  private static Map<String, ByteBuffer> content(Path at) throws IOException {
    Map<String, ByteBuffer> all = new Store(at).content();
    assertThat(all.remove("replay.log")).isNotNull();
    return all;
  }

  /** Files of results in which no time stands. */
  private static List<String> kept(Path out) throws IOException {
    return relative(out, "").stream()
        .filter(f -> !f.startsWith("dossier/") && !f.endsWith("applied.json"))
        .filter(f -> !f.contains("/step-") && !f.endsWith(".part") && !f.endsWith("/pace.json"))
        .filter(f -> !f.contains("/examples.")) // under a key of the run's own
        .toList();
  }

  private static List<String> relative(Path out, String folder) throws IOException {
    return Letters.files(out.resolve(folder)).stream()
        .map(f -> out.relativize(f).toString().replace(File.separatorChar, '/'))
        .toList();
  }

  private static void requireSame(Path one, Path other, List<String> files, String moment)
      throws IOException {
    for (String file : files) {
      if (file.endsWith(Manifest.FILE)) {
        assertThat(keyless(one.resolve(file))).as(moment).isEqualTo(keyless(other.resolve(file)));
        continue;
      }
      assertThat(one.resolve(file))
          .as(moment + ", " + file)
          .hasSameBinaryContentAs(other.resolve(file));
    }
  }

  /** A manifest less the digest of a table, which is under a key of the run's own. */
  private static JsonNode keyless(Path file) throws IOException {
    ObjectNode manifest = (ObjectNode) JSON.readTree(file.toFile());
    manifest.remove("table");
    return manifest;
  }

  /** A file's JSON less the times that every process has its own of. */
  private static JsonNode timeless(Path file) throws IOException {
    return strip(JSON.readTree(file.toFile()));
  }

  private static JsonNode strip(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.remove(List.of("seconds", "created"));
    }
    node.forEach(KillTest::strip);
    return node;
  }

  /** One in each of as many equal parts of the time that an uninterrupted process takes. */
  private static long moment(Random random, int i, long millis) {
    return (long) ((i + random.nextDouble()) * millis / KILLS);
  }

  private static String kill(String task, Path out, long millis) throws Exception {
    Process process = start(task, out);
    boolean ended = process.waitFor(millis, TimeUnit.MILLISECONDS);
    process.destroyForcibly().waitFor();
    return task + " killed after " + millis + " ms" + (ended ? ", too late" : "");
  }

  /** Runs to the end; gives the milliseconds that it took. */
  private static long finish(String task, Path out) throws Exception {
    long from = System.nanoTime();
    Process process = start(task, out);
    int status = process.waitFor();
    assertThat(status).as(() -> task + " into " + out + ": " + text(log(out))).isZero();
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);
  }

  private static Process start(String task, Path out) throws IOException {
    return start(task, home, out);
  }

  private static Process start(String task, Path corpus, Path out) throws IOException {
    return Victim.process(task, corpus, out).start();
  }

  private static Path log(Path out) {
    return out.resolveSibling(out.getFileName() + ".log");
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "no log: " + e;
    }
  }
}
