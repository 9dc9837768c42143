package palimpsest.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.Corpus;

/**
 * One training of the chain that led to a model, and which records it met.
 *
 * @param model what came of it
 * @param manifest how it was done
 * @param corpus of what is given, the files that it was of
 */
record PastTraining(Path model, Manifest manifest, Corpus corpus) {

  /**
   * That of a model.
   *
   * @param given its files and perhaps others
   * @throws InvalidRequest if it is not known, or the model was changed since
   */
  static PastTraining of(Path model, Corpus given) {
    Manifest manifest =
        Manifest.beside(model)
            .orElseThrow(
                () ->
                    new InvalidRequest(
                        "exact.replay needs "
                            + model.resolve(Manifest.FILE)
                            + ", which says how the model was trained"));
    if (!manifest.changes().isEmpty()) {
      throw new InvalidRequest(
          model
              + " was changed since it was trained, by "
              + manifest.changes()
              + ": replay the model before that");
    }
    return new PastTraining(model, manifest, given.only(manifest.corpus().keySet()));
  }

  /** Folder of the ledger and the checkpoints of a model's training. */
  static Path run(Path model) {
    return model.toAbsolutePath().normalize().resolveSibling("run");
  }

  /** The checkpoint that a model's training began from, if that was trained here. */
  static Optional<Path> before(Manifest manifest) {
    return manifest
        .start()
        .checkpoint()
        .map(Path::of)
        .filter(folder -> Manifest.beside(folder).isPresent());
  }

  /** A model that was trained here and those before it, the first of all last. */
  static List<Path> chain(Path model) {
    List<Path> chain = new ArrayList<>();
    Optional<Path> next = Optional.of(model);
    while (next.isPresent() && !chain.contains(next.get())) {
      chain.add(next.get());
      next = Manifest.beside(next.get()).flatMap(PastTraining::before);
    }
    return chain;
  }

  /**
   * Refuses trainings of which one began from what came of it.
   *
   * @throws CorruptArtifact if the chain that led to a model does not end
   */
  static void requireNoCircle(Path model) {
    List<Path> chain = chain(model);
    Path first = chain.get(chain.size() - 1);
    if (Manifest.beside(first).flatMap(PastTraining::before).isPresent()) {
      throw new CorruptArtifact(
          first
              + " began, as its "
              + Manifest.FILE
              + " says, from what came of it: no training did");
    }
  }

  /** Bytes of a model's weights. */
  static long weightBytes(Path model) {
    try (Stream<Path> files = Files.list(model)) {
      long bytes = 0;
      for (Path file : files.filter(f -> f.toString().endsWith(".safetensors")).toList()) {
        bytes += Files.size(file);
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path run() {
    return run(model);
  }

  /** Folder of the tokenizer and the configuration: of an adapter those of what it is over. */
  Path readable() {
    return Files.exists(model.resolve("config.json"))
        ? model
        : manifest.start().checkpoint().map(Path::of).orElse(model);
  }

  /** The records that it met. */
  List<Example> met() {
    return corpus.examples().stream().filter(this::met).toList();
  }

  /** Those of some records that it met. */
  List<Example> met(Set<String> records) {
    return met().stream().filter(e -> records.contains(e.id())).toList();
  }

  /** The records that it is done again with. */
  List<Example> without(Set<String> records) {
    return met().stream().filter(e -> !records.contains(e.id())).toList();
  }

  /** Whether it met any of some records. */
  boolean isTouched(Set<String> records) {
    return !met(records).isEmpty();
  }

  /** Ids speak of the files as they were: in one that has changed since, all were met. */
  private boolean met(Example e) {
    String file = Manifest.fileOf(e.id());
    boolean same = Objects.equals(corpus.fileDigests().get(file), manifest.corpus().get(file));
    return !(same && manifest.without().contains(e.id()));
  }

  /** Records that are missing would be forgotten too, which nobody decided. */
  void requireWhole() {
    int there = met().size();
    if (there != manifest.examples()) {
      throw new InvalidRequest(
          model
              + " was trained on "
              + manifest.examples()
              + " records, of which the corpus given has "
              + there
              + ": give all of "
              + manifest.corpus().keySet());
    }
  }
}
