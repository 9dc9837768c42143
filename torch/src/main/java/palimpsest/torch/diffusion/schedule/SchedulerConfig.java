package palimpsest.torch.diffusion.schedule;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.checkpoint.JsonFile;

/**
 * A sampler as diffusers stores it, scheduler_config.json.
 *
 * <p>Reading is strict: a field that the class reads is understood or refused by name and value, a
 * field of another scheduler class is ignored as diffusers ignores it and written back, any other
 * is refused. Absent fields have diffusers' defaults.
 */
public final class SchedulerConfig {
  private static final int LARGEST = 1 << 20;
  private static final String CLASS = "_class_name";

  /** Python writes -Infinity, which is no JSON. */
  private static final ObjectMapper STRICT =
      new ObjectMapper(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final Map<String, Function<SchedulerFields, Sampler>> CLASSES =
      new TreeMap<>(
          Map.of(
              Ddpm.NAME, Ddpm::read,
              Ddim.NAME, Ddim::read,
              Pndm.NAME, Pndm::read,
              Euler.NAME, Euler::read,
              EulerAncestral.NAME, EulerAncestral::read,
              DpmSolver.NAME, DpmSolver::read));

  private final ObjectNode json;
  private final String where;

  private SchedulerConfig(ObjectNode json, String where) {
    this.json = json;
    this.where = where;
  }

  /**
   * Reads a file.
   *
   * @throws CorruptArtifact if it is not a JSON object of at most 1 MiB
   */
  public static SchedulerConfig read(Path file) {
    String text = JsonFile.text(file);
    if (text.length() > LARGEST) {
      throw new CorruptArtifact(
          file + ": " + text.length() + " characters, wanted at most " + LARGEST);
    }
    try {
      if (STRICT.readTree(text) instanceof ObjectNode object) {
        return new SchedulerConfig(object, file.toString());
      }
      throw new CorruptArtifact(file + ": not a JSON object; fetch the file again");
    } catch (JsonProcessingException e) {
      throw new CorruptArtifact(
          file + ": not valid JSON: " + SchedulerFields.shown(e.getOriginalMessage()), e);
    }
  }

  /** The config of a sampler that was not read. */
  public static SchedulerConfig of(Sampler sampler) {
    return new SchedulerConfig(JsonNodeFactory.instance.objectNode(), "config").with(sampler);
  }

  /**
   * The sampler that it states.
   *
   * @throws UnsupportedModel if its class, or a value of a field, is not implemented
   * @throws CorruptArtifact if a value has the wrong type or is out of range
   */
  public Sampler sampler() {
    return sampler(json.path(CLASS).asText(""));
  }

  /**
   * Another class of sampler with the same fields, as diffusers' {@code from_config}: the noising
   * process, the kind of prediction and the spacing carry over where they are stated.
   *
   * @param className diffusers' name, such as {@code DDIMScheduler}
   */
  public Sampler sampler(String className) {
    Function<SchedulerFields, Sampler> reader = CLASSES.get(className);
    if (reader == null) {
      throw new UnsupportedModel(
          where
              + ": _class_name = "
              + SchedulerFields.shown(className)
              + ", wanted one of "
              + String.join(", ", CLASSES.keySet()));
    }
    try {
      SchedulerFields fields = new SchedulerFields(json, where);
      Sampler sampler = reader.apply(fields);
      fields.done();
      return sampler;
    } catch (InvalidRequest e) { // a range that a record checks
      throw new CorruptArtifact(where + ": " + e.getMessage(), e);
    }
  }

  /** The same file for another sampler: of the fields, only those that begin with _ stay. */
  public SchedulerConfig with(Sampler sampler) {
    ObjectNode other = json.deepCopy();
    other.properties().removeIf(field -> !field.getKey().startsWith("_"));
    other.put(CLASS, sampler.className());
    sampler.fields().forEach((key, value) -> other.set(key, STRICT.valueToTree(value)));
    return new SchedulerConfig(other, where);
  }

  private static boolean notFinite(JsonNode node) {
    return node.isFloatingPointNumber() && !Double.isFinite(node.doubleValue());
  }

  /**
   * Writes the file, replacing one that is there; values that are not finite are left out, being
   * diffusers' defaults.
   *
   * @throws InvalidRequest if it cannot be written
   */
  public void write(Path file) {
    ObjectNode finite = json.deepCopy();
    finite.properties().removeIf(field -> notFinite(field.getValue()));
    JsonFile.write(file, finite);
  }
}
