package palimpsest.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import palimpsest.discovery.Corpus;
import palimpsest.engine.Outputs;
import palimpsest.engine.Scoring;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Scores records token by token. */
@Command(
    name = "score",
    description = {
      "Writes the log-probability of every answer token as JSON lines: id, tokens,"
          + " log_probs, sum, mean; natural logarithms, the end token included."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Example:",
      "  palimpsest score --model out/model/model --data forget.jsonl \\",
      "    --out scores.jsonl"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class ScoreCommand implements Callable<Integer> {
  private final Screen screen;

  @Mixin private ModelOption model;

  @Mixin private TemplateOption template;

  @Option(
      names = "--data",
      paramLabel = "FILE",
      arity = "1..*",
      required = true,
      description = "Records to score.")
  private List<Path> data;

  @Option(names = "--out", paramLabel = "FILE", required = true, description = "A new file.")
  private Path out;

  @Mixin private Common common;

  ScoreCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    Outputs.requireNew(out);
    new Scoring(model.folder(), template.kind(), common.console(screen))
        .score(Corpus.read(data), out);
    screen.line(out.toString());
    return 0;
  }
}
