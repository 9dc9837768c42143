package palimpsest.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import palimpsest.engine.image.Patching;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Takes an edit of an image model back. */
@Command(
    name = "revert",
    description = {
      "Takes an edit of an image model back, to the last bit of every weight.",
      "",
      "The edited model and the patch stay as they are. A patch that is not of this model is"
          + " refused (exit code 2), a damaged one too (4); the digest of what is written is"
          + " checked before it gets its name. Several edits are taken back in the reverse of their"
          + " order."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Example:",
      "  palimpsest revert --model out/edit/model \\",
      "    --patch out/edit/patch.safetensors --out out/original"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class RevertCommand implements Callable<Integer> {
  private final Screen screen;

  @Option(
      names = "--model",
      paramLabel = "PATH",
      required = true,
      description = "The edited model: a folder of diffusers, or a single file.")
  private Path model;

  @Option(
      names = "--patch",
      paramLabel = "FILE",
      required = true,
      description = "The patch that apply left beside it.")
  private Path patch;

  @Option(
      names = "--out",
      paramLabel = "PATH",
      required = true,
      description = "Where to; must not be there yet.")
  private Path out;

  @Mixin private Common common;

  RevertCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    screen.json(new Patching(model, patch, common.console(screen)).revert(out));
    return 0;
  }
}
