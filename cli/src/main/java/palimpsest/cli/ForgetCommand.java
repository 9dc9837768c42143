package palimpsest.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import palimpsest.engine.Console;
import palimpsest.engine.Forgetting;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A request from finding to dossier. */
@Command(
    name = "forget",
    description = {
      "Does all that a request needs: finds, takes your decision on the scope, plans,"
          + " applies methods, evaluates, attacks, and seals a signed dossier.",
      "",
      "What was interrupted goes on with --resume."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Example:",
      "  palimpsest forget request.json --model out/model/model \\",
      "    --corpus corpus.jsonl --out out/request-12 --scope exact \\",
      "    --by \"A. Person\" --reason \"copies included\" \\",
      "    --method exact.retrain --method llm.npo:lr=2e-5"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class ForgetCommand implements Callable<Integer> {
  private final Screen screen;

  @Mixin private ForgetOptions options;

  @Option(names = "--out", paramLabel = "DIR", required = true, description = "Where to.")
  private Path out;

  @Option(names = "--resume", description = "Go on with what was interrupted.")
  private boolean resume;

  @Option(names = "--force", description = "Clear an earlier forget folder first.")
  private boolean force;

  @Mixin private Common common;

  ForgetCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    Console console = common.resumableConsole(screen);
    Forgetting forgetting = options.forgetting(out, console);
    forgetting.claim(resume, force);
    screen.line(forgetting.run().resolve("index.html").toString());
    return 0;
  }
}
