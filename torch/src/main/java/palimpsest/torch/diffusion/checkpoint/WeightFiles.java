package palimpsest.torch.diffusion.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.checkpoint.Safetensors;
import palimpsest.torch.checkpoint.Words;

/**
 * The safetensors files of a component's folder: one, or shards with an index.
 *
 * <p>A variant ({@code model.fp16.safetensors}) is taken where there is nothing else.
 */
final class WeightFiles implements AutoCloseable {
  private static final String VARIANT = "\\.([A-Za-z0-9_]+)";
  private static final Pattern SHARD = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*\\.safetensors");

  private final Inside root;
  private final String folder;
  private final Map<String, Safetensors> files = new TreeMap<>();
  private final Map<String, Safetensors> places = new HashMap<>();
  private Optional<String> index = Optional.empty();

  private WeightFiles(Inside root, String folder) {
    this.root = root;
    this.folder = folder;
  }

  /**
   * Opens the files; reads their headers alone.
   *
   * @param folder name of the component
   * @param stem of the file names, such as {@code model}
   */
  static WeightFiles open(Inside root, String folder, String stem) {
    WeightFiles files = new WeightFiles(root, folder);
    boolean done = false;
    try {
      files.open(stem);
      done = true;
      return files;
    } finally {
      if (!done) {
        files.close();
      }
    }
  }

  private void open(String stem) {
    List<String> names = root.names(folder);
    String whole = stem + ".safetensors";
    String shards = whole + ".index.json";
    if (names.contains(whole) && names.contains(shards)) {
      throw new CorruptArtifact(
          where() + ": has both " + whole + " and " + shards + "; remove the one that is stale");
    }
    if (names.contains(whole)) {
      openWhole(whole);
    } else if (names.contains(shards)) {
      openShards(shards);
    } else {
      openVariant(names, stem);
    }
  }

  private void openVariant(List<String> names, String stem) {
    String quoted = Pattern.quote(stem);
    Pattern whole = Pattern.compile(quoted + VARIANT + "\\.safetensors");
    Pattern shards =
        Pattern.compile(
            quoted + "\\.safetensors(\\.index" + VARIANT + "|" + VARIANT + "\\.index)\\.json");
    List<String> found = new ArrayList<>();
    for (String name : names) {
      Matcher file = whole.matcher(name);
      if (file.matches() || shards.matcher(name).matches()) {
        found.add(name);
      }
    }
    if (found.isEmpty()) {
      throw nothing(names, stem);
    }
    if (found.size() > 1) {
      throw new InvalidRequest(
          where()
              + ": has variants "
              + String.join(", ", found)
              + " and no "
              + stem
              + ".safetensors; leave one of them");
    }
    if (found.get(0).endsWith(".json")) {
      openShards(found.get(0));
    } else {
      openWhole(found.get(0));
    }
  }

  private RuntimeException nothing(List<String> names, String stem) {
    return names.stream().anyMatch(WeightFiles::isPickle)
        ? new UnsupportedModel(
            where() + ": pickle checkpoints are never loaded; convert to safetensors")
        : new CorruptArtifact(
            where() + ": has neither " + stem + ".safetensors nor an index of shards");
  }

  /** Whether a file of that name may hold pickled objects. */
  static boolean isPickle(String name) {
    return name.matches("(?i).*\\.(bin|ckpt|pt|pth|pkl|pickle)(\\.index(\\..*)?\\.json)?");
  }

  /** Whether a file of that name may hold weights, in whatever format. */
  static boolean isWeights(String name) {
    return isPickle(name)
        || name.matches(
            "(?i).*(\\.safetensors(\\..*)?|\\.(msgpack|h5|onnx|onnx_data|pb|xml|npz|gguf|tflite))");
  }

  private void openWhole(String name) {
    Safetensors file = file(name);
    file.names().forEach(tensor -> places.put(tensor, file));
  }

  private Safetensors file(String name) {
    return files.computeIfAbsent(name, n -> Safetensors.open(root.file(folder + "/" + n)));
  }

  private void openShards(String name) {
    ObjectNode json = root.json(folder + "/" + name, Inside.INDEX);
    String place = where() + "/" + name;
    if (!(json.get("weight_map") instanceof ObjectNode map) || map.isEmpty()) {
      throw new CorruptArtifact(place + ": has no weight_map");
    }
    index = Optional.of(name);
    for (Map.Entry<String, JsonNode> each : map.properties()) {
      String shard = each.getValue().asText("");
      if (!SHARD.matcher(shard).matches()) {
        throw new CorruptArtifact(
            place
                + ": tensor "
                + Words.quoted(each.getKey())
                + " is in "
                + Words.quoted(shard)
                + ", wanted a plain file name ending in .safetensors");
      }
      file(shard).entry(each.getKey());
      places.put(each.getKey(), file(shard));
    }
    files.values().forEach(shard -> requireListed(shard, name));
  }

  private void requireListed(Safetensors shard, String index) {
    for (String tensor : shard.names()) {
      if (places.get(tensor) != shard) {
        throw new CorruptArtifact(
            shard.file()
                + ": tensor "
                + Words.quoted(tensor)
                + " is not listed for this file in "
                + index);
      }
    }
  }

  private String where() {
    return root.folder().resolve(folder).toString();
  }

  /** Files by name. */
  Map<String, Safetensors> files() {
    return files;
  }

  /** Tensors to the files in which they are. */
  Map<String, Safetensors> places() {
    return places;
  }

  /** Name of the index of shards. */
  Optional<String> index() {
    return index;
  }

  @Override
  public void close() {
    files.values().forEach(Safetensors::close);
  }
}
