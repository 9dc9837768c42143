package palimpsest.torch.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import palimpsest.api.CorruptArtifact;

/** A JSON object in a file that somebody else wrote: strict, no duplicate keys, bounded depth. */
public final class JsonFile {
  private static final long LARGEST = 1L << 28;

  static final JsonFactory FACTORY =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private static final ObjectMapper STRICT =
      new ObjectMapper(FACTORY).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private JsonFile() {}

  /**
   * Reads the object.
   *
   * @throws CorruptArtifact if the file cannot be read, is over 256 MiB, not UTF-8, not JSON or not
   *     an object
   */
  public static ObjectNode read(Path file) {
    return parse(text(file), file.toString());
  }

  /** The file's text, which must be UTF-8 of at most 256 MiB. */
  public static String text(Path file) {
    try {
      long size = Files.size(file);
      if (size > LARGEST) {
        throw new CorruptArtifact(file + ": " + size + " bytes, wanted at most " + LARGEST);
      }
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new CorruptArtifact(file + ": not UTF-8; fetch the file again", e);
    } catch (IOException e) {
      throw new CorruptArtifact(file + ": cannot be read: " + Words.reason(e), e);
    }
  }

  /** Parses the object as strictly; {@code where} begins the messages. */
  public static ObjectNode parse(String text, String where) {
    try {
      JsonNode node = STRICT.readTree(text);
      if (node instanceof ObjectNode object) {
        return object;
      }
      throw new CorruptArtifact(where + ": not a JSON object; fetch the file again");
    } catch (JsonProcessingException e) {
      throw new CorruptArtifact(
          where + ": not valid JSON: " + Words.quoted(e.getOriginalMessage()), e);
    }
  }

  /** Writes the object, indented, atomically. */
  public static void write(Path file, JsonNode node) {
    AtomicFile.write(
        file,
        channel -> {
          String text = node.toPrettyString() + "\n";
          AtomicFile.drain(channel, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        });
  }
}
