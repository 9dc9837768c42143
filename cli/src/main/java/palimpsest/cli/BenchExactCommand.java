package palimpsest.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import palimpsest.engine.ExactBench;
import palimpsest.engine.ExactPolicy;
import palimpsest.engine.ExactTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What exact removal of TOFU's authors costs under several policies. */
@Command(
    name = "exact",
    description = {
      "Trains a Llama of 2.3 million parameters on TOFU under each of several policies: all data in"
          + " every epoch, slices one after the other with earlier ones rehearsed, most of the"
          + " steps or most of the data on the first slice, and shards. Says what an exact removal"
          + " of each author takes by the cost model, measures some that span the costs, and asks the models what they kept. Writes"
          + " table.md and found.json of each policy.",
      "",
      "What was interrupted goes on when run again. Policies may run side by side, each in a"
          + " process of its own with the same --out."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {"", "Example:", "  palimpsest bench exact --data tofu --out out/exact --measure 12"})
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class BenchExactCommand implements Callable<Integer> {
  private final Screen screen;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "Folder with TOFU's files: full.json, retain_perturbed.json and so on.")
  private Path data;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Where to; what is there is gone on with.")
  private Path out;

  @Option(
      names = "--policy",
      paramLabel = "NAME",
      split = ",",
      description =
          "shuffled, shuffled-long, rehearsed-short, first-70, risk-last, shards-16; all unless"
              + " given.")
  private @Nullable List<String> policies;

  @Option(
      names = "--measure",
      paramLabel = "N",
      defaultValue = "12",
      description = "Authors that are forgotten and timed; ${DEFAULT-VALUE} unless given.")
  private int measured;

  @Option(
      names = "--base",
      paramLabel = "DIR",
      description =
          "Of shards: the checkpoint under them, which has met none of the data; one of an invented"
              + " world is trained unless given.")
  private @Nullable Path base;

  @Mixin private Common common;

  BenchExactCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    List<ExactPolicy> chosen =
        policies == null ? ExactPolicy.all() : policies.stream().map(ExactPolicy::of).toList();
    ExactBench bench =
        new ExactBench(
            data,
            out,
            ExactBench.Settings.usual(measured, Optional.ofNullable(base)),
            common.resumableConsole(screen));
    bench.require(chosen);
    chosen.forEach(bench::run);
    screen.line(ExactTable.of(out).write(out).toString());
    return 0;
  }
}
