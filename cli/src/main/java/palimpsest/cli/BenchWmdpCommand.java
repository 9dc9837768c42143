package palimpsest.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import palimpsest.engine.bench.Wmdp;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** WMDP. */
@Command(
    name = "wmdp",
    description =
        "The grid of bench tofu on WMDP: multiple-choice questions, and texts if there are any, of"
            + " what is to go and of what is to stay. Hyper-parameters are chosen on a fifth of the"
            + " questions.",
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Example:",
      "  palimpsest bench wmdp --forget cyber.jsonl --retain mmlu.jsonl --out out/wmdp"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class BenchWmdpCommand implements Callable<Integer> {
  private final Screen screen;

  @Option(
      names = "--forget",
      paramLabel = "FILE",
      arity = "1..*",
      required = true,
      description = "Rows {question, choices, answer: index} or {text}.")
  private List<Path> forget;

  @Option(
      names = "--retain",
      paramLabel = "FILE",
      arity = "1..*",
      required = true,
      description = "The same of what is to stay.")
  private List<Path> retain;

  @Option(
      names = "--letters",
      description = "Ask with the options, for a letter; without it for the answer's text.")
  private boolean letters;

  @Mixin private WordsOption words;

  @Mixin private GridOptions grid;

  @Mixin private Common common;

  BenchWmdpCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    grid.check();
    screen.line(
        grid.run(
                Wmdp.read(forget, retain, grid.out(), words.words(), letters),
                common.resumableConsole(screen))
            .toString());
    return 0;
  }
}
