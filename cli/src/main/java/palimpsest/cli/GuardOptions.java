package palimpsest.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.Corpus;
import palimpsest.engine.Applying;
import palimpsest.engine.Choice;
import palimpsest.engine.Console;
import palimpsest.engine.Decisions;
import palimpsest.engine.Judging;
import palimpsest.torch.text.PromptTemplate;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** A suppression that stands in front of the model, and what it was applied to. */
final class GuardOptions {
  private static final int CHECKPOINT_EVERY = 50;

  @ArgGroup(exclusive = false)
  private @Nullable Given given;

  /** Wanted together. */
  @SuppressWarnings("NullAway.Init") // picocli sets the options
  static final class Given {
    @Option(
        names = "--guard",
        paramLabel = "DIR",
        required = true,
        description =
            "Put in front of the model what apply left here; with --method, --corpus and --decision"
                + " as they were given there, and --seed, --lr and the like as words of --method.")
    private Path out;

    @Option(
        names = "--method",
        paramLabel = "ID[:NAME=VALUE,...]",
        required = true,
        description = "With --guard: the suppression.")
    private String method;

    @Option(
        names = "--corpus",
        paramLabel = "FILE",
        arity = "1..*",
        required = true,
        description = "With --guard: files that the model was trained on.")
    private List<Path> corpus;

    @Option(
        names = "--decision",
        paramLabel = "FILE",
        required = true,
        description = "With --guard: which records to forget.")
    private Path decision;

    @Option(
        names = "--name",
        paramLabel = "NAME",
        description =
            "With --guard: a name of the target, once for each that it was applied with; where forget"
                + " applied it, those of the request.")
    private List<String> names = List.of();
  }

  /**
   * The guard, if one is given.
   *
   * @throws InvalidRequest if the method is none, or was not applied there to these
   */
  Optional<Judging.Guard> guard(Path model, PromptTemplate.Kind template, Console console) {
    if (given == null) {
      return Optional.empty();
    }
    Choice choice = Choice.parse(given.method, Choice.RECIPE);
    if (choice.method().guarantee().isRemoval()) {
      throw new InvalidRequest(
          choice.label() + " changes weights and guards none: give its model as --model");
    }
    Corpus data = Corpus.read(given.corpus);
    Applying applying =
        new Applying(
            model,
            data,
            Decisions.read(given.decision, data),
            choice.recipe(),
            choice.tuning(),
            template,
            CHECKPOINT_EVERY,
            console,
            given.names);
    return Optional.of(new Judging.Guard(applying, choice.method(), given.out));
  }
}
