package palimpsest.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import palimpsest.api.Check;
import palimpsest.api.Finding;
import palimpsest.api.Request;
import palimpsest.discovery.FindOptions;
import palimpsest.discovery.FindingsFile;
import palimpsest.discovery.Requests;
import palimpsest.engine.Outputs;
import palimpsest.engine.Searching;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Searches the corpus. */
@Command(
    name = "find",
    description = {
      "Finds where the target of a request stands in the training data: word for"
          + " word, normalised, or as near-duplicates."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Example:",
      "  palimpsest find request.json --corpus corpus.jsonl --out findings.jsonl"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class FindCommand implements Callable<Integer> {
  private final Screen screen;

  @Parameters(index = "0", paramLabel = "REQUEST.json", description = "The request.")
  private Path request;

  @Mixin private CorpusOption corpus;

  @Option(names = "--out", paramLabel = "FILE", description = "Write all findings to a new file.")
  private @Nullable Path out;

  @Option(
      names = "--threshold",
      paramLabel = "X",
      description = "Least score of a near-duplicate, 0.5 to 1; 0.6 unless given.")
  private @Nullable Double threshold;

  @Option(
      names = "--min-words",
      paramLabel = "N",
      description = "Least matched words of a near-duplicate; 6 unless given.")
  private @Nullable Integer minWords;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description = "Most findings shown; ${DEFAULT-VALUE} unless given.")
  private int limit;

  @Option(names = "--json", description = "Print all findings as JSON lines.")
  private boolean json;

  @Mixin private Common common;

  FindCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    Check.atLeast(limit, 0, "limit");
    FindOptions options = options();
    Request asked = Requests.read(request);
    if (out != null) {
      Outputs.requireNew(out);
    }
    List<Finding> findings =
        Searching.search(asked, corpus.read(), options, common.console(screen));
    if (out != null) {
      FindingsFile.write(out, findings);
    }
    if (json) {
      findings.forEach(screen::json);
    } else {
      new FindingsTable(screen).print(findings, limit);
    }
    return 0;
  }

  private FindOptions options() {
    FindOptions usual = FindOptions.defaults();
    return new FindOptions(
        threshold == null ? usual.threshold() : threshold,
        minWords == null ? usual.minWords() : minWords,
        usual.excerptWidth());
  }
}
