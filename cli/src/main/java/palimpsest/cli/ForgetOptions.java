package palimpsest.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import palimpsest.api.Check;
import palimpsest.api.Recipe;
import palimpsest.api.Request;
import palimpsest.discovery.Corpus;
import palimpsest.discovery.Requests;
import palimpsest.dossier.SigningKeys;
import palimpsest.engine.Choice;
import palimpsest.engine.Console;
import palimpsest.engine.Forgetting;
import palimpsest.engine.Planning;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What makes up a job of forgetting. */
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class ForgetOptions {
  @Parameters(index = "0", paramLabel = "REQUEST.json", description = "The request.")
  private Path request;

  @Mixin private ModelOption model;

  @Mixin private TemplateOption template;

  @Mixin private CorpusOption corpus;

  @Mixin private ScopeOption scope;

  @Option(
      names = "--by",
      paramLabel = "NAME",
      required = true,
      description = "Who decides on the scope.")
  private String by;

  @Option(names = "--reason", paramLabel = "TEXT", required = true, description = "Why this scope.")
  private String reason;

  @Option(
      names = "--method",
      paramLabel = "ID[:NAME=VALUE,...]",
      required = true,
      description = "A method to apply; may be repeated. See palimpsest methods.")
  private List<String> methods;

  @Mixin private SplitOptions splits;

  @Mixin private RecipeOptions recipe;

  @Option(
      names = "--retain-limit",
      paramLabel = "N",
      defaultValue = "400",
      description = "Most kept records that are judged; ${DEFAULT-VALUE} unless given.")
  private int retainLimit;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      defaultValue = "200",
      description = "Most tokens of an answer; ${DEFAULT-VALUE} unless given.")
  private int maxNewTokens;

  @Option(
      names = "--relearn-lr",
      paramLabel = "X",
      defaultValue = "1e-5",
      description = "Learning rate of relearning attacks; ${DEFAULT-VALUE} unless given.")
  private double relearnRate;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description =
          "Your signing key, made if it is not there; unless given, signing-key.pem in"
              + " ~/.config/palimpsest.")
  private @Nullable Path key;

  /** The job, checked as far as it can be before any work. */
  Forgetting forgetting(Path out, Console console) {
    Recipe how = recipe.over(Choice.RECIPE);
    Forgetting.Settings settings = settings(how);
    List<Choice> choices = methods.stream().map(text -> Choice.parse(text, how)).toList();
    Check.notBlank(by, "--by");
    Check.notBlank(reason, "--reason");
    Request asked = Requests.read(request);
    Planning.requireFit(asked, model.folder(), choices);
    Corpus data = corpus.read();
    Path signing = key == null ? ownKey() : key;
    SigningKeys.loadOrCreate(signing).warnings().forEach(console::say);
    return new Forgetting(
        asked,
        model.folder(),
        data,
        splits.given(),
        new Forgetting.Scope(scope.scope(), by, reason),
        choices,
        template.kind(),
        settings,
        signing,
        out,
        console,
        Clock.systemUTC());
  }

  private Forgetting.Settings settings(Recipe how) {
    Check.positive(relearnRate, "relearn-lr");
    return new Forgetting.Settings(
        (int) Check.atLeast(retainLimit, 1, "retain-limit"),
        (int) Check.atLeast(maxNewTokens, 1, "max-new-tokens"),
        relearnRate,
        recipe.checkpointEvery(),
        how.seed());
  }

  /** The key of the person at this machine: one for all dossiers, so that readers know it again. */
  private static Path ownKey() {
    String set = System.getenv("XDG_CONFIG_HOME");
    Path config =
        set == null || set.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".config")
            : Path.of(set);
    Path folder = config.resolve("palimpsest");
    try {
      return Files.createDirectories(folder).resolve("signing-key.pem");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
