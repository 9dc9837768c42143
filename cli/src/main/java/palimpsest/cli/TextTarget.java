package palimpsest.cli;

import java.nio.file.Path;
import java.util.List;
import palimpsest.api.Decision;
import palimpsest.discovery.Corpus;
import palimpsest.engine.Decisions;
import picocli.CommandLine.Option;

/** What a language model is to forget: records of what it was trained on. */
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class TextTarget {
  @Option(
      names = "--corpus",
      paramLabel = "FILE",
      arity = "1..*",
      required = true,
      description = "Files that the model was trained on.")
  private List<Path> files;

  @Option(
      names = "--decision",
      paramLabel = "FILE",
      required = true,
      description = "Which records to forget.")
  private Path decision;

  Corpus corpus() {
    return Corpus.read(files);
  }

  Decision decision(Corpus corpus) {
    return Decisions.read(decision, corpus);
  }
}
