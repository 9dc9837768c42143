package palimpsest.torch.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.UnsupportedModel;

/** Reads a folder, which must hold exactly the tensors that its config asks for. */
final class CheckpointReader implements AutoCloseable {
  private static final String WHOLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  /** Buffers that old checkpoints carry along; their content follows from the config. */
  private static final Pattern DERIVED =
      Pattern.compile("model\\.layers\\.\\d+\\.self_attn\\.rotary_emb\\.inv_freq");

  private final Path folder;
  private final LlamaConfig config;
  private final Map<String, Safetensors> shards = new TreeMap<>();
  private final Map<String, Safetensors> places = new LinkedHashMap<>();

  private CheckpointReader(Path folder) {
    this.folder = folder;
    this.config = LlamaConfig.read(folder.resolve("config.json"));
  }

  static Checkpoint read(Path folder) {
    try (CheckpointReader reader = new CheckpointReader(folder)) {
      reader.open();
      reader.checkShapes();
      return new Checkpoint(reader.config, reader.weights());
    }
  }

  private void open() {
    boolean whole = Files.exists(folder.resolve(WHOLE));
    boolean index = Files.exists(folder.resolve(INDEX));
    if (whole && index) {
      throw new CorruptArtifact(
          folder + ": has both " + WHOLE + " and " + INDEX + "; remove the one that is stale");
    }
    if (whole) {
      Safetensors file = shard(WHOLE);
      file.names().forEach(name -> places.put(name, file));
    } else if (index) {
      openShards();
    } else {
      throw nothing();
    }
  }

  private RuntimeException nothing() {
    try (Stream<Path> files = Files.list(folder)) {
      boolean pickle =
          files.anyMatch(f -> f.getFileName().toString().matches("pytorch_model.*\\.bin.*"));
      return pickle
          ? new UnsupportedModel(
              folder + ": pickle checkpoints are never loaded; convert to safetensors")
          : new CorruptArtifact(folder + ": has neither " + WHOLE + " nor " + INDEX);
    } catch (IOException e) {
      return new CorruptArtifact(folder + ": cannot be read: " + Words.reason(e), e);
    }
  }

  private void openShards() {
    Path index = folder.resolve(INDEX);
    ObjectNode json = JsonFile.read(index);
    if (!(json.get("weight_map") instanceof ObjectNode map) || map.isEmpty()) {
      throw new CorruptArtifact(index + ": has no weight_map");
    }
    for (Map.Entry<String, JsonNode> each : map.properties()) {
      String file = each.getValue().asText("");
      if (!file.matches("[A-Za-z0-9_][A-Za-z0-9._-]*\\.safetensors")) {
        throw new CorruptArtifact(
            index
                + ": tensor "
                + Words.quoted(each.getKey())
                + " is in "
                + Words.quoted(file)
                + ", wanted a plain file name ending in .safetensors");
      }
      Safetensors shard = shard(file);
      shard.entry(each.getKey());
      places.put(each.getKey(), shard);
    }
    shards.forEach((file, shard) -> requireListed(file, shard, index));
  }

  private void requireListed(String file, Safetensors shard, Path index) {
    for (String name : shard.names()) {
      if (places.get(name) != shard) {
        throw new CorruptArtifact(
            folder.resolve(file)
                + ": tensor "
                + Words.quoted(name)
                + " is not listed for this"
                + " file in "
                + index.getFileName());
      }
    }
  }

  private Safetensors place(String name) {
    return Objects.requireNonNull(places.get(name));
  }

  private Safetensors shard(String file) {
    return shards.computeIfAbsent(file, f -> Safetensors.open(folder.resolve(f)));
  }

  private void checkShapes() {
    Map<String, List<Long>> wanted = config.tensors();
    Set<String> missing = new TreeSet<>(wanted.keySet());
    missing.removeAll(places.keySet());
    if (!missing.isEmpty()) {
      throw new CorruptArtifact(
          folder
              + ": tensor "
              + missing.iterator().next()
              + " is missing; "
              + missing.size()
              + " missing in all");
    }
    Set<String> surplus = new HashSet<>(places.keySet());
    surplus.removeAll(wanted.keySet());
    surplus.removeIf(name -> DERIVED.matcher(name).matches() || isTiedOutput(name));
    if (!surplus.isEmpty()) {
      throw new CorruptArtifact(
          folder
              + ": tensor "
              + Words.quoted(new TreeSet<>(surplus).first())
              + " is not one of a Llama model of this config; "
              + surplus.size()
              + " surplus in all");
    }
    wanted.forEach(this::checkShape);
    if (config.tied() && places.containsKey(LlamaConfig.OUTPUT)) {
      checkShape(
          LlamaConfig.OUTPUT, List.of((long) config.vocabSize(), (long) config.hiddenSize()));
    }
  }

  private void checkShape(String name, List<Long> wanted) {
    Safetensors.Entry entry = place(name).entry(name);
    if (!entry.shape().equals(wanted)) {
      throw new CorruptArtifact(
          folder + ": tensor " + name + " has shape " + entry.shape() + ", wanted " + wanted);
    }
    if (!entry.dtype().isWeight()) {
      throw new UnsupportedModel(
          folder
              + ": tensor "
              + name
              + " has dtype "
              + entry.dtype()
              + "; supported: F32, F16, BF16");
    }
  }

  private boolean isTiedOutput(String name) {
    return config.tied() && name.equals(LlamaConfig.OUTPUT);
  }

  /** The tensors, each with one reference of its own; all given back where one fails. */
  private Map<String, Tensor> weights() {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    boolean done = false;
    try (PointerScope scope = new PointerScope()) {
      for (String name : config.tensors().keySet()) {
        Tensor tensor = place(name).read(name);
        tensor.retainReference();
        weights.put(name, tensor);
      }
      checkTiedOutput(weights);
      done = true;
      return weights;
    } finally {
      if (!done) {
        weights.values().forEach(Tensor::releaseReference);
      }
    }
  }

  private void checkTiedOutput(Map<String, Tensor> weights) {
    Safetensors place = places.get(LlamaConfig.OUTPUT);
    if (!config.tied() || place == null) {
      return;
    }
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> output = Map.of("", place.read(LlamaConfig.OUTPUT));
      Map<String, Tensor> input =
          Map.of("", Objects.requireNonNull(weights.get(LlamaConfig.EMBEDDING)));
      if (!Digests.weights(output).equals(Digests.weights(input))) {
        throw new CorruptArtifact(
            folder
                + ": lm_head.weight differs from "
                + LlamaConfig.EMBEDDING
                + " though tie_word_embeddings is true; set it to false");
      }
    }
  }

  @Override
  public void close() {
    shards.values().forEach(Safetensors::close);
  }
}
