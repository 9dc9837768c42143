package palimpsest.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import palimpsest.api.InvalidRequest;
import palimpsest.dossier.Json;
import palimpsest.torch.checkpoint.AtomicFile;

/** Records on disk as canonical JSON, written atomically and read strictly. */
public final class JsonFiles {
  private JsonFiles() {}

  /** Writes a record, replacing the file if it is there. */
  public static void write(Path file, Object value) {
    AtomicFile.write(file, Json.canonical(value));
  }

  /**
   * Reads a record that this software wrote.
   *
   * @throws InvalidRequest if the file is not there
   * @throws palimpsest.api.CorruptArtifact if it is not such a record
   */
  public static <T> T read(Path file, Class<T> type) {
    try {
      return Json.read(Files.readAllBytes(file), type, file.toString());
    } catch (NoSuchFileException e) {
      throw new InvalidRequest(file + " is not there", e);
    } catch (IOException e) {
      throw new InvalidRequest(file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
