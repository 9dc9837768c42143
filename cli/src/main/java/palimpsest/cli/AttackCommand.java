package palimpsest.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import palimpsest.api.Attack;
import palimpsest.api.Check;
import palimpsest.dossier.Attempt;
import palimpsest.engine.Console;
import palimpsest.engine.Judging;
import palimpsest.metrics.attack.BuiltInAttacks;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Attacks a changed model. */
@Command(
    name = "attack",
    description = {
      "Tries to read the old text in a changed model.",
      "",
      "A failed attack is told as fully as one that succeeds."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Example:",
      "  palimpsest attack --model out/npo/model --original out/model/model \\",
      "    --reference out/retrained/model --forget forget.jsonl"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class AttackCommand implements Callable<Integer> {
  private final Screen screen;

  @Mixin private ModelOption model;

  @Mixin private TemplateOption template;

  @Option(
      names = "--original",
      paramLabel = "DIR",
      required = true,
      description = "The model before the remedy.")
  private Path original;

  @Option(
      names = "--reference",
      paramLabel = "DIR",
      description = "The model retrained without the data.")
  private @Nullable Path reference;

  @Mixin private GuardOptions guard;

  @Option(
      names = "--forget",
      paramLabel = "FILE",
      required = true,
      description = "Records that were to be forgotten.")
  private Path forget;

  @Option(
      names = "--attack",
      paramLabel = "ID",
      arity = "1..*",
      description = "Only these; see palimpsest attacks.")
  private @Nullable List<String> attacks;

  @Option(
      names = "--relearn-lr",
      paramLabel = "X",
      defaultValue = "1e-5",
      description = "Learning rate of relearning attacks; ${DEFAULT-VALUE} unless given.")
  private double relearnRate;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of whatever attacks draw; ${DEFAULT-VALUE} unless given.")
  private long seed;

  @Option(names = "--json", description = "Print what was found as JSON, transcripts included.")
  private boolean json;

  @Mixin private Common common;

  AttackCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    Check.positive(relearnRate, "relearn-lr");
    List<Attack> chosen =
        attacks == null
            ? BuiltInAttacks.all()
            : attacks.stream().map(BuiltInAttacks::byId).toList();
    Console console = common.console(screen);
    Judging judging =
        new Judging(
            model.folder(),
            Optional.ofNullable(reference),
            Optional.of(original),
            SplitOptions.only(forget),
            template.kind(),
            console,
            guard.guard(model.folder(), template.kind(), console));
    List<Attempt> attempts = judging.attack(chosen, relearnRate, seed);
    if (json) {
      screen.json(attempts);
    } else {
      new AttemptTable(screen).print(attempts);
    }
    return 0;
  }
}
