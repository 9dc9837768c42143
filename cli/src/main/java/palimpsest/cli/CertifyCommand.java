package palimpsest.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import palimpsest.api.InvalidRequest;
import palimpsest.engine.Forgetting;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Seals a forget folder. */
@Command(
    name = "certify",
    description = {
      "Seals the dossier of a forget folder that has none, such as one whose dossier was"
          + " moved away.",
      "",
      "Takes the options that forget was given; stages that are not finished are finished"
          + " first."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Example:",
      "  palimpsest certify request.json --run out/request-12 \\",
      "    --model out/model/model --corpus corpus.jsonl --scope exact \\",
      "    --by \"A. Person\" --reason \"copies included\" \\",
      "    --method exact.retrain --method llm.npo:lr=2e-5"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class CertifyCommand implements Callable<Integer> {
  private final Screen screen;

  @Mixin private ForgetOptions options;

  @Option(
      names = "--run",
      paramLabel = "DIR",
      required = true,
      description = "The folder that forget wrote.")
  private Path run;

  @Mixin private Common common;

  CertifyCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    if (!Files.isRegularFile(run.resolve("job.json"))) {
      throw new InvalidRequest(run + ": not a forget folder; give the --out of palimpsest forget");
    }
    if (Files.exists(run.resolve("dossier"))) {
      throw new InvalidRequest(
          run.resolve("dossier") + " is there already: move it away to seal another");
    }
    Forgetting forgetting = options.forgetting(run, common.resumableConsole(screen));
    forgetting.claim(true, false);
    screen.line(forgetting.run().resolve("index.html").toString());
    return 0;
  }
}
