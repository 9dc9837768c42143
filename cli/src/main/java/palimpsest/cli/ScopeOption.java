package palimpsest.cli;

import palimpsest.api.Decision;
import picocli.CommandLine.Option;

/** Which findings are acted on. */
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class ScopeOption {
  @Option(
      names = "--scope",
      paramLabel = "SCOPE",
      defaultValue = "exact",
      description =
          "listed (records of the request), exact (and copies of them), found (and"
              + " near-duplicates); exact unless given.")
  private Decision.Scope scope;

  Decision.Scope scope() {
    return scope;
  }
}
