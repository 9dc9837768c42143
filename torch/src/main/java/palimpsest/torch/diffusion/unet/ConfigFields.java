package palimpsest.torch.diffusion.unet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.UnsupportedModel;

/**
 * The fields of a config.json of diffusers, read strictly: a value of another type is corrupt, a
 * field or a value that is not known is unsupported.
 *
 * <p>Fields that are absent have the default of diffusers' constructor: older configurations leave
 * them out. null is not absence.
 */
public final class ConfigFields {
  private static final int LONGEST = 100;
  private static final String CLASS = "_class_name";

  private final ObjectNode json;
  private final String where;

  /** Fields of an object that was found there. */
  public ConfigFields(ObjectNode json, String where) {
    this.json = json;
    this.where = where;
  }

  /** Requires the class of diffusers that the configuration is for. */
  public void requireClass(String name) {
    String got = json.path(CLASS).asText("");
    if (!got.equals(name)) {
      throw unsupported(CLASS + " is " + quoted(got) + "; supported: " + name);
    }
  }

  /** An integer below 2³¹. */
  public int integer(String key, int missing) {
    return json.has(key) ? integer(key, json.get(key)) : missing;
  }

  private int integer(String key, JsonNode value) {
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw corrupt(key + " must be an integer below 2^31, got " + quoted(value.toString()));
    }
    return value.intValue();
  }

  /** A number. */
  public double number(String key, double missing) {
    if (!json.has(key)) {
      return missing;
    }
    JsonNode value = json.get(key);
    if (!value.isNumber()) {
      throw corrupt(key + " must be a number, got " + quoted(value.toString()));
    }
    return value.doubleValue();
  }

  /** True or false. */
  public boolean flag(String key, boolean missing) {
    if (!json.has(key)) {
      return missing;
    }
    JsonNode value = json.get(key);
    if (!value.isBoolean()) {
      throw corrupt(key + " must be true or false, got " + quoted(value.toString()));
    }
    return value.booleanValue();
  }

  /** One integer for all, or a list of as many as there are. */
  public List<Integer> each(String key, int count, int missing) {
    if (!json.path(key).isArray()) {
      return Collections.nCopies(count, integer(key, missing));
    }
    List<Integer> values = integers(key);
    if (values.size() != count) {
      throw corrupt(key + " must have " + count + " values, got " + values.size());
    }
    return values;
  }

  /** A list of integers, which must be there. */
  public List<Integer> integers(String key) {
    List<Integer> values = new ArrayList<>();
    for (JsonNode value : list(key)) {
      if (value.isArray()) {
        throw unsupported(key + " is a list of lists; supported: one integer for each block");
      }
      values.add(integer(key, value));
    }
    return values;
  }

  /** A list of words, which must be there. */
  public List<String> words(String key) {
    List<String> values = new ArrayList<>();
    for (JsonNode value : list(key)) {
      if (!value.isTextual()) {
        throw corrupt(key + " must hold words, got " + quoted(value.toString()));
      }
      values.add(value.textValue());
    }
    return values;
  }

  private JsonNode list(String key) {
    JsonNode value = json.path(key);
    if (!value.isArray() || value.isEmpty()) {
      throw corrupt(key + " must be a list, got " + quoted(value.toString()));
    }
    return value;
  }

  /** Whether the field is there and not null. */
  public boolean present(String key) {
    return json.hasNonNull(key);
  }

  /**
   * Refuses every field that is neither read nor harmless.
   *
   * @param read names of fields that the caller reads itself
   * @param fixed names of fields to the only values that they may have, as JSON; a list may have
   *     them for each element
   */
  public void refuseOthers(Set<String> read, Map<String, Set<String>> fixed) {
    json.properties()
        .forEach(
            field -> {
              String key = field.getKey();
              if (fixed.containsKey(key)) {
                requireAmong(key, field.getValue(), fixed.get(key));
              } else if (!read.contains(key) && !key.startsWith("_") && says(field.getValue())) {
                throw unsupported(
                    quoted(key)
                        + " is "
                        + quoted(field.getValue().toString())
                        + ", a field that is not known here; it may change what is computed");
              }
            });
  }

  private static boolean says(JsonNode value) {
    boolean empty = value.isContainerNode() && value.isEmpty();
    boolean no = value.isBoolean() && !value.booleanValue();
    return !(value.isNull() || empty || no);
  }

  private void requireAmong(String key, JsonNode value, Set<String> allowed) {
    if (value.isArray() && !value.isEmpty()) {
      value.forEach(element -> requireAmong(key, element, allowed));
    } else if (!allowed.contains(value.toString())) {
      throw unsupported(
          key
              + " is "
              + quoted(value.toString())
              + "; supported: "
              + String.join(", ", allowed.stream().sorted().toList()));
    }
  }

  /** The file cannot be what it says it is. */
  public CorruptArtifact corrupt(String message) {
    return new CorruptArtifact(where + ": " + message);
  }

  /** The file is sound and for another model. */
  public UnsupportedModel unsupported(String message) {
    return new UnsupportedModel(where + ": " + message);
  }

  /** Words of a foreign file, made fit for a one-line message. */
  static String quoted(String text) {
    StringBuilder line = new StringBuilder();
    text.codePoints()
        .limit(LONGEST)
        .map(
            c ->
                Character.isISOControl(c)
                        || Character.getType(c) == Character.LINE_SEPARATOR
                        || Character.getType(c) == Character.PARAGRAPH_SEPARATOR
                    ? '?'
                    : c)
        .forEach(line::appendCodePoint);
    return line.length() < text.length() ? line + "..." : line.toString();
  }
}
