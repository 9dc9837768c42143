package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.Corpus;
import palimpsest.torch.checkpoint.AtomicFile;
import palimpsest.torch.train.FolderLock;

/**
 * Destroys what a replay, of one run or of shards, supersedes: the files of a training that still
 * hold what was forgotten, or that nobody needs since the replay has its own.
 *
 * <pre>
 * NEW/destroying.json   the intent, there from before the first file is deleted to the end
 * NEW/destroyed.json    what was destroyed
 * </pre>
 *
 * <p>Killed at any moment, it goes on from the intent when it is done again. What is not on its
 * list is not deleted. See docs/exact.md for what a deletion does not reach.
 */
public final class Destroying {
  /** The shortest tokens that are looked at. */
  public static final int TELLING_CHARACTERS = TellingTokens.LEAST_CHARACTERS;

  private final TrainingFolder old;
  private final TrainingFolder replay;
  private final Intent intent;
  private final Clock clock;
  private final Console console;

  /**
   * A destruction to come, or one to go on with.
   *
   * @param old folder of the training
   * @param replay folder of the replay that supersedes it
   * @throws InvalidRequest if one is the other, a link, or within the other
   */
  public Destroying(Path old, Path replay, Clock clock, Console console) {
    Path was = TrainingFolder.named(old);
    Path is = TrainingFolder.named(replay);
    Layout layout = Layout.of(is);
    this.old = new TrainingFolder(was, layout);
    this.replay = new TrainingFolder(is, layout);
    this.intent = new Intent(this.old, this.replay);
    this.clock = clock;
    this.console = console;
    if (is.startsWith(was) || was.startsWith(is)) {
      throw new InvalidRequest(
          old + " and " + replay + " are one folder or one within the other: give two apart");
    }
    if (!Files.isDirectory(is)) {
      throw new InvalidRequest(replay + " is no folder: give the folder of a replay");
    }
    requireNoJob(is);
  }

  /** What {@code forget} leaves has the replay in it. */
  private static void requireNoJob(Path folder) {
    Path remedies = folder.resolve("remedies");
    if (!Files.exists(folder.resolve("model")) && Files.isDirectory(remedies)) {
      Path wanted =
          Outputs.folders(remedies).stream()
              .filter(f -> Files.exists(f.resolve("applied.json")))
              .filter(f -> String.valueOf(f.getFileName()).matches("exact\\.(replay|shards).*"))
              .findFirst()
              .orElse(remedies.resolve("exact.replay"));
      throw new InvalidRequest(
          folder + " is what forget left: give the replay in it, such as " + wanted);
    }
  }

  /** The destruction of this folder for this replay, if it has ended and nothing came back. */
  public Optional<Destroyed.Done> done() {
    if (intent.begun().isPresent()) {
      return Optional.empty();
    }
    return Destroyed.beside(replay.folder()).destructions().stream()
        .filter(d -> d.superseded().folder().equals(old.folder().toString()))
        .reduce((one, later) -> later)
        .filter(d -> d.left().containsAll(old.others()));
  }

  /**
   * Lists what is to be destroyed, and of a destruction that was begun what has become of it;
   * changes nothing.
   *
   * @throws InvalidRequest if the replay does not supersede the training, or the folder holds what
   *     no training leaves, or it has vanished since
   * @throws CorruptArtifact if a ledger or a model was altered, the replay lacks what a later one
   *     needs, or the intent was altered
   */
  public Superseded list() {
    Optional<Superseded> begun = intent.begun();
    begun.ifPresent(intent::requireThere);
    return begun
        .map(s -> s.of(s.asked(), s.files().stream().map(f -> f.with(old.fate(f))).toList()))
        .orElseGet(this::superseded);
  }

  private Superseded superseded() {
    Succession between = new Succession(old, replay);
    return old.layout() == Layout.SHARDS
        ? new ShardSupersession(between).listed()
        : new Supersession(between).listed();
  }

  /**
   * Destroys it, goes on destroying it, or finds it destroyed.
   *
   * @throws Interrupted where the console said so; done again, it goes on
   * @throws CorruptArtifact besides what {@link #list} says, if something stands in the place of a
   *     file that may hold what is forgotten; done again without it, this ends
   */
  public Destroyed.Done destroy() {
    Optional<Destroyed.Done> there = done();
    if (there.isPresent()) {
      return there.get();
    }
    Superseded listed = list();
    try (Held held = Held.of(replay)) {
      Superseded now = destroyFiles(listed);
      requireNothingTelling(now);
      Destroyed.Done done = record(destroyRest(now));
      stopWhereAsked();
      intent.remove();
      return done;
    }
  }

  /** All runs of a folder, none of which is gone on with meanwhile. */
  private record Held(List<FolderLock> locks) implements AutoCloseable {
    static Held of(TrainingFolder folder) {
      Held held = new Held(new ArrayList<>());
      try {
        folder.runs().forEach(run -> held.locks.add(FolderLock.take(run)));
        return held;
      } catch (RuntimeException e) {
        held.close();
        throw e;
      }
    }

    @Override
    public void close() {
      locks.forEach(FolderLock::close);
    }
  }

  /** Writes the intent and destroys all but the locks, which are held meanwhile. */
  private Superseded destroyFiles(Superseded listed) {
    try (Held held = Held.of(old)) {
      Superseded now = intent.begun().orElseGet(() -> begin(listed));
      List<Superseded.Item> files = unlocked(now);
      try (Console.Bar bar = console.bar("Destroying " + old.folder(), files.size())) {
        for (int i = 0; i < files.size(); i++) {
          stopWhereAsked();
          now = destroy(now, files.get(i));
          bar.at(i + 1, "");
        }
      }
      return now;
    }
  }

  private Superseded begin(Superseded listed) {
    List<Superseded.Item> now = old.items(listed.firstMet());
    if (!unlocked(listed.of("", now)).equals(unlocked(listed))) {
      throw new InvalidRequest(
          old.folder() + " changed while it was looked at: do it again; nothing was destroyed");
    }
    Superseded begun =
        listed.of(clock.instant().toString(), now.stream().map(old::digested).toList());
    AtomicFile.syncAll(replay.folder()); // what takes OLD's place outlasts a loss of power too
    intent.write(begun);
    return begun;
  }

  private static List<Superseded.Item> unlocked(Superseded superseded) {
    return superseded.files().stream().filter(f -> f.kind() != Superseded.Kind.LOCK).toList();
  }

  /** Deletes a file if it is still the one that was listed; what becomes of it is written first. */
  private Superseded destroy(Superseded before, Superseded.Item file) {
    Superseded.Fate fate = old.fate(file);
    boolean has = fate == Superseded.Fate.LISTED;
    Superseded.Item is = file.with(has ? Superseded.Fate.DELETED : fate);
    Superseded now =
        before.of(
            before.asked(), before.files().stream().map(f -> f.equals(file) ? is : f).toList());
    if (!is.equals(file)) {
      intent.write(now);
    }
    if (has) {
      old.delete(file);
    }
    return now;
  }

  private void requireNothingTelling(Superseded now) {
    List<String> telling = old.telling(now);
    if (!telling.isEmpty()) {
      throw new CorruptArtifact(
          String.format(
              Locale.ROOT,
              "%s holds %s, not as listed, which may have met what is forgotten and was left; %d of"
                  + " %d files were destroyed: move it away, or delete it if it is not wanted, and"
                  + " do this again",
              old.folder(),
              String.join(", ", telling),
              now.all(Superseded.Fate.DELETED).size(),
              now.files().size()));
    }
  }

  /** The locks, and the folders that are empty. */
  private Superseded destroyRest(Superseded begun) {
    Superseded now = begun;
    for (Superseded.Item file : begun.files()) {
      if (file.kind() == Superseded.Kind.LOCK) {
        stopWhereAsked();
        now = destroy(now, file);
      }
    }
    for (Path folder : old.folders()) {
      if (TrainingFolder.isEmpty(folder)) {
        stopWhereAsked();
        AtomicFile.delete(folder);
      }
    }
    return now;
  }

  private Destroyed.Done record(Superseded now) {
    Destroyed before = Destroyed.beside(replay.folder());
    Optional<Destroyed.Done> there =
        before.destructions().stream().filter(d -> d.superseded().equals(now)).findFirst();
    if (there.isPresent()) {
      return there.get();
    }
    stopWhereAsked();
    Destroyed.Done done = new Destroyed.Done(now, clock.instant().toString(), old.others());
    JsonFiles.write(replay.folder().resolve(Destroyed.FILE), before.and(done));
    return done;
  }

  private void stopWhereAsked() {
    if (console.interrupted()) {
      throw new Interrupted(
          "stopped before all of " + old.folder() + " was destroyed; do it again to go on");
    }
  }

  private Path model() {
    return replay.folder().resolve("model");
  }

  /**
   * Tokens of the replay's vocabulary, of {@link #TELLING_CHARACTERS} and more characters, that
   * spell out what was forgotten: its tokenizer is the training's.
   *
   * @param corpus that the replay was made with
   * @throws InvalidRequest if it is another
   */
  public List<String> tellingTokens(Corpus corpus) {
    Path model = model();
    if (replay.layout() == Layout.SHARDS) {
      ShardSet shards = ShardSet.beside(model).orElseThrow();
      requireMadeWith(corpus, shards.corpus());
      List<String> gone = Holdings.of(model, shards, corpus).gone(corpus);
      return TellingTokens.of(model, gone, corpus.examples());
    }
    Manifest manifest =
        Manifest.beside(model)
            .orElseThrow(
                () -> new InvalidRequest(replay.folder() + " has no model/" + Manifest.FILE));
    requireMadeWith(corpus, manifest.corpus());
    return TellingTokens.of(model, manifest.without(), corpus.examples());
  }

  private void requireMadeWith(Corpus corpus, Map<String, String> digests) {
    if (!digests.equals(corpus.fileDigests())) {
      throw new InvalidRequest(
          "the corpus given is not the one that "
              + replay.folder()
              + " was made with: give its files, "
              + digests.keySet());
    }
  }
}
