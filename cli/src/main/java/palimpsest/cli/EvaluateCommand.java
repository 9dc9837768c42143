package palimpsest.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import palimpsest.api.Check;
import palimpsest.engine.Console;
import palimpsest.engine.Judging;
import palimpsest.engine.Outputs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Scores a model. */
@Command(
    name = "evaluate",
    description = {
      "Scores a model with every metric.",
      "",
      "Beside a value stands its 95 %% bootstrap interval over the examples, where it has one. What"
          + " cannot be measured says why: many metrics want the model retrained without the data,"
          + " --reference."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Example:",
      "  palimpsest evaluate --model out/npo/model --forget forget.jsonl \\",
      "    --retain retain.jsonl --reference out/retrained/model"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class EvaluateCommand implements Callable<Integer> {
  private final Screen screen;

  @Mixin private ModelOption model;

  @Mixin private TemplateOption template;

  @Option(
      names = "--forget",
      paramLabel = "FILE",
      required = true,
      description = "Records that were to be forgotten.")
  private Path forget;

  @Mixin private SplitOptions splits;

  @Option(
      names = "--reference",
      paramLabel = "DIR",
      description = "The model retrained without the data.")
  private @Nullable Path reference;

  @Option(names = "--original", paramLabel = "DIR", description = "The model before the remedy.")
  private @Nullable Path original;

  @Mixin private GuardOptions guard;

  @Option(
      names = "--average",
      description = "Of a model in shards: average their logits, not their weights.")
  private boolean average;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      defaultValue = "200",
      description = "Most tokens of an answer; ${DEFAULT-VALUE} unless given.")
  private int maxNewTokens;

  @Option(
      names = "--gradient-norms",
      description = "Also privacy.grad-norm-auc: a backward pass over --forget and --holdout.")
  private boolean gradientNorms;

  @Option(names = "--out", paramLabel = "FILE", description = "Write the scores to a new file.")
  private @Nullable Path out;

  @Option(names = "--json", description = "Print the scores as JSON, explained down to examples.")
  private boolean json;

  @Mixin private Common common;

  EvaluateCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    Check.atLeast(maxNewTokens, 1, "max-new-tokens");
    if (out != null) {
      Outputs.requireNew(out);
    }
    Console console = common.console(screen);
    Judging judging =
        new Judging(
            model.folder(),
            Optional.ofNullable(reference),
            Optional.ofNullable(original),
            splits.suite(forget),
            template.kind(),
            console,
            guard.guard(model.folder(), template.kind(), console),
            average);
    Judging.Judgement judgement = judging.evaluate(maxNewTokens, gradientNorms);
    if (json) {
      screen.json(judgement);
    } else {
      if (average) {
        screen.line("Judged: the mean of the shards' logits, not the merged weights");
      }
      new ScoreTable(screen).print(judgement);
    }
    if (out != null) {
      judgement.write(out);
    }
    return 0;
  }
}
