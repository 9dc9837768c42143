package palimpsest.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import palimpsest.api.Check;
import palimpsest.engine.bench.Lume;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** LUME. */
@Command(
    name = "lume",
    description =
        "The grid of bench tofu on LUME, the data of SemEval-2025 task 4: stories, personal data and"
            + " biographies. Hyper-parameters are chosen on a fifth of the documents.",
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {"", "Example:", "  palimpsest bench lume --data lume --out out/lume --processes 2"})
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class BenchLumeCommand implements Callable<Integer> {
  private final Screen screen;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "Folder with forget.jsonl and retain.jsonl.")
  private Path data;

  @Option(
      names = "--questions",
      paramLabel = "N",
      defaultValue = "400",
      description = "Most questions of forget and of retain; ${DEFAULT-VALUE} unless given.")
  private int questions;

  @Option(
      names = "--holdout",
      paramLabel = "FILE",
      description = "Records of the same form that no model was trained on, for lume.membership.")
  private @Nullable Path holdout;

  @Option(
      names = "--mmlu",
      paramLabel = "FILE",
      arity = "1..*",
      description =
          "Questions {question, choices, answer, subject}, for lume.final-score; asked for a letter"
              + " in the words of lm-evaluation-harness. All prompts are then given as they stand.")
  private List<Path> mmlu = List.of();

  @Mixin private GridOptions grid;

  @Mixin private Common common;

  BenchLumeCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    if (!mmlu.isEmpty()) {
      grid.raw();
    }
    grid.check();
    screen.line(
        grid.run(
                Lume.read(
                    data,
                    (int) Check.atLeast(questions, 5, "questions"),
                    Optional.ofNullable(holdout),
                    mmlu),
                common.resumableConsole(screen))
            .toString());
    return 0;
  }
}
