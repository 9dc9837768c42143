package palimpsest.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import palimpsest.discovery.Corpus;

/**
 * Which records the trainings that led to a model met, as far as their manifests tell: by the ids
 * of records and the digests of files.
 *
 * @param parts the model's own training, or that of its shards, and those before it
 * @param unknown the checkpoint that all began from, where it is not known what that was trained on
 */
record TrainedOn(List<Part> parts, Optional<String> unknown) {
  TrainedOn {
    parts = List.copyOf(parts);
  }

  /**
   * One training.
   *
   * @param corpus SHA-256 of each of its files by name
   * @param without ids of records in them that it did not meet
   */
  record Part(Map<String, String> corpus, Set<String> without) {
    Part {
      corpus = Map.copyOf(corpus);
      without = Set.copyOf(without);
    }

    private static Part of(Manifest m) {
      return new Part(m.corpus(), m.changes().isEmpty() ? Set.copyOf(m.without()) : Set.of());
    }

    /** Ids speak of the files as they were: in one that has changed since, all were met. */
    private boolean met(String record, Optional<Corpus> given) {
      String file = Manifest.fileOf(record);
      return corpus.containsKey(file) && !(isSame(file, given) && without.contains(record));
    }

    private boolean isSame(String file, Optional<Corpus> given) {
      return given
          .map(c -> Objects.equals(c.fileDigests().get(file), corpus.get(file)))
          .orElse(true);
    }

    private boolean isWhole(Corpus given) {
      return corpus.keySet().stream().allMatch(file -> isSame(file, Optional.of(given)));
    }

    private boolean names(String record) {
      return corpus.containsKey(Manifest.fileOf(record));
    }
  }

  static TrainedOn of(Path model) {
    Optional<ShardSet> shards = ShardSet.beside(model);
    Path last = shards.map(s -> Path.of(s.base())).orElse(model);
    List<Part> parts = new ArrayList<>();
    shards.ifPresent(s -> parts.add(new Part(s.corpus(), Set.copyOf(s.without()))));
    PastTraining.chain(last).stream()
        .flatMap(m -> Manifest.beside(m).stream())
        .forEach(m -> parts.add(Part.of(m)));
    Optional<Manifest> first = Manifest.beside(last);
    return new TrainedOn(
        parts,
        first.isPresent() ? first.flatMap(Replaying::unknownStart) : shards.map(ShardSet::base));
  }

  /**
   * Whether a training met a record.
   *
   * @param given the files, where they are at hand
   */
  boolean met(String record, Optional<Corpus> given) {
    return parts.stream().anyMatch(p -> p.met(record, given));
  }

  /**
   * Why nothing is to be removed exactly: it is known of all of some records that no training met
   * them. Of files that are missing, renamed or changed nothing is known.
   */
  Optional<String> nothing(Set<String> records, Optional<Corpus> given) {
    boolean told =
        given
            .map(c -> parts.stream().allMatch(p -> p.isWhole(c)))
            .orElseGet(
                () -> records.stream().allMatch(r -> parts.stream().anyMatch(p -> p.names(r))));
    return parts.isEmpty() || !told || records.stream().anyMatch(r -> met(r, given))
        ? Optional.empty()
        : Optional.of(
            "no training of this model met these records: there is nothing to remove exactly"
                + unknown
                    .map(c -> "; what the checkpoint it began from had seen is not known: " + c)
                    .orElse(""));
  }
}
