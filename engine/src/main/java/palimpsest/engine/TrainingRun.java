package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Example;
import palimpsest.api.Recipe;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Course;
import palimpsest.torch.train.Descent;
import palimpsest.torch.train.ExampleTable;
import palimpsest.torch.train.FinishedRun;
import palimpsest.torch.train.FolderLock;
import palimpsest.torch.train.Loss;
import palimpsest.torch.train.Replay;
import palimpsest.torch.train.RunFolder;
import palimpsest.torch.train.RunHeader;
import palimpsest.torch.train.Schedule;
import palimpsest.torch.train.Slicing;

/** The run of a training: its examples at their places, its course, its ledger and checkpoints. */
final class TrainingRun {
  /**
   * How a training goes.
   *
   * @param slicing which part of the data comes when
   * @param trained what of the model is trained
   * @param saving which checkpoints are taken
   */
  record How(Recipe recipe, Slicing slicing, String trained, Saving saving, Console console) {}

  /**
   * Which checkpoints are taken.
   *
   * @param every steps between those from which a killed run goes on
   * @param keeping how many stay for replays
   */
  record Saving(int every, Keeping keeping) {}

  /**
   * A training that is to be done again.
   *
   * @param model what came of it
   * @param run folder of its ledger and checkpoints
   * @param start the checkpoint to begin from instead of its own, where that was made again too
   * @param fromCheckpoint whether to go on from one of the run's, or to do all of it again and hold
   *     the recorded order of the records to the one that recipe and data settle
   * @param met the records that it met, as far as they are still there
   */
  record Replayed(
      Path model, Path run, Optional<Path> start, boolean fromCheckpoint, List<Example> met) {}

  private final Path folder;
  private final How how;
  private final Manifest.Start start;
  private final List<TokenizedExample> data;
  private final NavigableSet<Integer> gone;
  private final Optional<Replay> replay;

  /**
   * A run to come, or to go on with.
   *
   * @param folder of its ledger and checkpoints
   * @param model with its first weights
   * @param examples that it meets
   * @param replayed the run that is done again, if one is
   */
  TrainingRun(
      Path folder,
      How how,
      TextModel model,
      Manifest.Start start,
      List<Example> examples,
      Optional<Replayed> replayed) {
    this.folder = folder;
    this.how = how;
    this.start = start;
    List<TokenizedExample> given = model.encode(examples);
    Optional<ExampleTable.Places<TokenizedExample>> places =
        replayed.map(what -> new ExampleTable(what.run()).places(given, TokenizedExample.VACANT));
    this.data = places.map(ExampleTable.Places::data).orElse(given);
    this.gone = places.map(ExampleTable.Places::gone).orElseGet(TreeSet::new);
    replayed
        .filter(what -> !what.fromCheckpoint())
        .ifPresent(what -> requireSettledOrder(what, model));
    this.replay = replayed.map(what -> replay(what, gone));
  }

  /** How a run is done again, if one is. */
  Optional<Replay> redone() {
    return replay;
  }

  private Replay replay(Replayed what, NavigableSet<Integer> without) {
    return Replay.of(what.run(), header(), what.fromCheckpoint(), data.size(), without)
        .by(how.recipe(), schedule());
  }

  /** Where records are missing since, the order cannot be settled again. */
  private void requireSettledOrder(Replayed what, TextModel model) {
    ExampleTable.Places<TokenizedExample> whole =
        new ExampleTable(what.run()).places(model.encode(what.met()), TokenizedExample.VACANT);
    if (!whole.gone().isEmpty()) {
      how.console()
          .say(
              "The order of the records is taken from the ledger: "
                  + whole.gone().size()
                  + " of them are gone, without which it cannot be settled again");
      return;
    }
    if (how.slicing().slices() > 1 && !alike(whole.data(), model.encode(what.met()))) {
      throw new CorruptArtifact(
          what.run()
              + " has the records at other places than the corpus, so in other slices: give its"
              + " files in the order of the training");
    }
    if (!replay(what, whole.gone()).wentAs(how.slicing().course(whole.data(), how.recipe()))) {
      throw new CorruptArtifact(
          what.run() + " has the records in another order than recipe and data settle");
    }
  }

  /**
   * Holds a run that has ended to its data, where it is still there, and removes what a kill at its
   * end left.
   *
   * @throws palimpsest.api.InvalidRequest if it was of other records
   */
  void requireSameData() {
    if (Files.exists(folder.resolve("ledger.jsonl"))) {
      new ExampleTable(folder).require(data, gone);
      FinishedRun.of(folder).dropCheckpoints();
    }
  }

  private static boolean alike(List<TokenizedExample> one, List<TokenizedExample> other) {
    for (int i = 0; i < one.size(); i++) {
      TokenizedExample a = one.get(i);
      TokenizedExample b = other.get(i);
      if (a.promptLength() != b.promptLength() || !Arrays.equals(a.ids(), b.ids())) {
        return false;
      }
    }
    return true;
  }

  /** Begins or goes on, to the last step; gives the folder of what it left. */
  RunFolder descend(CausalLm trained) {
    try (FolderLock held = FolderLock.take(Outputs.folder(folder))) {
      new ExampleTable(folder).require(data, gone);
    }
    Course course =
        replay.map(Replay::course).orElseGet(() -> how.slicing().course(data, how.recipe()));
    RunFolder run = replay.map(r -> r.into(folder)).orElseGet(() -> fresh(course, trained));
    replay.map(Replay::elsewhere).filter(e -> !e.isEmpty()).ifPresent(this::tellElsewhere);
    Console.Bar bar =
        how.console().bar("Training " + folder.resolveSibling("").getFileName(), course.steps());
    new Descent(
            data,
            course,
            gone,
            Loss.NLL,
            how.recipe(),
            Optional.of(run),
            p -> bar.at(p.step(), Notes.of(p)),
            how.console()::interrupted)
        .run(trained);
    return run;
  }

  private Schedule schedule() {
    return how.slicing().schedule(how.recipe(), data.size());
  }

  private void tellElsewhere(List<String> differences) {
    how.console()
        .say(
            "Not bit for bit the run without the records, but the same procedure: the steps that"
                + " stay were done with other "
                + String.join("; ", differences));
  }

  private RunFolder fresh(Course course, CausalLm trained) {
    long each = Descent.quiet(data, Loss.NLL, how.recipe()).checkpointBytes(trained);
    NavigableSet<Integer> kept =
        how.saving().keeping().steps(course, data.size(), each, how.console());
    return new RunFolder(
        folder, header().json(), new RunFolder.Saving(how.saving().every(), kept), gone);
  }

  private RunHeader header() {
    return RunHeader.here(
        Map.of(
            "recipe",
            how.recipe().toString(),
            "slices",
            how.slicing().toString(),
            "trained",
            how.trained(),
            RunHeader.START,
            start.weights(),
            "examples",
            String.valueOf(data.size())));
  }
}
