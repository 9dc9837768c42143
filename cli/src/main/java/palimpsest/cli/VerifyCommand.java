package palimpsest.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.dossier.Verification;
import palimpsest.dossier.Verifier;
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
      "Needs neither the model nor libtorch. Exit code 0 accepted, 4 rejected."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Example:",
      "  palimpsest verify out/quickstart/forget/dossier --key signer.pub.pem"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class VerifyCommand implements Callable<Integer> {
  private final Screen screen;

  @Parameters(index = "0", paramLabel = "DOSSIER", description = "Folder of the dossier.")
  private Path dossier;

  @Option(
      names = "--key",
      paramLabel = "PEM",
      description = "The public key that you hold to be the signer's.")
  private @Nullable Path key;

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
    Verification verification = Verifier.verify(dossier, Optional.ofNullable(key));
    if (json) {
      screen.json(verification);
    } else {
      print(verification);
    }
    if (!verification.accepted()) {
      throw new CorruptArtifact(
          dossier + " is rejected: " + String.join("; ", verification.failures()));
    }
    return 0;
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
    if (verification.accepted()) {
      screen.heading(
          verification.signer() == Verification.Signer.TRUSTED
              ? "accepted: signed by the key that you gave"
              : "accepted: consistent in itself; give --key to check who signed it");
    }
  }
}
