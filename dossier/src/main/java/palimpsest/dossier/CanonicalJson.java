package palimpsest.dossier;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import palimpsest.api.CorruptArtifact;

/**
 * The canonical form of JSON: one sequence of bytes for one value.
 *
 * <p>Names are sorted by UTF-16 code units, numbers written as ECMAScript writes doubles, strings
 * escaped only where they must be, nothing between tokens.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8785">RFC 8785</a>
 */
public final class CanonicalJson {
  /** Deeper nesting is refused, so that no document can exhaust the stack. */
  static final int DEEPEST = 200;

  private static final long LARGEST_EXACT = 1L << 53;

  private static final ObjectReader READER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION)
          .build()
          .reader();

  static {
    READER
        .getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(DEEPEST)
                .maxNumberLength(40)
                .maxStringLength(64 << 20)
                .build());
  }

  private CanonicalJson() {}

  /**
   * The canonical bytes of a value.
   *
   * @throws IllegalArgumentException for what JSON cannot carry unharmed: a number that is not
   *     finite, an integer beyond 2^53, a lone surrogate
   */
  public static byte[] bytes(JsonNode node) {
    StringBuilder out = new StringBuilder();
    write(node, out);
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads a document that must be in canonical form already.
   *
   * @param what names the document in messages
   * @throws CorruptArtifact where a single byte differs from the canonical form
   */
  public static JsonNode parse(byte[] bytes, String what) {
    JsonNode node = read(bytes, what);
    byte[] again;
    try {
      again = bytes(node);
    } catch (IllegalArgumentException e) {
      throw new CorruptArtifact(what + " has no canonical form: " + e.getMessage(), e);
    }
    int at = Arrays.mismatch(bytes, again);
    if (at >= 0) {
      throw new CorruptArtifact(what + " is not in canonical form: differs at byte " + at);
    }
    return node;
  }

  private static JsonNode read(byte[] bytes, String what) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return READER.readTree(text);
    } catch (CharacterCodingException e) {
      throw new CorruptArtifact(what + " is not UTF-8", e);
    } catch (JsonProcessingException e) {
      throw new CorruptArtifact(what + " is not JSON: " + Json.oneLine(e), e);
    }
  }

  private static void write(JsonNode node, StringBuilder out) {
    if (node.isObject()) {
      object(node, out);
    } else if (node.isArray()) {
      array(node, out);
    } else if (node.isTextual()) {
      string(node.textValue(), out);
    } else if (node.isNumber()) {
      out.append(number(node));
    } else if (node.isBoolean() || node.isNull()) {
      out.append(node.asText());
    } else {
      throw new IllegalArgumentException("not a JSON value: " + node.getNodeType());
    }
  }

  private static void object(JsonNode node, StringBuilder out) {
    TreeMap<String, JsonNode> members = new TreeMap<>();
    node.properties().forEach(m -> members.put(m.getKey(), m.getValue()));
    out.append('{');
    members.forEach(
        (name, value) -> {
          if (out.charAt(out.length() - 1) != '{') {
            out.append(',');
          }
          string(name, out);
          out.append(':');
          member(name, value, out);
        });
    out.append('}');
  }

  private static void member(String name, JsonNode value, StringBuilder out) {
    try {
      write(value, out);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + "/" + e.getMessage(), e);
    }
  }

  private static void array(JsonNode node, StringBuilder out) {
    out.append('[');
    for (int i = 0; i < node.size(); i++) {
      if (i > 0) {
        out.append(',');
      }
      write(node.get(i), out);
    }
    out.append(']');
  }

  private static String number(JsonNode node) {
    if (!node.isIntegralNumber()) {
      return EcmaNumber.of(node.doubleValue());
    }
    double value = node.doubleValue();
    String text = node.asText();
    if (Math.abs(value) < LARGEST_EXACT) {
      return text;
    }
    // A double between 2^53 and 1e21 is written without a point and so comes back as an integer.
    if (!EcmaNumber.of(value).equals(text)) {
      throw new IllegalArgumentException("integer beyond 2^53: " + text);
    }
    return text;
  }

  private static void string(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        out.append(c).append(text.charAt(++i));
      } else if (Character.isSurrogate(c)) {
        throw new IllegalArgumentException("lone surrogate in a string at index " + i);
      } else {
        character(c, out);
      }
    }
    out.append('"');
  }

  private static final String SHORT = "\b\t\n\f\r\"\\";
  private static final List<String> ESCAPES =
      List.of("\\b", "\\t", "\\n", "\\f", "\\r", "\\\"", "\\\\");

  private static void character(char c, StringBuilder out) {
    int at = SHORT.indexOf(c);
    if (at >= 0) {
      out.append(ESCAPES.get(at));
    } else if (c < ' ') {
      out.append("\\u00")
          .append(Character.forDigit(c >> 4, 16))
          .append(Character.forDigit(c & 15, 16));
    } else {
      out.append(c);
    }
  }
}
