package palimpsest.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import palimpsest.engine.meta.Knowledge;
import palimpsest.engine.meta.MetaBench;
import palimpsest.engine.meta.MetaSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Judges the metrics on models that know and models that do not. */
@Command(
    name = "metrics",
    description = {
      "Judges the metrics themselves, as OpenUnlearning does (arXiv 2506.12618). On the"
          + " quickstart's invented world it trains small models with the records to forget and"
          + " others without, applies unlearning methods to some of the former, trains the results"
          + " on the forgotten records again, and rounds them to 4 bits. Says of each metric how"
          + " well it tells models that know from models that do not (faithfulness), and how"
          + " little the others upset it (robustness). Writes the table as .md, .csv and .json.",
      "",
      "What was interrupted goes on when run again; --seeds and --unlearned may then be larger."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {"", "Example:", "  palimpsest bench metrics --out out/metrics --seeds 5"})
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class BenchMetricsCommand implements Callable<Integer> {
  private final Screen screen;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Where to; a folder with an unfinished run is gone on with.")
  private Path out;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "Models with the records, and as many without, at least 2; ${DEFAULT-VALUE} unless"
              + " given.")
  private int seeds;

  @Option(
      names = "--unlearned",
      paramLabel = "N",
      defaultValue = "2",
      description = "Models that each method is applied to; ${DEFAULT-VALUE} unless given.")
  private int unlearned;

  @Option(
      names = "--method",
      paramLabel = "ID[:NAME=VALUE,...]",
      description =
          "An approximate method; several may be given, also one with several parameters."
              + " llm.grad-diff, llm.npo and llm.refusal unless given.")
  private @Nullable List<String> methods;

  @Option(
      names = "--floor",
      paramLabel = "X",
      defaultValue = "0.8",
      description =
          "Least utility of an unlearned model, in parts of the original's; ${DEFAULT-VALUE}"
              + " unless given.")
  private double floor;

  @Option(
      names = "--relearn-lr",
      paramLabel = "X",
      defaultValue = "" + MetaSettings.RELEARN_RATE,
      description = "Learning rate of the relearning; ${DEFAULT-VALUE} unless given.")
  private double relearnRate;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "7",
      description = "Of the world and the first model; ${DEFAULT-VALUE} unless given.")
  private long seed;

  @Mixin private Common common;

  BenchMetricsCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    MetaSettings settings =
        MetaSettings.small(seed, seeds, unlearned)
            .with(methods == null ? MetaSettings.SPECS : methods, floor, relearnRate);
    MetaBench.requireOurs(out);
    Knowledge world = Knowledge.world(out.resolve("world"), seed);
    MetaBench bench = new MetaBench(world, settings, out, common.resumableConsole(screen));
    screen.line(bench.run().toString());
    return 0;
  }
}
