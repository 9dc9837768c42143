package palimpsest.engine;

import java.nio.file.Path;
import java.util.List;
import palimpsest.api.Decision;
import palimpsest.api.Objective;
import palimpsest.api.Recipe;
import palimpsest.api.Release;
import palimpsest.methods.Tuning;
import palimpsest.methods.exact.Replay;
import palimpsest.torch.text.PromptTemplate;

/** A process that trains, forgets, replays or destroys, always the same. */
public final class Victim {
  /** Lets a while go by before each file, to be killed in. */
  private static final Console SLOW =
      new Console() {
        @Override
        public void say(String line) {}

        @Override
        public Bar bar(String task, long total) {
          return (done, note) -> {};
        }

        @Override
        public boolean interrupted() {
          try {
            Thread.sleep(50);
            return false;
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        }
      };

  private Victim() {}

  /**
   * Begins or goes on.
   *
   * @param args {@code train}, {@code forget}, {@code replay} or {@code destroy}, the folder of the
   *     corpus, the folder of results; a replay is of what {@link #keep} trained, which is
   *     destroyed for it
   */
  public static void main(String[] args) {
    Path home = Path.of(args[1]);
    Path out = Path.of(args[2]);
    if (args[0].equals("train")) {
      Letters.brief(out).fromScratch(Letters.corpus(home), Letters.SMALL);
    } else if (args[0].equals("replay")) {
      replay(home, out);
    } else if (args[0].equals("destroy")) {
      new Destroying(home.resolve("kept"), out, Letters.CLOCK, SLOW).destroy();
    } else {
      Recipe base = new Recipe(4, 2, 2, 1e-4, 0, Recipe.Decay.CONSTANT, 0.01, 1, 3);
      List<Choice> choices =
          List.of(
              Choice.parse("exact.retrain", base),
              Choice.parse("llm.npo", base),
              Choice.parse("guard.memfree:n=3", base));
      Forgetting job =
          Letters.job(
              home,
              home.resolve("training/model"),
              Letters.request(0, Objective.BOTH, Release.HOSTED),
              choices,
              out);
      job.claim(true, false);
      job.run();
    }
  }

  /** Trains what is replayed: of its checkpoints six stay. */
  static void keep(Path home) {
    new Training(
            home.resolve("kept"),
            Letters.BRIEF,
            PromptTemplate.Kind.PLAIN,
            5,
            Keeping.of(6),
            Console.SILENT)
        .fromScratch(Letters.corpus(home), Letters.SMALL);
  }

  static void replay(Path home, Path out) {
    replay(home, home.resolve("kept/model"), out);
  }

  /** Does the training of a model again without a record. */
  static void replay(Path home, Path model, Path out) {
    Decision decision =
        new Decision(
            Decision.Scope.LISTED, "a tester", "to see", List.of("letters.jsonl#4"), List.of());
    new Applying(
            model,
            Letters.corpus(home),
            decision,
            Letters.BRIEF,
            Tuning.USUAL,
            PromptTemplate.Kind.PLAIN,
            5,
            Console.SILENT)
        .apply(Replay.defaults(), out);
  }

  /** The process, not yet started; what it says goes into {@code out} with {@code .log} behind. */
  static ProcessBuilder process(String task, Path home, Path out) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return new ProcessBuilder(
            java,
            "-Xmx512m",
            "-XX:TieredStopAtLevel=1",
            "-Dorg.bytedeco.javacpp.maxBytes=0",
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
            "-Dai.djl.offline=true",
            "-cp",
            path,
            Victim.class.getName(),
            task,
            home.toString(),
            out.toString())
        .redirectErrorStream(true)
        .redirectOutput(out.resolveSibling(out.getFileName() + ".log").toFile());
  }
}
