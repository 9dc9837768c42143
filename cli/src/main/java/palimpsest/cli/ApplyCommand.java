package palimpsest.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import palimpsest.discovery.Corpus;
import palimpsest.engine.Applying;
import palimpsest.engine.Choice;
import palimpsest.engine.Decisions;
import palimpsest.engine.Outputs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Applies one method. */
@Command(
    name = "apply",
    description = {
      "Applies one method to a model, for a decision that plan or forget wrote.",
      "",
      "What a method takes after its colon, what is trained (--method llm.npo:train=lora) and how it"
          + " descends unless told otherwise is in palimpsest methods --help."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Example:",
      "  palimpsest apply --method llm.npo:beta=0.1,lr=2e-5 --model out/model/model \\",
      "    --corpus corpus.jsonl --decision decision.json --out out/npo"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class ApplyCommand implements Callable<Integer> {
  private final Screen screen;

  @Option(
      names = "--method",
      paramLabel = "ID[:NAME=VALUE,...]",
      required = true,
      description = "The method; see palimpsest methods.")
  private String method;

  @Mixin private ModelOption model;

  @Mixin private TemplateOption template;

  @Mixin private CorpusOption corpus;

  @Option(
      names = "--decision",
      paramLabel = "FILE",
      required = true,
      description = "Which records to forget.")
  private Path decision;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description =
          "A name of the target, for guard.in-context; give it once for each. Other methods leave it"
              + " be.")
  private List<String> names = List.of();

  @Option(names = "--out", paramLabel = "DIR", required = true, description = "Where to.")
  private Path out;

  @Mixin private RecipeOptions recipe;

  @Option(names = "--resume", description = "Go on with what was interrupted.")
  private boolean resume;

  @Mixin private Common common;

  ApplyCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    Choice choice = Choice.parse(method, recipe.over(Choice.RECIPE));
    Outputs.requireFresh(out, resume);
    Corpus data = corpus.read();
    Applying applying =
        new Applying(
            model.folder(),
            data,
            Decisions.read(decision, data),
            choice.recipe(),
            choice.tuning(),
            template.kind(),
            recipe.checkpointEvery(),
            common.resumableConsole(screen),
            names);
    screen.json(applying.apply(choice.method(), out));
    return 0;
  }
}
