package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import palimpsest.api.Recipe;
import palimpsest.torch.text.PromptTemplate;

/**
 * How a checkpoint came about: what retraining without some of the data needs to know. Kept beside
 * the weights as {@code palimpsest.json}.
 *
 * @param format version of this record
 * @param start what was trained from
 * @param template how examples became tokens
 * @param recipe how weights were descended
 * @param corpus SHA-256 of every corpus file by name
 * @param examples records trained on
 * @param ledger hash of the last line of the run's ledger
 * @param weights digest of the parameters
 */
public record Manifest(
    String format,
    Start start,
    PromptTemplate.Kind template,
    Recipe recipe,
    Map<String, String> corpus,
    int examples,
    String ledger,
    String weights) {
  public static final String FORMAT = "palimpsest-training/1";
  static final String FILE = "palimpsest.json";

  /**
   * What a run began with.
   *
   * @param checkpoint folder of a checkpoint; empty for weights drawn from {@code seed}
   * @param seed of drawn weights
   * @param weights digest of the first weights
   */
  public record Start(Optional<String> checkpoint, long seed, String weights) {}

  public Manifest {
    corpus = java.util.Collections.unmodifiableMap(new java.util.TreeMap<>(corpus));
  }

  /** The manifest beside a model, if it was trained here. */
  public static Optional<Manifest> beside(Path model) {
    Path file = model.resolve(FILE);
    return Files.exists(file)
        ? Optional.of(JsonFiles.read(file, Manifest.class))
        : Optional.empty();
  }
}
