package palimpsest.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import palimpsest.discovery.Corpus;
import palimpsest.engine.Destroyed;
import palimpsest.engine.Destroying;
import palimpsest.engine.Superseded;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Destroys what a replay supersedes. */
@Command(
    name = "destroy",
    description = {
      "Lists the files of a training that a replay supersedes, which still hold what was"
          + " forgotten, and why; with --yes destroys them.",
      "",
      "What was interrupted goes on with the same command. Copies elsewhere, backups and what a"
          + " disk keeps until it is written over are not reached: see docs/exact.md."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Example:",
      "  palimpsest destroy out/model --for out/replay --corpus corpus.jsonl --yes"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class DestroyCommand implements Callable<Integer> {
  private static final String NOT_REACHED =
      "copies elsewhere, backups and snapshots, models made from this one, and the blocks that a"
          + " file system or an SSD keeps until they are written over; the corpus and what forget"
          + " left (request, findings, evidence, dossier) hold the text still";

  private static final String LOST =
      "verify --replay of a dossier about this model has nothing to begin from; trainings and shards"
          + " that began from it can no longer be replayed, merged or averaged";

  private final Screen screen;

  @Parameters(
      index = "0",
      paramLabel = "OLD",
      description = "Folder of the training: what train --out named.")
  private Path old;

  @Option(
      names = "--for",
      paramLabel = "NEW",
      required = true,
      description = "Folder of the replay, of one run or of shards: what apply --out named.")
  private Path replay;

  @Option(
      names = "--corpus",
      paramLabel = "FILE",
      arity = "1..*",
      description = "Files that the replay was made with: tells of tokens that spell what is gone.")
  private @Nullable List<Path> corpus;

  @Option(names = "--yes", description = "Destroy; without it files are listed.")
  private boolean yes;

  @Mixin private Common common;

  DestroyCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    Destroying destroying =
        new Destroying(old, replay, Clock.systemUTC(), common.resumableConsole(screen));
    Optional<List<Path>> files = Optional.ofNullable(corpus);
    List<String> telling =
        files.map(f -> destroying.tellingTokens(Corpus.read(f))).orElse(List.of());
    Optional<Destroyed.Done> done = destroying.done();
    if (yes || done.isPresent()) {
      tell(done.orElseGet(destroying::destroy));
    } else {
      list(destroying.list());
    }
    if (Files.isDirectory(replay.resolve("before"))) {
      Wrapped.print(
          screen,
          "apart: ",
          "the training before met what is forgotten too and was made again in "
              + replay.resolve("before")
              + ": its old folder is destroyed for that one, by a call of its own");
    }
    files.ifPresent(f -> tellTokens(telling));
    Wrapped.print(screen, "not reached: ", NOT_REACHED);
    return 0;
  }

  private void tellTokens(List<String> telling) {
    String among =
        String.format(
            Locale.ROOT,
            " among its tokens of %d and more characters (shorter ones were not looked at)",
            Destroying.TELLING_CHARACTERS);
    if (telling.isEmpty()) {
      Wrapped.print(
          screen,
          "tokens: ",
          "the tokenizer, which the replay keeps, has none that stands in forgotten records and in"
              + " no other"
              + among);
    } else {
      Wrapped.print(
          screen,
          "warning: ",
          "the tokenizer, which the replay keeps, has some that stand in forgotten records and in"
              + " no other"
              + among
              + ": "
              + String.join(", ", telling));
    }
  }

  private void list(Superseded superseded) {
    screen.heading(superseded.folder());
    List<Superseded.Item> there = superseded.all(Superseded.Fate.LISTED);
    Optional<Superseded.Kind> kind = Optional.empty();
    for (Superseded.Item file : there) {
      if (!kind.equals(Optional.of(file.kind()))) {
        kind = Optional.of(file.kind());
        Wrapped.print(screen, "  ", file.kind().why());
      }
      String names = file.names() > 1 ? "  (" + file.names() + " names: content stays)" : "";
      screen.line(String.format(Locale.ROOT, "%,19d B  %s%s", file.bytes(), file.name(), names));
    }
    tellKept(superseded);
    tellNames(
        "changed: ",
        superseded.all(Superseded.Fate.LEFT),
        " (not as listed, so not to be destroyed: look at what it is, and delete or move it)");
    Wrapped.print(screen, "lost with it: ", LOST);
    screen.heading(
        superseded.asked().isEmpty()
            ? total(there) + ": nothing was destroyed; give --yes to destroy them"
            : String.format(
                Locale.ROOT,
                "begun at %s: %d of %d are gone already; this call destroyed none; give --yes to"
                    + " destroy the rest, %s",
                superseded.asked(),
                superseded.all(Superseded.Fate.DELETED).size()
                    + superseded.all(Superseded.Fate.ABSENT).size(),
                superseded.files().size(),
                total(there)));
  }

  private void tell(Destroyed.Done done) {
    Superseded superseded = done.superseded();
    List<Superseded.Item> gone = superseded.all(Superseded.Fate.DELETED);
    gone.stream()
        .filter(f -> f.names() > 1)
        .forEach(f -> screen.line(f.name() + ": its content stays under another name"));
    tellKept(superseded);
    tellNames(
        "not found: ",
        superseded.all(Superseded.Fate.ABSENT),
        " (on the list, and not there any more when its turn came: not destroyed by this; find out"
            + " where it went)");
    if (!done.left().isEmpty()) {
      Wrapped.print(
          screen,
          "left: ",
          String.join(", ", done.left())
              + " (not on the list, or changed since: delete or move it yourself)");
    }
    screen.heading(
        "destroyed at " + done.ended() + ": " + total(gone) + " of " + superseded.folder());
  }

  private void tellNames(String label, List<Superseded.Item> files, String why) {
    if (!files.isEmpty()) {
      String names = files.stream().map(Superseded.Item::name).collect(Collectors.joining(", "));
      Wrapped.print(screen, label, names + why);
    }
  }

  private void tellKept(Superseded superseded) {
    List<String> results = superseded.kept().stream().filter(k -> k.endsWith(".json")).toList();
    if (!results.isEmpty()) {
      Wrapped.print(
          screen, "kept: ", String.join(", ", results) + " (digests, not weights or texts)");
    }
    if (results.size() < superseded.kept().size()) {
      Wrapped.print(
          screen,
          "kept: ",
          "before, a training of its own, with weights: where "
              + replay
              + " has a before too, destroy it for that one");
    }
  }

  private static String total(List<Superseded.Item> files) {
    return String.format(Locale.ROOT, "%d files, %,d B", files.size(), Superseded.bytes(files));
  }
}
