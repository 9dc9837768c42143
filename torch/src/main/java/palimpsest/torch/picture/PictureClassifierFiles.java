package palimpsest.torch.picture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.checkpoint.JsonFile;
import palimpsest.torch.checkpoint.Safetensors;
import palimpsest.torch.checkpoint.Words;

/**
 * A classifier of pictures in a folder: {@code classifier.json} names shape, classes and digest,
 * {@code classifier.safetensors} holds the parameters.
 *
 * <p>Read strictly: a field or a tensor too few or too many, a shape or type that is not the
 * configuration's, or another digest is a {@link CorruptArtifact}.
 */
public final class PictureClassifierFiles {
  /** The file of the configuration. */
  public static final String CONFIG = "classifier.json";

  private static final String WEIGHTS = "classifier.safetensors";
  private static final String FORMAT = "palimpsest picture classifier 1";
  private static final String DIGEST = "digest";
  private static final Set<String> FIELDS =
      new TreeSet<>(
          List.of("format", "size", "channels", "blocks", "features", "objects", "styles", DIGEST));

  private PictureClassifierFiles() {}

  /**
   * Writes both files, replacing those that are there; the configuration last.
   *
   * @throws InvalidRequest if they cannot be written
   */
  public static void write(PictureClassifier classifier, Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new InvalidRequest(folder + ": cannot be made: " + Words.reason(e), e);
    }
    Safetensors.write(folder.resolve(WEIGHTS), classifier.weights().tensors(), Dtype.F32);
    PictureClassifierConfig config = classifier.config();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("format", FORMAT);
    json.put("size", config.size());
    ArrayNode channels = json.putArray("channels");
    config.channels().forEach(channels::add);
    json.put("blocks", config.blocks());
    json.put("features", config.features());
    ArrayNode objects = json.putArray("objects");
    config.objects().forEach(objects::add);
    ArrayNode styles = json.putArray("styles");
    config.styles().forEach(styles::add);
    json.put(DIGEST, classifier.digest());
    JsonFile.write(folder.resolve(CONFIG), json);
  }

  /**
   * Reads a classifier, which the caller closes.
   *
   * @throws CorruptArtifact if a file is missing, damaged or at odds with the other
   */
  public static PictureClassifier read(Path folder) {
    Path file = folder.resolve(CONFIG);
    ObjectNode json = JsonFile.read(file);
    PictureClassifierConfig config = config(json, file);
    PictureClassifier classifier =
        new PictureClassifier(config, weights(config, folder.resolve(WEIGHTS)));
    String digest = classifier.digest();
    if (!digest.equals(json.path(DIGEST).asText())) {
      classifier.close();
      throw new CorruptArtifact(
          file
              + ": digest is "
              + Words.quoted(json.path(DIGEST).asText())
              + ", the weights' is "
              + digest
              + "; fetch both files again");
    }
    return classifier;
  }

  private static PictureClassifierConfig config(ObjectNode json, Path file) {
    Set<String> names = new TreeSet<>();
    json.fieldNames().forEachRemaining(names::add);
    if (!names.equals(FIELDS) || !json.path("format").asText().equals(FORMAT)) {
      throw new CorruptArtifact(
          file
              + ": wanted the fields "
              + FIELDS
              + " and the format "
              + Words.quoted(FORMAT)
              + ", got "
              + Words.quoted(names + " of " + json.path("format").asText()));
    }
    try {
      return new PictureClassifierConfig(
          integer(json.get("size"), file),
          list(json, "channels", file).stream().map(node -> integer(node, file)).toList(),
          integer(json.get("blocks"), file),
          integer(json.get("features"), file),
          list(json, "objects", file).stream().map(node -> word(node, file)).toList(),
          list(json, "styles", file).stream().map(node -> word(node, file)).toList());
    } catch (InvalidRequest e) { // a range that the record checks
      throw new CorruptArtifact(file + ": " + e.getMessage(), e);
    }
  }

  private static int integer(JsonNode node, Path file) {
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw new CorruptArtifact(
          file + ": wanted an integer below 2^31, got " + Words.quoted(node.toString()));
    }
    return node.intValue();
  }

  private static String word(JsonNode node, Path file) {
    if (!node.isTextual()) {
      throw new CorruptArtifact(file + ": wanted a word, got " + Words.quoted(node.toString()));
    }
    return node.textValue();
  }

  private static List<JsonNode> list(ObjectNode json, String key, Path file) {
    if (!json.path(key).isArray()) {
      throw new CorruptArtifact(file + ": " + key + " must be a list");
    }
    List<JsonNode> nodes = new ArrayList<>();
    json.get(key).forEach(nodes::add);
    return nodes;
  }

  private static Weights weights(PictureClassifierConfig config, Path file) {
    Map<String, List<Long>> shapes = config.tensors();
    try (Safetensors tensors = Safetensors.open(file)) {
      if (!new TreeSet<>(tensors.names()).equals(new TreeSet<>(shapes.keySet()))) {
        throw new CorruptArtifact(
            file
                + ": has "
                + tensors.names().size()
                + " tensors, wanted the "
                + shapes.size()
                + " of "
                + CONFIG
                + " by name; fetch both files again");
      }
      shapes.forEach((name, shape) -> requireShape(tensors.entry(name), shape, file));
      Weights weights = Weights.allocate(shapes);
      Scopes.withoutGradient(
          () -> {
            shapes.keySet().forEach(name -> weights.tensor(name).copy_(tensors.read(name)));
            return file;
          });
      return weights;
    }
  }

  private static void requireShape(Safetensors.Entry entry, List<Long> shape, Path file) {
    if (entry.dtype() != Dtype.F32 || !entry.shape().equals(shape)) {
      throw new CorruptArtifact(
          file
              + ": tensor "
              + Words.quoted(entry.name())
              + " is "
              + entry.dtype()
              + " of "
              + entry.shape()
              + ", wanted F32 of "
              + shape);
    }
  }
}
