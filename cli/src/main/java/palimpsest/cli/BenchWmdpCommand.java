package palimpsest.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import palimpsest.api.InvalidRequest;
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
  private static final String USUAL_SUBJECT = "cybersecurity";

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
      description =
          "Ask with the options, for a letter, in the words of lm-evaluation-harness; without it"
              + " for the answer's text.")
  private boolean letters;

  @Option(
      names = "--subject",
      paramLabel = "TEXT",
      description =
          "With --letters: what the prompt says questions are about, where a row has no"
              + " \"subject\"; "
              + USUAL_SUBJECT
              + " unless given.")
  private @Nullable String subject;

  @Mixin private WordsOption words;

  @Mixin private GridOptions grid;

  @Mixin private Common common;

  BenchWmdpCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    if (letters) {
      grid.raw();
    } else if (subject != null) {
      throw new InvalidRequest("--subject is for the prompt of --letters: give both or neither");
    }
    grid.check();
    Optional<String> asked =
        letters ? Optional.of(subject == null ? USUAL_SUBJECT : subject) : Optional.empty();
    screen.line(
        grid.run(
                Wmdp.read(forget, retain, grid.out(), words.words(), asked),
                common.resumableConsole(screen))
            .toString());
    return 0;
  }
}
