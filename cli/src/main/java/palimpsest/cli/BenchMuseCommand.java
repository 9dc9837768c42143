package palimpsest.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import palimpsest.engine.bench.Muse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** MUSE. */
@Command(
    name = "muse",
    description =
        "The grid of bench tofu on MUSE: news or books. Verbatim memory, answers about them, privacy"
            + " leakage; hyper-parameters are chosen on a fifth of the questions.",
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Example:",
      "  palimpsest bench muse --data MUSE-News --model llama-news --out out/muse"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class BenchMuseCommand implements Callable<Integer> {
  private final Screen screen;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description =
          "Folder with raw/, verbmem/, knowmem/ and privleak/, each split a file .json, .jsonl or"
              + " .txt.")
  private Path data;

  @Mixin private WordsOption words;

  @Mixin private GridOptions grid;

  @Mixin private Common common;

  BenchMuseCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    grid.raw().check();
    screen.line(
        grid.run(
                Muse.read(data, grid.out(), words.words(), grid.trains()),
                common.resumableConsole(screen))
            .toString());
    return 0;
  }
}
