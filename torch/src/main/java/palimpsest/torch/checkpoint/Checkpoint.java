package palimpsest.torch.checkpoint;

import java.io.Closeable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.InvalidRequest;

/**
 * A Llama model in a folder of the Hugging Face layout.
 *
 * <p>Whoever reads a checkpoint owns its tensors: they outlive every scope, and {@link #close}
 * gives them back. A tied model has no {@code lm_head.weight}.
 *
 * @param config its config.json
 * @param weights its tensors by name, float32 on the CPU, exactly those of {@link
 *     LlamaConfig#tensors} in that order; unmodifiable
 */
public record Checkpoint(LlamaConfig config, Map<String, Tensor> weights) implements Closeable {
  public Checkpoint {
    weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
  }

  /**
   * Reads a folder with config.json and model.safetensors, whole or in shards.
   *
   * @throws InvalidRequest if the folder is not there
   * @throws palimpsest.api.UnsupportedModel if it holds another kind of model
   * @throws palimpsest.api.CorruptArtifact if a tensor is missing, surplus, misshapen or not finite
   */
  public static Checkpoint read(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new InvalidRequest(folder + ": not a folder; give the folder of a checkpoint");
    }
    if (Stream.of("config.json", "model.safetensors")
        .noneMatch(name -> Files.exists(folder.resolve(name)))) {
      String instead =
          Files.exists(folder.resolve("model").resolve("config.json"))
              ? "; did you mean " + folder.resolve("model") + "?"
              : Files.exists(folder.resolve("adapter_config.json"))
                  ? ", but an adapter: give the model that it was merged into"
                  : ": give the folder of a checkpoint";
      throw new InvalidRequest(folder + ": no config.json in it" + instead);
    }
    return CheckpointReader.read(folder);
  }

  /**
   * Writes a new folder, whole or not at all.
   *
   * @param folder where; must not be there yet
   * @param config its dtype is the one in which the weights are stored
   * @param weights exactly those of {@link LlamaConfig#tensors}
   * @param tokenizer a folder whose tokenizer files and generation_config.json are copied
   * @throws InvalidRequest if the folder is there or cannot be written
   * @throws palimpsest.api.Diverged if a weight is not finite
   */
  public static void write(
      Path folder, LlamaConfig config, Map<String, Tensor> weights, Optional<Path> tokenizer) {
    CheckpointWriter.write(folder, config, weights, tokenizer);
  }

  /** Whether a file of this name may hold weights, whole or a shard of them. */
  public static boolean isWeights(String name) {
    return name.matches("model(-\\d{5}-of-\\d{5})?\\.safetensors");
  }

  /** Whether a file of this name lies beside weights: configuration, tokenizer, index of shards. */
  public static boolean isBesideWeights(String name) {
    return name.equals("config.json")
        || name.equals("model.safetensors.index.json")
        || CheckpointWriter.TOKENIZER_FILES.contains(name);
  }

  /** Gives the tensors back. */
  @Override
  public void close() {
    weights.values().forEach(Tensor::releaseReference);
  }
}
