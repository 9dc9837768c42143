package palimpsest.engine.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Place;
import palimpsest.api.Suggest;
import palimpsest.dossier.Json;

/** Rows of a benchmark's file: JSON values, one after another or in one array, or a text. */
final class Rows {
  private static final long LARGEST = 1L << 30;
  private static final ObjectMapper MAPPER =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxNestingDepth(16)
                      .maxStringLength(100_000_000)
                      .build())
              .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
              .build());

  private Rows() {}

  /**
   * A row and where it stands.
   *
   * @param line from 1; many rows may stand on one
   * @param number from 1
   */
  record Row(Path file, long line, int number, JsonNode value) {

    /** The row itself, or the string of that key. */
    String text(String key) {
      JsonNode node = value.isTextual() ? value : need(key);
      if (!node.isTextual() || node.textValue().isBlank()) {
        throw error(
            "\"" + key + "\" must be a string that is not blank, got " + node.getNodeType());
      }
      return node.textValue();
    }

    /** The strings of an array. */
    List<String> texts(String key) {
      List<String> texts = new ArrayList<>();
      for (JsonNode each : need(key)) {
        if (!each.isTextual() || each.textValue().isBlank()) {
          throw error("\"" + key + "\" must hold strings that are not blank");
        }
        texts.add(each.textValue());
      }
      if (texts.size() < 2) {
        throw error("\"" + key + "\" must be an array of at least 2 strings");
      }
      return texts;
    }

    /** An index below a bound. */
    int index(String key, int below) {
      JsonNode node = need(key);
      if (!node.isInt() || node.intValue() < 0 || node.intValue() >= below) {
        throw error(
            "\"" + key + "\" must be a whole number from 0 to " + (below - 1) + ", got " + node);
      }
      return node.intValue();
    }

    boolean has(String key) {
      return value.has(key);
    }

    private JsonNode need(String key) {
      JsonNode node = value.get(key);
      if (node == null) {
        List<String> keys = new ArrayList<>();
        value.fieldNames().forEachRemaining(keys::add);
        throw error("no \"" + key + "\"" + (keys.isEmpty() ? "" : Suggest.nearest(key, keys)));
      }
      return node;
    }

    InvalidRequest error(String what) {
      return new InvalidRequest(file + ":" + line + ": " + what);
    }

    Place place() {
      return new Place(file.toString().replace('\\', '/'), line, 0, 0);
    }

    /** A name for the row that holds in every folder. */
    String id() {
      return file.getFileName() + "#" + number;
    }
  }

  /** The file of that name in a folder, whatever its format. */
  static Path find(Path folder, String name) {
    return Optional.of(folder)
        .flatMap(f -> first(f, name))
        .orElseThrow(
            () ->
                new InvalidRequest(
                    folder.resolve(name) + ".json: no such file, nor .jsonl or .txt"));
  }

  static Optional<Path> first(Path folder, String name) {
    return List.of(".json", ".jsonl", ".txt").stream()
        .map(end -> folder.resolve(name + end))
        .filter(Files::exists)
        .findFirst();
  }

  /**
   * All rows of a file, at least one.
   *
   * @throws InvalidRequest naming file and line, where it is missing, too large or malformed
   */
  static List<Row> read(Path file) {
    try {
      if (!Files.isRegularFile(file)) {
        throw new InvalidRequest(file + ": no such file");
      }
      if (Files.size(file) > LARGEST) {
        throw new InvalidRequest(file + ": over " + LARGEST + " bytes; split it");
      }
      List<Row> rows = file.toString().endsWith(".txt") ? text(file) : json(file);
      if (rows.isEmpty()) {
        throw new InvalidRequest(file + ": holds no row; leave it out or fill it");
      }
      return rows;
    } catch (JsonProcessingException e) {
      long line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
      throw new InvalidRequest(file + ":" + line + ": malformed JSON: " + Json.oneLine(e), e);
    } catch (IOException e) {
      throw new InvalidRequest(file + ": cannot be read as UTF-8: " + e.getMessage(), e);
    }
  }

  private static List<Row> text(Path file) throws IOException {
    String all = Files.readString(file, StandardCharsets.UTF_8);
    return all.isBlank() ? List.of() : List.of(new Row(file, 1, 1, MAPPER.valueToTree(all)));
  }

  private static List<Row> json(Path file) throws IOException {
    List<Row> rows = new ArrayList<>();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file));
        JsonParser parser = MAPPER.createParser(in)) {
      boolean array = parser.nextToken() == JsonToken.START_ARRAY;
      if (array) {
        parser.nextToken();
      }
      while (parser.currentToken() != null && parser.currentToken() != JsonToken.END_ARRAY) {
        long line = parser.currentTokenLocation().getLineNr();
        Row row = new Row(file, line, rows.size() + 1, parser.readValueAsTree());
        if (!row.value().isObject() && !row.value().isTextual()) {
          throw row.error("a row must be an object or a string, got " + row.value().getNodeType());
        }
        rows.add(row);
        parser.nextToken();
      }
      if (array && parser.currentToken() != null && parser.nextToken() != null) {
        throw new InvalidRequest(
            file
                + ":"
                + parser.currentTokenLocation().getLineNr()
                + ": something follows the array: give one array, or a row a line");
      }
    }
    return rows;
  }
}
