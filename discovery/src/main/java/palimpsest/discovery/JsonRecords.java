package palimpsest.discovery;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Place;

/** JSON: one object after another, one on each line or not, or one array of objects. */
final class JsonRecords {
  /** Longest string of a record and longest paragraph of a text. */
  static final int LONGEST = 20_000_000;

  /** Deepest nesting of objects and arrays. */
  static final int DEEPEST = 64;

  static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEEPEST)
                  .maxStringLength(LONGEST)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private final JsonParser parser;
  private final String file;
  private final long base;
  private final RecordSink sink;

  private JsonRecords(JsonParser parser, String file, long base, RecordSink sink) {
    this.parser = parser;
    this.file = file;
    this.base = base;
    this.sink = sink;
  }

  /** Reads everything; {@code base} is where in the file the stream begins. */
  static void read(InputStream in, String file, long base, RecordSink sink) throws IOException {
    try (JsonParser parser = JSON.createParser(in)) {
      new JsonRecords(parser, file, base, sink).readAll();
    } catch (JsonProcessingException e) {
      throw new InvalidRequest(file + ":" + lineOf(e) + ": " + reason(e), e);
    }
  }

  private static long lineOf(JsonProcessingException e) {
    return e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
  }

  /** What is wrong with malformed JSON, in one line. */
  static String reason(JsonProcessingException e) {
    if (e instanceof StreamConstraintsException) {
      return "JSON beyond a limit (nesting "
          + DEEPEST
          + ", string "
          + LONGEST
          + " characters, name 50000, number 1000)";
    }
    return "malformed JSON: "
        + e.getOriginalMessage()
            .replaceAll("\\s+", " ")
            .replaceAll(" \\(start marker at \\[Source: .*; (line: \\d+).*]\\)", " (begun in $1)");
  }

  private void readAll() throws IOException {
    JsonToken token = parser.nextToken();
    if (token == JsonToken.START_ARRAY) {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        readObject();
      }
      if (parser.nextToken() != null) {
        throw error("something follows the array; give one array, or objects without an array");
      }
      return;
    }
    for (; token != null; token = parser.nextToken()) {
      readObject();
    }
  }

  private InvalidRequest error(String what) {
    return new InvalidRequest(file + ":" + parser.currentTokenLocation().getLineNr() + ": " + what);
  }

  private void readObject() throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw error("a record must be an object, got " + name(parser.currentToken()));
    }
    long line = parser.currentTokenLocation().getLineNr();
    long start = parser.currentTokenLocation().getByteOffset();
    RecordFields fields = new RecordFields(file + ":" + line);
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      if (value == JsonToken.VALUE_STRING) {
        fields.put(key, parser.getText());
      } else if (value == JsonToken.START_ARRAY && key.equals(RecordFields.PERTURBED)) {
        fields.perturbed(strings());
      } else {
        fields.wrong(key, name(value));
        parser.skipChildren();
      }
    }
    long length = parser.currentLocation().getByteOffset() - start;
    fields.send(new Place(file, line, base + start, length), sink);
  }

  private List<String> strings() throws IOException {
    List<String> texts = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() != JsonToken.VALUE_STRING) {
        throw error("\"perturbed_answer\" must hold strings, got " + name(parser.currentToken()));
      }
      texts.add(parser.getText());
    }
    return texts;
  }

  private static String name(JsonToken token) {
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      case VALUE_TRUE, VALUE_FALSE -> "true or false";
      default -> "null";
    };
  }
}
