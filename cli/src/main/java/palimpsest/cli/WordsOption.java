package palimpsest.cli;

import palimpsest.api.Check;
import picocli.CommandLine.Option;

/** How texts are cut. */
final class WordsOption {
  @Option(
      names = "--words",
      paramLabel = "N",
      defaultValue = "150",
      description = "Most words of a passage that is read at once; ${DEFAULT-VALUE} unless given.")
  private int words;

  int words() {
    return (int) Check.atLeast(words, 8, "words");
  }
}
