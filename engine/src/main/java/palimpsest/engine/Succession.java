package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.torch.Weights;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.text.PromptTemplate;
import palimpsest.torch.train.ExampleTable;
import palimpsest.torch.train.FinishedRun;

/**
 * A training and what is to supersede it, with what is asked of them whether it is a run or shards.
 *
 * @param old folder of the training
 * @param replay folder of what is to supersede it, of the same layout
 */
record Succession(TrainingFolder old, TrainingFolder replay) {

  /** Refuses folders that nothing may be destroyed for, or in. */
  void requireSound() {
    if (Files.exists(old.folder().resolve(Intent.FILE))) {
      throw new InvalidRequest(
          old.folder()
              + " is the replay of a destruction that was begun: go on with that first; nothing was"
              + " destroyed");
    }
    old.requireKnown();
    replay.requireNoLinks();
  }

  /**
   * It must have been made from the training's model, and be finished.
   *
   * @param was digest of that model
   * @param is digest of the one that was made
   * @param ledger of the runs that led to it
   */
  void requireMade(Method method, String was, String is, String ledger) {
    Applying.Applied applied = applied(replay.folder());
    require(
        applied.method().equals(method.id()),
        "was made by " + applied.method() + ", wanted " + method.id());
    require(
        applied.after().equals(is) && applied.ledger().equals(ledger),
        "has a model that is not the one of its applied.json");
    require(
        applied.before().equals(was)
            || Destroyed.beside(replay.folder()).destructions().stream()
                .anyMatch(d -> d.superseded().earlier().contains(was)),
        "was made from another model, "
            + applied.before()
            + ": give the replay that was made from the training's");
  }

  /** Places that a run done again has empty and the first had not. */
  NavigableSet<Integer> moreGone(FinishedRun first, FinishedRun again) {
    require(again.isOf(first), "is of another run: other header in the ledger");
    require(again.gone().containsAll(first.gone()), "met places that the training had empty");
    NavigableSet<Integer> more = new TreeSet<>(again.gone());
    more.removeAll(first.gone());
    return more;
  }

  void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new InvalidRequest(
          replay.folder()
              + " does not supersede "
              + old.folder()
              + ": it "
              + otherwise
              + "; nothing was destroyed");
    }
  }

  static Applying.Applied applied(Path folder) {
    Path file = folder.resolve("applied.json");
    if (!Files.exists(file)) {
      throw new InvalidRequest(
          folder + " has no applied.json: finish the replay, or give the folder of one");
    }
    return JsonFiles.read(file, Applying.Applied.class);
  }

  /** The run of a folder, which must end where its manifest says. */
  static FinishedRun run(Path folder, String ledger) {
    FinishedRun run = FinishedRun.of(folder.resolve("run"));
    if (!run.head().equals(ledger)) {
      throw notOfOne(folder);
    }
    return run;
  }

  /**
   * Reads a folder's model, whole and with its tokenizer: the one that supersedes is what stays.
   *
   * @param weights digest that it must have
   */
  static TextModel open(Path folder, PromptTemplate.Kind template, String weights) {
    TextModel model = TextModel.read(folder.resolve("model"), template);
    if (!model.digest().equals(weights)) {
      model.close();
      throw notOfOne(folder);
    }
    return model;
  }

  /**
   * What is superseded may be destroyed only if the next request can still be met: the run must
   * have its key, its table and every checkpoint that it says it keeps.
   *
   * @param folder of the run and its model or adapter
   * @param made how that came about
   * @param trained its weights, or others of their shapes
   */
  static void requireReplayable(Path folder, Manifest made, Weights trained) {
    ExampleTable table = new ExampleTable(folder.resolve("run"));
    table.requireKey();
    if (!made.table().equals(Optional.of(table.digest()))) {
      throw notOfOne(folder);
    }
    FinishedRun.of(folder.resolve("run")).requireKept(trained);
  }

  static CorruptArtifact notOfOne(Path folder) {
    return new CorruptArtifact(
        folder
            + ": what lies there is not of one training: restore what was changed from a copy, or"
            + " make the replay again into another folder; nothing was destroyed");
  }

  /** What is superseded, once all that is asked holds. */
  Superseded listed(String was, String is, Map<String, Integer> firstMet) {
    return new Superseded(
        Superseded.FORMAT,
        old.folder().toString(),
        was,
        earlier(),
        is,
        firstMet,
        "",
        old.items(firstMet),
        old.kept());
  }

  /** What the training's folder superseded itself, being a replay's. */
  private List<String> earlier() {
    Stream<String> before =
        Files.exists(old.folder().resolve("applied.json"))
            ? Stream.of(applied(old.folder()).before())
            : Stream.of();
    Stream<String> destroyed =
        Destroyed.beside(old.folder()).destructions().stream()
            .map(Destroyed.Done::superseded)
            .flatMap(s -> Stream.concat(Stream.of(s.model()), s.earlier().stream()));
    return Stream.concat(before, destroyed).distinct().sorted().toList();
  }
}
