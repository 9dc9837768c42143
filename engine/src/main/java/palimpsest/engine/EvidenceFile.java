package palimpsest.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Evidence;
import palimpsest.torch.checkpoint.AtomicFile;

/** Evidence on disk, so that judging can go on where it was stopped. */
public final class EvidenceFile {
  private static final ObjectMapper MAPPER = JsonMapper.builder().build();

  private EvidenceFile() {}

  /** Writes it, replacing the file if it is there. */
  public static void write(Path file, Evidence evidence) {
    try {
      AtomicFile.write(file, MAPPER.writeValueAsBytes(evidence));
    } catch (IOException e) {
      throw new IllegalStateException("evidence cannot be written as JSON", e);
    }
  }

  /** Reads what {@link #write} wrote. */
  public static Evidence read(Path file) {
    try {
      return MAPPER.readValue(Files.readAllBytes(file), Evidence.class);
    } catch (IOException e) {
      throw new CorruptArtifact(
          file + " is not evidence as this software writes it: remove it to collect it anew", e);
    }
  }
}
