package palimpsest.engine.picture;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import palimpsest.api.CorruptArtifact;
import palimpsest.engine.Console;
import palimpsest.engine.Keeping;
import palimpsest.engine.Outputs;
import palimpsest.torch.diffusion.train.CaptionedPicture;
import palimpsest.torch.train.Course;
import palimpsest.torch.train.ExampleTable;
import palimpsest.torch.train.FinishedRun;
import palimpsest.torch.train.FolderLock;
import palimpsest.torch.train.Loop;
import palimpsest.torch.train.Optimiser;
import palimpsest.torch.train.Progress;
import palimpsest.torch.train.Replay;
import palimpsest.torch.train.RunFolder;
import palimpsest.torch.train.Slope;

/** The run of a training: its pictures at their places, its course, its ledger and checkpoints. */
final class PictureRun {
  /**
   * How a run goes.
   *
   * @param checkpointEvery steps between those from which a killed run goes on
   * @param keeping how many checkpoints stay for replays
   */
  record How(PictureRecipe recipe, int checkpointEvery, Keeping keeping, Console console) {}

  /**
   * A run that is to be done again.
   *
   * @param run folder of its ledger and checkpoints
   * @param fromCheckpoint whether to go on from one of its checkpoints, or to do all of it again
   *     and hold the recorded order of the pictures to the one that recipe and data settle
   * @param met all pictures that it met
   */
  record Replayed(Path run, boolean fromCheckpoint, List<CaptionedPicture> met) {}

  private final Path folder;
  private final How how;
  private final String start;
  private final List<CaptionedPicture> data;
  private final NavigableSet<Integer> gone;
  private final Optional<Replay> replay;

  /**
   * A run to come, or to go on with.
   *
   * @param folder of its ledger and checkpoints
   * @param start digest of the first weights
   * @param pictures that it meets
   * @param replayed the run that is done again, if one is
   */
  PictureRun(
      Path folder,
      How how,
      String start,
      List<CaptionedPicture> pictures,
      Optional<Replayed> replayed) {
    this.folder = folder;
    this.how = how;
    this.start = start;
    Optional<ExampleTable.Places<CaptionedPicture>> places =
        replayed.map(what -> placed(what.run(), pictures));
    this.data = places.map(ExampleTable.Places::data).orElse(pictures);
    this.gone = places.map(ExampleTable.Places::gone).orElseGet(TreeSet::new);
    replayed.filter(what -> !what.fromCheckpoint()).ifPresent(this::requireSettledOrder);
    this.replay = replayed.map(what -> replay(what, gone));
  }

  private static ExampleTable.Places<CaptionedPicture> placed(
      Path run, List<CaptionedPicture> pictures) {
    return new ExampleTable(run).places(pictures, CaptionedPicture.VACANT);
  }

  /** The pictures at their places. */
  List<CaptionedPicture> data() {
    return data;
  }

  /** How a run is done again, if one is. */
  Optional<Replay> redone() {
    return replay;
  }

  private Replay replay(Replayed what, NavigableSet<Integer> without) {
    return Replay.of(
            what.run(),
            how.recipe().header(start, data.size()),
            what.fromCheckpoint(),
            data.size(),
            without)
        .by(
            how.recipe().descent(),
            how.recipe().slicing().schedule(how.recipe().descent(), data.size()));
  }

  /** Whoever wrote the ledger chose nothing, unless pictures are missing since. */
  private void requireSettledOrder(Replayed what) {
    ExampleTable.Places<CaptionedPicture> whole = placed(what.run(), what.met());
    if (!whole.gone().isEmpty()) {
      how.console()
          .say(
              "The order of the pictures is taken from the ledger: "
                  + whole.gone().size()
                  + " of them are gone, without which it cannot be settled again");
    } else if (!replay(what, whole.gone()).wentAs(course(whole.data()))) {
      throw new CorruptArtifact(
          what.run() + " has the pictures in another order than recipe and data settle");
    }
  }

  private Course course(List<CaptionedPicture> of) {
    return how.recipe().slicing().course(of, how.recipe().descent());
  }

  /**
   * Holds a run that has ended to its pictures, where it is still there, and removes what a kill at
   * its end left.
   *
   * @throws palimpsest.api.InvalidRequest if it was of others
   */
  void requireSameData() {
    if (Files.exists(folder.resolve("ledger.jsonl"))) {
      new ExampleTable(folder).require(data, gone);
      FinishedRun.of(folder).dropCheckpoints();
    }
  }

  /** Begins or goes on, to the last step; gives the folder of what it left. */
  RunFolder descend(Slope slope) {
    try (FolderLock held = FolderLock.take(Outputs.folder(folder))) {
      new ExampleTable(folder).require(data, gone);
    }
    Course course = replay.map(Replay::course).orElseGet(() -> course(data));
    RunFolder run = replay.map(r -> r.into(folder)).orElseGet(() -> fresh(course, slope));
    String task = "Training " + folder.resolveSibling("").getFileName();
    Console.Bar bar = how.console().bar(task, course.steps());
    loop(course, Optional.of(run), bar).run(slope);
    return run;
  }

  private Loop loop(Course course, Optional<RunFolder> run, Console.Bar bar) {
    return new Loop(
        course,
        gone::contains,
        how.recipe().descent(),
        Optimiser.Kind.ADAMW,
        run,
        p -> bar.at(p.step(), note(p)),
        how.console()::interrupted);
  }

  private static String note(Progress p) {
    return String.format(Locale.ROOT, "loss %.4f  %,.1f pictures/s", p.loss(), p.tokensPerSecond());
  }

  private RunFolder fresh(Course course, Slope slope) {
    long each = loop(course, Optional.empty(), (done, note) -> {}).checkpointBytes(slope);
    NavigableSet<Integer> kept = how.keeping().steps(course, data.size(), each, how.console());
    return new RunFolder(
        folder,
        how.recipe().header(start, data.size()).json(),
        new RunFolder.Saving(how.checkpointEvery(), kept),
        gone);
  }
}
