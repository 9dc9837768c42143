package palimpsest.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import palimpsest.engine.Diagnosis;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Examines the machine. */
@Command(
    name = "doctor",
    description = {
      "Examines this machine: versions, threads, memory, disk, and how fast it multiplies"
          + " matrices.",
      "",
      "Warns of what slows or endangers work, with the fix."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {"", "Example:", "  palimpsest doctor"})
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class DoctorCommand implements Callable<Integer> {
  private final Screen screen;

  @Option(names = "--json", description = "Print the findings as JSON.")
  private boolean json;

  @Mixin Common common;

  DoctorCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    Diagnosis diagnosis = Diagnosis.examine(Path.of("").toAbsolutePath());
    if (json) {
      screen.json(diagnosis);
      return 0;
    }
    diagnosis
        .facts()
        .forEach((name, value) -> screen.line(String.format(Locale.ROOT, "%-18s %s", name, value)));
    diagnosis.warnings().forEach(warning -> Wrapped.print(screen, "warning: ", warning));
    return 0;
  }
}
