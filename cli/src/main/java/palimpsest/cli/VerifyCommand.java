package palimpsest.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.Corpus;
import palimpsest.dossier.Verification;
import palimpsest.dossier.Verifier;
import palimpsest.engine.Console;
import palimpsest.engine.Outputs;
import palimpsest.engine.Reexecuting;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Verifies a dossier. */
@Command(
    name = "verify",
    description = {
      "Checks a dossier: digests, signature, chain, verdicts and page are all derived" + " again.",
      "",
      "Needs neither the model nor libtorch. Exit code 0 accepted, 4 rejected.",
      "",
      "With --replay also does the exact removals again, from the data and the model with the ledger"
          + " of its training, and compares the digests of the weights. Exit code 7 where that"
          + " cannot be done on this machine."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Example:",
      "  palimpsest verify out/quickstart/forget/dossier --key signer.pub.pem",
      "  palimpsest verify dossier --replay out/check --model out/model/model \\",
      "    --corpus corpus.jsonl"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class VerifyCommand implements Callable<Integer> {
  private static final int NOT_CONFIRMED = 7;

  private final Screen screen;

  @Parameters(index = "0", paramLabel = "DOSSIER", description = "Folder of the dossier.")
  private Path dossier;

  @Option(
      names = "--key",
      paramLabel = "PEM",
      description = "The public key that you hold to be the signer's.")
  private @Nullable Path key;

  @ArgGroup(exclusive = false)
  private @Nullable Again again;

  /** Wanted together. */
  @SuppressWarnings("NullAway.Init") // picocli sets the options
  static final class Again {
    @Option(
        names = "--replay",
        paramLabel = "DIR",
        required = true,
        description = "Do the exact removals again, in this folder of your own.")
    private Path out;

    @Option(
        names = "--model",
        paramLabel = "DIR",
        required = true,
        description = "With --replay: the model before, its ledger in DIR/../run.")
    private Path model;

    @Option(
        names = "--corpus",
        paramLabel = "FILE",
        arity = "1..*",
        required = true,
        description = "With --replay: files that the model was trained on.")
    private List<Path> corpus;

    @Option(
        names = "--trust-checkpoints",
        description =
            "With --replay: go on from the checkpoints there, and not from the first weights.")
    private boolean checkpoints;

    @Option(names = "--resume", description = "With --replay: go on with what was interrupted.")
    private boolean resume;
  }

  @Option(names = "--json", description = "Print the checks as JSON.")
  private boolean json;

  @Mixin Common common;

  VerifyCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    if (!Files.isDirectory(dossier)) {
      throw new InvalidRequest(dossier + ": not a folder; give the folder of a dossier");
    }
    if (again != null) {
      Outputs.requireFresh(again.out, again.resume, "--replay");
    }
    Verification verification = Verifier.verify(dossier, Optional.ofNullable(key));
    if (again != null && verification.accepted()) {
      verification = verification.with(replay(again));
    }
    if (json) {
      screen.json(verification);
    } else {
      print(verification);
    }
    if (!verification.accepted()) {
      throw new CorruptArtifact(
          dossier + " is rejected: " + String.join("; ", verification.failures()));
    }
    String missed = notDone(verification);
    return missed.isEmpty()
        ? 0
        : screen.fail(
            new Failure(NOT_CONFIRMED, dossier + " is not rejected, and not confirmed: " + missed));
  }

  /** What was to be done again and could not be compared, and why; empty where all could be. */
  private static String notDone(Verification verification) {
    return verification.checks().stream()
        .filter(c -> c.name().equals("replay") && c.result() == Verification.Result.NOT_DONE)
        .map(Verification.Step::reason)
        .collect(Collectors.joining("; "));
  }

  private List<Verification.Step> replay(Again how) {
    Corpus corpus = Corpus.read(how.corpus);
    Console console = common.resumableConsole(screen);
    return new Reexecuting(dossier, how.model, corpus, how.out, how.checkpoints, console).run();
  }

  private void print(Verification verification) {
    for (Verification.Step check : verification.checks()) {
      String result =
          switch (check.result()) {
            case PASS -> "pass";
            case FAIL -> "FAIL";
            case NOT_DONE -> "not done";
          };
      Wrapped.print(
          screen, String.format(Locale.ROOT, "%-9s %-10s ", result, check.name()), check.reason());
    }
    if (verification.accepted() && !notDone(verification).isEmpty()) {
      screen.heading("not rejected, and not confirmed: what was done again could not be compared");
    } else if (verification.accepted()) {
      screen.heading(
          verification.signer() == Verification.Signer.TRUSTED
              ? "accepted: signed by the key that you gave"
              : "accepted: consistent in itself; give --key to check who signed it");
    }
  }
}
