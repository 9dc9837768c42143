package palimpsest.engine;

import java.nio.file.Path;
import java.util.List;
import palimpsest.api.Objective;
import palimpsest.api.Recipe;
import palimpsest.api.Release;

/** A process that trains or forgets, always the same, to be killed at any moment. */
public final class Victim {
  private Victim() {}

  /**
   * Begins or goes on.
   *
   * @param args {@code train} or {@code forget}, the folder of the corpus, the folder of results
   */
  public static void main(String[] args) {
    Path home = Path.of(args[1]);
    Path out = Path.of(args[2]);
    if (args[0].equals("train")) {
      Letters.brief(out).fromScratch(Letters.corpus(home), Letters.SMALL);
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
}
