package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.checkpoint.AtomicFile;

/**
 * What a destruction is to delete, and what became of each file so far: {@code destroying.json} in
 * the replay's folder, from before the first file is deleted to the end.
 *
 * @param old folder of the training
 * @param replay folder of the replay that supersedes it
 */
record Intent(TrainingFolder old, TrainingFolder replay) {
  static final String FILE = "destroying.json";

  /**
   * The one that was written, if there is one.
   *
   * @throws InvalidRequest if it is of another destruction
   * @throws CorruptArtifact if it was altered
   */
  Optional<Superseded> begun() {
    if (!Files.exists(file())) {
      return Optional.empty();
    }
    Superseded intent = read();
    if (!intent.folder().equals(old.folder().toString())) {
      throw new InvalidRequest(
          String.format(
              Locale.ROOT,
              "the destruction of %s for %s was begun: go on with that first; this call destroyed"
                  + " none of %s",
              intent.folder(),
              replay.folder(),
              old.folder()));
    }
    requireWithin(intent);
    requireOfReplay(intent);
    return Optional.of(intent);
  }

  private Superseded read() {
    try {
      return JsonFiles.read(file(), Superseded.class);
    } catch (CorruptArtifact e) {
      throw new CorruptArtifact(
          e.getMessage()
              + ": restore it from a copy or, while nothing of "
              + old.folder()
              + " is gone, remove it and begin again; this call destroyed none",
          e);
    }
  }

  private void requireWithin(Superseded intent) {
    for (Superseded.Item item : intent.files()) {
      if (!old.isBelow(item.name())) {
        throw new CorruptArtifact(
            String.format(
                Locale.ROOT,
                "%s names %s, which is not below %s: restore it from a copy; %s",
                file(),
                item.name(),
                old.folder(),
                progress(intent)));
      }
    }
  }

  private void requireOfReplay(Superseded intent) {
    Path model = replay.folder().resolve("model");
    Optional<String> weights =
        replay.layout() == Layout.SHARDS
            ? ShardSet.beside(model).map(ShardSet::weights)
            : Manifest.beside(model).map(Manifest::weights);
    if (weights.filter(intent.by()::equals).isEmpty()) {
      throw new InvalidRequest(
          String.format(
              Locale.ROOT,
              "%s is of another replay than %s: put that one's model back; %s",
              file(),
              model,
              progress(intent)));
    }
  }

  /**
   * Refuses one whose training has vanished as a whole: whoever moved it has the files.
   *
   * @throws InvalidRequest if it has
   */
  void requireThere(Superseded intent) {
    int left = intent.all(Superseded.Fate.LISTED).size() + intent.all(Superseded.Fate.LEFT).size();
    if (left > 0 && !old.isThere()) {
      throw new InvalidRequest(
          String.format(
              Locale.ROOT,
              "%s is not there any more, with %d of its %d files not destroyed: put it back; if it"
                  + " is gone for good, make an empty folder in its place and do this again, which"
                  + " records them as not found; this call destroyed none",
              old.folder(),
              left,
              intent.files().size()));
    }
  }

  /** How far it has come, for a call that is refused. */
  private String progress(Superseded intent) {
    return String.format(
        Locale.ROOT,
        "%d of %d files are gone already; this call destroyed none",
        intent.files().stream().filter(f -> old.isBelow(f.name()) && !old.hasAny(f.name())).count(),
        intent.files().size());
  }

  void write(Superseded intent) {
    JsonFiles.write(file(), intent);
  }

  void remove() {
    AtomicFile.delete(file());
  }

  private Path file() {
    return replay.folder().resolve(FILE);
  }
}
