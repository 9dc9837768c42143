package palimpsest.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The group of benchmarks. */
@Command(
    name = "bench",
    description = "Runs benchmarks of the field.",
    synopsisSubcommandLabel = "BENCHMARK",
    optionListHeading = "%nOptions:%n",
    commandListHeading = "%nBenchmarks:%n",
    footer = {"", "Example:", "  palimpsest bench --help"})
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class BenchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin Common common;

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "missing the name of a benchmark");
  }
}
