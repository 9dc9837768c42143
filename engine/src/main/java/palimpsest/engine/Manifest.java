package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
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
 * @param without ids of corpus records that were not trained on, or were to be forgotten since
 * @param changes what was done to the weights after training, in order; empty for a trained model
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
    List<String> without,
    List<String> changes,
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
    changes = List.copyOf(changes);
    corpus = java.util.Collections.unmodifiableMap(new java.util.TreeMap<>(corpus));
  }

  /** The manifest of these weights after a change that was to forget {@code records}. */
  Manifest changed(String change, Collection<String> records, String newLedger, String digest) {
    TreeSet<String> forgotten = new TreeSet<>(without);
    forgotten.addAll(records);
    List<String> all = new ArrayList<>(changes);
    all.add(change);
    return new Manifest(
        format,
        start,
        template,
        recipe,
        corpus,
        List.copyOf(forgotten),
        all,
        examples,
        newLedger,
        digest);
  }

  /** The manifest beside a model, if it was trained here. */
  public static Optional<Manifest> beside(Path model) {
    Path file = model.resolve(FILE);
    return Files.exists(file)
        ? Optional.of(JsonFiles.read(file, Manifest.class))
        : Optional.empty();
  }

  /** A model is asked and changed with the template that it was trained with. */
  public static void requireTemplate(Path model, PromptTemplate.Kind given) {
    beside(model)
        .filter(m -> m.template() != given)
        .ifPresent(
            m -> {
              String trained = m.template().name().toLowerCase(Locale.ROOT);
              throw new InvalidRequest(
                  model
                      + " was trained with the template "
                      + trained
                      + ": give --template "
                      + trained);
            });
  }
}
