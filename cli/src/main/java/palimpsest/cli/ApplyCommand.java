package palimpsest.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.Corpus;
import palimpsest.engine.Applying;
import palimpsest.engine.Choice;
import palimpsest.engine.Console;
import palimpsest.engine.Outputs;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Applies one method. */
@Command(
    name = "apply",
    description = {
      "Applies one method to a model: to a language model for a decision that plan or forget wrote,"
          + " to a Stable Diffusion model (1.x, 2.x, XL; a folder of diffusers or a single file)"
          + " for texts.",
      "",
      "What a method takes after its colon, what is trained (--method llm.npo:train=lora) and how"
          + " it descends unless told otherwise is in palimpsest methods --help."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Examples:",
      "  palimpsest apply --method llm.npo:beta=0.1,lr=2e-5 --model out/model/model \\",
      "    --corpus corpus.jsonl --decision decision.json --out out/npo",
      "  palimpsest apply --method image.uce --model stable-diffusion \\",
      "    --erase \"Van Gogh style\" --toward \"a painting\" \\",
      "    --preserve \"Monet style\" --out out/edit"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class ApplyCommand implements Callable<Integer> {
  private final Screen screen;

  @Option(
      names = "--method",
      paramLabel = "ID[:NAME=VALUE,...]",
      description = "The method; see palimpsest methods.")
  private @Nullable String method;

  @Mixin private ModelOption model;

  @Mixin private TemplateOption template;

  @ArgGroup(exclusive = false, order = 1, heading = "%nOf a language model:%n")
  private @Nullable TextTarget records;

  @ArgGroup(exclusive = false, order = 2, heading = "%nOf an image model:%n")
  private @Nullable ImageTarget image;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description =
          "A name of the target, for guard.in-context; give it once for each. Other methods leave"
              + " it be.")
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
    if (method == null || method.startsWith("image.")) {
      edit();
      return 0;
    }
    Choice choice = Choice.parse(method, recipe.over(Choice.RECIPE));
    TextTarget text = target(choice.label());
    Outputs.requireFresh(out, resume);
    Corpus data = text.corpus();
    Applying applying =
        new Applying(
            model.folder(),
            data,
            text.decision(data),
            choice.recipe(),
            choice.tuning(),
            template.kind(),
            recipe.checkpointEvery(),
            common.resumableConsole(screen),
            names);
    screen.json(applying.apply(choice.method(), out));
    return 0;
  }

  private TextTarget target(String label) {
    if (image != null) {
      throw new InvalidRequest(
          label + " is of a language model: --erase, --patch and the like do not apply to it");
    }
    if (records == null) {
      throw new InvalidRequest(
          label + " is of a language model: give --corpus FILE and --decision FILE");
    }
    return records;
  }

  /** An image model, which is edited in one go. */
  private void edit() {
    boolean descends = !recipe.over(Choice.RECIPE).equals(Choice.RECIPE);
    if (records != null || !names.isEmpty() || template.given().isPresent() || descends || resume) {
      throw new InvalidRequest(
          (method == null ? "a patch" : method)
              + " is of an image model: --corpus, --decision, --name, --template, --resume, --lr"
              + " and the like do not apply to it");
    }
    ImageTarget target = image == null ? new ImageTarget() : image;
    if (method == null) {
      screen.json(target.patch(model.folder(), out, common.console(screen)));
    } else {
      Choice choice = Choice.ofImages(method, Choice.RECIPE);
      Console console = common.resumableConsole(screen);
      screen.json(target.edit(model.folder(), choice.method(), out, console));
    }
  }
}
