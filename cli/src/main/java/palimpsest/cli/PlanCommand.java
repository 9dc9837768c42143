package palimpsest.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import palimpsest.api.Finding;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Plan;
import palimpsest.api.Recipe;
import palimpsest.api.Request;
import palimpsest.discovery.Corpus;
import palimpsest.discovery.FindOptions;
import palimpsest.discovery.FindingsFile;
import palimpsest.discovery.Requests;
import palimpsest.engine.Choice;
import palimpsest.engine.Decisions;
import palimpsest.engine.Forgetting;
import palimpsest.engine.Planning;
import palimpsest.engine.Searching;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Plans what could be done. */
@Command(
    name = "plan",
    description = {
      "Says which methods fit a request, what each can promise and not show, and why the"
          + " others do not fit.",
      "",
      "With --by and --reason it also writes a person's decision, for apply."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Example:",
      "  palimpsest plan request.json --corpus corpus.jsonl --model out/model/model"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class PlanCommand implements Callable<Integer> {
  private final Screen screen;

  @Parameters(index = "0", paramLabel = "REQUEST.json", description = "The request.")
  private Path request;

  @Option(
      names = "--findings",
      paramLabel = "FILE",
      description = "What find wrote; without it the corpus is searched.")
  private @Nullable Path findings;

  @Option(
      names = "--corpus",
      paramLabel = "FILE",
      arity = "1..*",
      description = "Files that the model was trained on.")
  private @Nullable List<Path> corpus;

  @Mixin private ModelOption model;

  @Mixin private ScopeOption scope;

  @Mixin private RecipeOptions recipe;

  @Option(
      names = "--decision",
      paramLabel = "FILE",
      description = "Write the decision to a new file; wants --corpus, --by, --reason.")
  private @Nullable Path decision;

  @Option(names = "--by", paramLabel = "NAME", description = "Who decides.")
  private @Nullable String by;

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why this scope.")
  private @Nullable String reason;

  @Option(names = "--json", description = "Print the plan as JSON.")
  private boolean json;

  @Mixin private Common common;

  PlanCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    Recipe how = recipe.over(Choice.RECIPE);
    Request asked = Requests.read(request);
    Optional<Corpus> data = Optional.ofNullable(corpus).map(Corpus::read);
    List<Finding> found = found(asked, data);
    Planning planning = new Planning(asked, model.folder(), found, data, how);
    Plan plan = planning.plan(scope.scope());
    if (decision != null) {
      decide(decision, found, data);
    }
    if (json) {
      screen.json(plan);
    } else {
      new PlanTable(screen)
          .print(plan, planning.records(scope.scope()), planning.nothing(scope.scope()));
    }
    return 0;
  }

  private List<Finding> found(Request asked, Optional<Corpus> data) {
    if (findings != null) {
      return FindingsFile.read(findings);
    }
    Corpus all =
        data.orElseThrow(
            () -> new InvalidRequest("nothing to plan on: give --findings or --corpus"));
    return Searching.search(asked, all, FindOptions.defaults(), common.console(screen));
  }

  private void decide(Path file, List<Finding> found, Optional<Corpus> data) {
    if (by == null || reason == null || data.isEmpty()) {
      throw new InvalidRequest("a decision is a person's: give --by, --reason and --corpus");
    }
    Decisions.write(file, new Forgetting.Scope(scope.scope(), by, reason), found, data.get());
  }
}
