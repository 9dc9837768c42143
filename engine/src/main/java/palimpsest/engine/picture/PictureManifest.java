package palimpsest.engine.picture;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.engine.JsonFiles;

/**
 * How a model of pixels came about: what doing it again without some pictures needs to know. Kept
 * beside the weights as {@value #FILE}.
 *
 * @param format version of this record
 * @param data what it was trained on, those left out included
 * @param without ids of the pictures that were left out
 * @param recipe how it was trained
 * @param start digest of the first weights
 * @param ledger hash of the last line of the run's ledger
 * @param table SHA-256 of the run's table of fingerprints
 * @param machine what it was trained on; only there are results bit for bit the same
 * @param weights digest of the parameters, the moving average of the run's
 */
public record PictureManifest(
    String format,
    Pictures data,
    List<String> without,
    PictureRecipe recipe,
    String start,
    String ledger,
    String table,
    Map<String, String> machine,
    String weights) {
  static final String FORMAT = "palimpsest-pictures/2";

  /** Its name beside the weights. */
  public static final String FILE = "palimpsest-pictures.json";

  /**
   * Captioned pictures that a model was trained on.
   *
   * @param source where they came from, if that is one of the readers here
   * @param digest of their corpus: pixels, ids, captions, objects, styles and groups
   * @param count how many they are
   */
  public record Pictures(Optional<PictureSource> source, String digest, int count) {}

  public PictureManifest {
    if (!format.equals(FORMAT)) {
      throw new CorruptArtifact(
          FILE
              + " has format \""
              + format
              + "\", wanted \""
              + FORMAT
              + "\": another version wrote it");
    }
    without = List.copyOf(without);
    machine = Collections.unmodifiableMap(new TreeMap<>(machine));
  }

  /** The manifest beside a model, if it was trained here. */
  public static Optional<PictureManifest> beside(Path model) {
    Path file = model.resolve(FILE);
    return Files.exists(file)
        ? Optional.of(JsonFiles.read(file, PictureManifest.class))
        : Optional.empty();
  }

  /**
   * The manifest beside a model.
   *
   * @throws InvalidRequest if there is none
   */
  static PictureManifest of(Path model) {
    return beside(model)
        .orElseThrow(
            () ->
                new InvalidRequest(
                    model
                        + " has no "
                        + FILE
                        + ", which says how it was trained: give a folder that train --pictures"
                        + " made"));
  }
}
