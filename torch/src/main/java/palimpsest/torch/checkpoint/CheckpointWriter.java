package palimpsest.torch.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.InvalidRequest;

/** Writes a folder beside its final place and renames it. */
final class CheckpointWriter {
  static final List<String> TOKENIZER_FILES =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "tokenizer.model",
          "vocab.json",
          "merges.txt",
          "chat_template.jinja",
          "chat_template.json",
          "generation_config.json");

  private CheckpointWriter() {}

  static void write(
      Path folder, LlamaConfig config, Map<String, Tensor> weights, Optional<Path> tokenizer) {
    Map<String, Tensor> ordered = ordered(config, weights);
    Path target = folder.toAbsolutePath().normalize();
    Path parent = target.getParent();
    if (parent == null || Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new InvalidRequest(folder + ": is there already; give a new folder");
    }
    Path temporary = AtomicFile.sibling(target);
    try {
      try {
        Files.createDirectory(temporary);
        config.writeTo(temporary.resolve("config.json"));
        Safetensors.write(temporary.resolve("model.safetensors"), ordered, config.dtype());
        if (tokenizer.isPresent()) {
          copyTokenizer(tokenizer.get(), temporary);
        }
        AtomicFile.sync(temporary);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        delete(temporary);
      }
      AtomicFile.sync(parent);
    } catch (IOException e) {
      throw new InvalidRequest(folder + ": cannot be written: " + Words.reason(e), e);
    }
  }

  private static Map<String, Tensor> ordered(LlamaConfig config, Map<String, Tensor> weights) {
    Map<String, Tensor> ordered = new LinkedHashMap<>();
    config
        .tensors()
        .forEach(
            (name, shape) -> {
              Tensor tensor = weights.get(name);
              List<Long> got =
                  tensor == null
                      ? List.of()
                      : Arrays.stream(NativeBytes.shape(tensor)).boxed().toList();
              if (tensor == null || !got.equals(shape)) {
                throw new IllegalArgumentException(name + ": shape " + got + ", wanted " + shape);
              }
              ordered.put(name, tensor);
            });
    if (weights.size() != ordered.size()) {
      throw new IllegalArgumentException(
          weights.size() + " tensors, wanted " + ordered.size() + " for this config");
    }
    return ordered;
  }

  private static void copyTokenizer(Path from, Path to) throws IOException {
    for (String name : TOKENIZER_FILES) {
      Path source = from.resolve(name);
      if (Files.isRegularFile(source)) {
        Path copy = Files.copy(source, to.resolve(name));
        try (FileChannel channel = FileChannel.open(copy, StandardOpenOption.WRITE)) {
          channel.force(true);
        }
      }
    }
  }

  /** The temporary folder holds plain files only. */
  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
