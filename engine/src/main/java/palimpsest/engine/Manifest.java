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
import palimpsest.torch.llm.Trained;
import palimpsest.torch.text.PromptTemplate;
import palimpsest.torch.train.Slicing;

/**
 * How a checkpoint came about: what retraining without some of the data needs to know. Kept beside
 * the weights as {@code palimpsest.json}.
 *
 * @param format version of this record
 * @param start what was trained from
 * @param template how examples became tokens
 * @param recipe how weights were descended
 * @param slices which part of the data came when; empty where all came in every epoch
 * @param adapter what was trained, where that is a low-rank adapter; empty for all weights
 * @param corpus SHA-256 of every corpus file by name
 * @param without ids of corpus records that were not trained on, or were to be forgotten since
 * @param changes what was done to the weights after training, in order; empty for a trained model
 * @param examples records trained on
 * @param ledger hash of the last line of the run's ledger
 * @param table SHA-256 of the run's table of fingerprints; empty where the weights were changed
 * @param weights digest of the parameters
 */
public record Manifest(
    String format,
    Start start,
    PromptTemplate.Kind template,
    Recipe recipe,
    Optional<Slicing> slices,
    Optional<Trained.LowRank> adapter,
    Map<String, String> corpus,
    List<String> without,
    List<String> changes,
    int examples,
    String ledger,
    Optional<String> table,
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

  /** Steps of such a training on so many records. */
  int steps(int records) {
    return slicing().steps(recipe, records);
  }

  /**
   * Whether it was trained on a record, by its id. Of weights that were changed since, those that
   * were to be forgotten by the change had been met all the same.
   */
  boolean met(String record) {
    return corpus.containsKey(fileOf(record)) && !(changes.isEmpty() && without.contains(record));
  }

  /** The file that an id of a record names. */
  static String fileOf(String record) {
    return record.substring(0, Math.max(0, record.lastIndexOf('#')));
  }

  Slicing slicing() {
    return slices.orElse(Slicing.NONE);
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
        slices,
        adapter,
        corpus,
        List.copyOf(forgotten),
        all,
        examples,
        newLedger,
        Optional.empty(),
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
        .map(Manifest::template)
        .or(() -> ShardSet.beside(model).map(ShardSet::template))
        .filter(template -> template != given)
        .ifPresent(
            template -> {
              String trained = template.name().toLowerCase(Locale.ROOT);
              throw new InvalidRequest(
                  model
                      + " was trained with the template "
                      + trained
                      + ": give --template "
                      + trained);
            });
  }
}
