package palimpsest.discovery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Finding;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Place;

/** Findings as JSON lines, one finding a line. */
public final class FindingsFile {
  private static final JsonMapper MAPPER = JsonMapper.builder(JsonRecords.JSON).build();

  private FindingsFile() {}

  /**
   * Writes all of them or, where that fails, no file.
   *
   * @throws InvalidRequest where the file exists or its folder cannot be written to
   */
  public static void write(Path file, List<Finding> findings) {
    if (Files.exists(file)) {
      throw new InvalidRequest(file + ": exists; remove it or choose another name");
    }
    try {
      Path folder = file.toAbsolutePath().getParent();
      Path temporary = Files.createTempFile(folder, ".findings", ".part");
      try {
        writeAll(temporary, findings);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw new InvalidRequest(
          file + ": cannot be written; give a file in a folder that is there and has room", e);
    }
  }

  private static void writeAll(Path file, List<Finding> findings) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        var out = new java.io.BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8))) {
      for (Finding f : findings) {
        out.write(MAPPER.writeValueAsString(json(f)));
        out.write('\n');
      }
      out.flush();
      channel.force(true);
    }
  }

  private static ObjectNode json(Finding f) {
    return MAPPER
        .createObjectNode()
        .put("example", f.exampleId())
        .put("match", f.match().name())
        .put("file", f.place().file())
        .put("line", f.place().line())
        .put("offset", f.place().offset())
        .put("length", f.place().length())
        .put("field", f.field())
        .put("start", f.start())
        .put("end", f.end())
        .put("score", f.score())
        .put("target", f.target())
        .put("excerpt", f.excerpt());
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws InvalidRequest where there is no such file
   * @throws CorruptArtifact where a line is no finding, named with its number
   */
  public static List<Finding> read(Path file) {
    List<Finding> findings = new ArrayList<>();
    try (Utf8Stream in = CorpusFile.open(file, Corpus.LARGEST_FILE);
        MappingIterator<JsonNode> nodes = MAPPER.readerFor(JsonNode.class).readValues(in)) {
      while (nodes.hasNextValue()) {
        findings.add(finding(nodes.nextValue(), file + ":" + (findings.size() + 1)));
      }
    } catch (JsonProcessingException e) {
      throw new CorruptArtifact(
          file + ":" + (findings.size() + 1) + ": " + JsonRecords.reason(e), e);
    } catch (IOException e) {
      throw new InvalidRequest(file + ": cannot be read: " + e, e);
    }
    return findings;
  }

  private static Finding finding(JsonNode n, String where) {
    Place place =
        new Place(
            string(n, "file", where),
            number(n, "line", where),
            number(n, "offset", where),
            number(n, "length", where));
    JsonNode score = n.path("score");
    if (!score.isNumber() || !(score.doubleValue() > 0 && score.doubleValue() <= 1)) {
      throw new CorruptArtifact(where + ": \"score\" is not in (0, 1]: write the findings again");
    }
    return new Finding(
        string(n, "example", where),
        match(string(n, "match", where), where),
        place,
        string(n, "field", where),
        (int) Math.min(Integer.MAX_VALUE, number(n, "start", where)),
        (int) Math.min(Integer.MAX_VALUE, number(n, "end", where)),
        score.doubleValue(),
        string(n, "target", where),
        string(n, "excerpt", where));
  }

  private static Finding.Match match(String name, String where) {
    for (Finding.Match match : Finding.Match.values()) {
      if (match.name().equals(name)) {
        return match;
      }
    }
    throw new CorruptArtifact(
        where + ": \"match\" is " + Excerpt.line(name, 40) + ": write the findings again");
  }

  private static String string(JsonNode n, String key, String where) {
    if (!n.path(key).isTextual()) {
      throw new CorruptArtifact(where + ": \"" + key + "\" is no string: write the findings again");
    }
    return n.path(key).textValue();
  }

  private static long number(JsonNode n, String key, String where) {
    JsonNode value = n.path(key);
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
      throw new CorruptArtifact(
          where + ": \"" + key + "\" is no whole number: write the findings again");
    }
    return value.longValue();
  }
}
