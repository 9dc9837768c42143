package palimpsest.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The model that a command works on. */
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class ModelOption {
  @Option(
      names = "--model",
      paramLabel = "DIR",
      required = true,
      description = "Folder of the model: config.json, *.safetensors, tokenizer.json.")
  private Path folder;

  Path folder() {
    return folder;
  }
}
