package palimpsest.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import palimpsest.engine.bench.Benchmark;
import palimpsest.engine.bench.Tofu;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** TOFU on a model trained from scratch. */
@Command(
    name = "tofu",
    description = {
      "Trains a Llama of 5.8 million parameters on TOFU, and without each forget set once more."
          + " Judges candidates of every method on 4 authors of forget10 and 4 others that are not"
          + " reported, takes of each method the one with the smallest gap among those that keep most of the"
          + " original's utility (--floor), and runs it"
          + " with 3 seeds; the five best on forget05 and forget01 too. Writes table.md, table.csv,"
          + " grid.json and trade-off.svg.",
      "",
      "How long that takes is in docs/benchmarks.md. What was interrupted goes on when run again; a training that was made elsewhere"
          + " may be put into DIR/training, DIR/retrain/forget10 and so on."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {"", "Example:", "  palimpsest bench tofu --data tofu --out out/tofu --processes 2"})
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
      names = "--set",
      paramLabel = "NAME",
      split = ",",
      description = "Forget sets, forget10 first; all three unless given.")
  private @Nullable List<String> sets;

  @Mixin private GridOptions grid;

  @Mixin private Common common;

  BenchTofuCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    grid.check();
    Benchmark tofu = Tofu.read(data);
    screen.line(
        grid.run(sets == null ? tofu : tofu.with(sets), common.resumableConsole(screen))
            .toString());
    return 0;
  }
}
