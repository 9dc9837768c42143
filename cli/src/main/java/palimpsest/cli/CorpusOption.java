package palimpsest.cli;

import java.nio.file.Path;
import java.util.List;
import palimpsest.discovery.Corpus;
import picocli.CommandLine.Option;

/** The data that a model was trained on. */
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class CorpusOption {
  @Option(
      names = "--corpus",
      paramLabel = "FILE",
      arity = "1..*",
      required = true,
      description = "Files that the model was trained on.")
  private List<Path> files;

  Corpus read() {
    return Corpus.read(files);
  }
}
