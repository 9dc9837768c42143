package palimpsest.cli;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import palimpsest.api.Recipe;
import palimpsest.engine.Choice;
import palimpsest.engine.Forgetting;
import palimpsest.engine.TofuBench;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** TOFU's forget10 on a model trained from scratch. */
@Command(
    name = "tofu",
    description = {
      "Trains a Llama of 5.8 million parameters from scratch on TOFU's full and on retain90,"
          + " forgets forget10 with each method given, measures the whole suite, and writes a"
          + " table, a CSV and a trade-off plot.",
      "",
      "Takes an hour or two of 2 cores; what was interrupted goes on when run again."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {"", "Example:", "  palimpsest bench tofu --data tofu --out out/tofu"})
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class BenchTofuCommand implements Callable<Integer> {
  private final Screen screen;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "Folder with TOFU's files: full.json, forget10_perturbed.json and so on.")
  private Path data;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "out/tofu",
      description = "Where to; ${DEFAULT-VALUE} unless given.")
  private Path out;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "16",
      description = "Epochs of both trainings; ${DEFAULT-VALUE} unless given.")
  private int epochs;

  @Option(
      names = "--method",
      paramLabel = "ID[:NAME=VALUE,...]",
      description = "Methods instead of the default ones; exact.retrain is the reference.")
  private List<String> methods =
      List.of(
          "exact.retrain",
          "llm.ga:lr=1e-4",
          "llm.grad-diff:lr=2e-4",
          "llm.npo:lr=7e-5",
          "guard.memfree:n=10");

  @Mixin private Common common;

  BenchTofuCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    Recipe base = new Recipe(5, 32, 16, 1e-4, 0, Recipe.Decay.LINEAR, 0.01, 1, 1);
    TofuBench bench =
        new TofuBench(
            data,
            out,
            TofuBench.SHAPE,
            TofuBench.RECIPE.withEpochs(epochs),
            methods.stream().map(m -> Choice.parse(m, base)).toList(),
            new Forgetting.Settings(400, 128, 1e-4, TofuBench.CHECKPOINT_EVERY, 1),
            common.resumableConsole(screen),
            Clock.systemUTC());
    screen.line(bench.run().toString());
    return 0;
  }
}
