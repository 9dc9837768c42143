package palimpsest.discovery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Objective;
import palimpsest.api.Release;
import palimpsest.api.Request;
import palimpsest.api.Suggest;
import palimpsest.api.Target;

/**
 * Reads a request from its JSON file.
 *
 * <p>Every key must be known and every value of its type; {@code notes} and the three lists of the
 * target may be left out, nothing else may, the objective least of all.
 */
public final class Requests {
  private static final long LARGEST = 64L << 20;
  private static final JsonMapper MAPPER =
      JsonMapper.builder(JsonRecords.JSON)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final Set<String> KEYS =
      Set.of("id", "requester", "reason", "objective", "release", "target", "notes");
  private static final Set<String> TARGET_KEYS = Set.of("kind", "names", "texts", "records");

  private final String file;

  private Requests(String file) {
    this.file = file;
  }

  /**
   * Reads one request.
   *
   * @throws InvalidRequest naming the file and what is wrong in it
   */
  public static Request read(Path path) {
    String file = CorpusFile.shown(path);
    try (Utf8Stream in = CorpusFile.open(path, LARGEST)) {
      return new Requests(file).request(MAPPER.readTree(in));
    } catch (JsonProcessingException e) {
      long line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
      throw new InvalidRequest(file + ":" + line + ": " + JsonRecords.reason(e), e);
    } catch (IOException e) {
      throw new InvalidRequest(file + ": cannot be read: " + e, e);
    }
  }

  private Request request(JsonNode root) {
    known(root, KEYS, "the request");
    JsonNode target = root.path("target");
    if (target.isMissingNode()) {
      throw error("\"target\" is missing");
    }
    known(target, TARGET_KEYS, "\"target\"");
    try {
      return new Request(
          string(root, "id"),
          string(root, "requester"),
          oneOf(root, "reason", Request.Reason.values()),
          oneOf(root, "objective", Objective.values()),
          oneOf(root, "release", Release.values()),
          new Target(
              oneOf(target, "kind", Target.Kind.values()),
              strings(target, "names"),
              strings(target, "texts"),
              strings(target, "records")),
          root.has("notes") ? string(root, "notes") : "");
    } catch (InvalidRequest e) {
      throw e.getMessage().startsWith(file) ? e : new InvalidRequest(file + ": " + e.getMessage());
    }
  }

  private void known(JsonNode node, Set<String> keys, String what) {
    if (!node.isObject()) {
      throw error(what + " must be a JSON object");
    }
    for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!keys.contains(name)) {
        throw error(
            "unknown key \""
                + Excerpt.line(name, 60)
                + "\" in "
                + what
                + Suggest.nearest(Excerpt.line(name, 60), new TreeSet<>(keys)));
      }
    }
  }

  private String string(JsonNode node, String key) {
    JsonNode value = node.path(key);
    if (value.isMissingNode()) {
      throw error("\"" + key + "\" is missing");
    }
    if (!value.isTextual()) {
      throw error("\"" + key + "\" must be a string, got " + value.getNodeType());
    }
    return value.textValue();
  }

  private List<String> strings(JsonNode node, String key) {
    JsonNode values = node.path(key);
    List<String> texts = new ArrayList<>();
    if (values.isMissingNode()) {
      return texts;
    }
    if (!values.isArray()) {
      throw error("\"" + key + "\" must be a list of strings, got " + values.getNodeType());
    }
    for (JsonNode value : values) {
      if (!value.isTextual()) {
        throw error("\"" + key + "\" must hold strings, got " + value.getNodeType());
      }
      texts.add(value.textValue());
    }
    return texts;
  }

  /** An enum's value by its name in any case, {@code -} standing for {@code _}. */
  private <E extends Enum<E>> E oneOf(JsonNode node, String key, E[] values) {
    List<String> names = new ArrayList<>();
    for (E value : values) {
      names.add(value.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }
    if (!node.has(key)) {
      throw error("\"" + key + "\" is missing: one of " + String.join(", ", names));
    }
    String given = string(node, key);
    int i = names.indexOf(given.strip().toLowerCase(Locale.ROOT).replace('_', '-'));
    if (i < 0) {
      throw error(
          "\""
              + key
              + "\" must be one of "
              + String.join(", ", names)
              + ", got \""
              + Excerpt.line(given, 60)
              + "\"");
    }
    return values[i];
  }

  private InvalidRequest error(String what) {
    return new InvalidRequest(file + ": " + what);
  }
}
