package palimpsest.discovery.image;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ObjLongConsumer;
import palimpsest.api.InvalidRequest;

/** A list of captions as JSON: one object after another. */
final class CaptionLines {
  /** Largest list, in bytes: 256 MiB. */
  private static final int LARGEST = 1 << 28;

  private static final int LONGEST = 1 << 16;
  private static final int DEEPEST = 16;

  /** JSON within limits, each key once. */
  static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEEPEST)
                  .maxStringLength(LONGEST)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private static final Set<String> KEYS = Set.of("file", "caption", "object", "style", "group");

  /** What one line says. */
  record Line(
      String file,
      String caption,
      Optional<String> object,
      Optional<String> style,
      Optional<String> group) {}

  private final JsonParser parser;
  private final Path file;

  private CaptionLines(JsonParser parser, Path file) {
    this.parser = parser;
    this.file = file;
  }

  /** Reads all objects; each is sent with the line that it begins on. */
  static void read(Path file, ObjLongConsumer<Line> lines) {
    byte[] bytes = PictureFile.bytes(file, LARGEST);
    try (InputStream in = new ByteArrayInputStream(bytes);
        JsonParser parser = JSON.createParser(in)) {
      CaptionLines reading = new CaptionLines(parser, file);
      while (parser.nextToken() != null) {
        long line = parser.currentTokenLocation().getLineNr();
        lines.accept(reading.line(line), line);
      }
    } catch (JsonProcessingException e) {
      throw new InvalidRequest(file + ":" + lineOf(e) + ": " + reason(e), e);
    } catch (IOException e) {
      throw new InvalidRequest(file + ": cannot be read: " + e, e);
    }
  }

  private static long lineOf(JsonProcessingException e) {
    return e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
  }

  /** What is wrong with JSON, in one line. */
  static String reason(JsonProcessingException e) {
    return "malformed JSON: " + e.getOriginalMessage().replaceAll("\\s+", " ");
  }

  private InvalidRequest error(long line, String what) {
    return new InvalidRequest(file + ":" + line + ": " + what);
  }

  private Line line(long line) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw error(line, "a caption must be an object {\"file\": ..., \"caption\": ...}");
    }
    Map<String, String> fields = new HashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      if (!KEYS.contains(key)) {
        parser.skipChildren();
      } else if (value == JsonToken.VALUE_STRING) {
        fields.put(key, parser.getText());
      } else if (value != JsonToken.VALUE_NULL) {
        throw error(line, "\"" + key + "\" must be a string");
      }
    }
    return new Line(
        required(line, fields, "file"),
        required(line, fields, "caption"),
        Optional.ofNullable(fields.get("object")),
        Optional.ofNullable(fields.get("style")),
        Optional.ofNullable(fields.get("group")));
  }

  private String required(long line, Map<String, String> fields, String key) {
    String value = fields.get(key);
    if (value == null) {
      throw error(line, "has no \"" + key + "\"");
    }
    return value;
  }
}
