package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.methods.exact.Replay;
import palimpsest.torch.train.ExampleTable;
import palimpsest.torch.train.FinishedRun;

/**
 * Does a model's training again without the records to forget, where its ledger and data still are;
 * where the checkpoint that it began from had met them, that one's training first.
 *
 * <pre>
 * OUT/run/, model/   as a training leaves them
 * OUT/before/        the same of the training before, where that is done again too, with an
 *                    applied.json of its own; and so on
 * </pre>
 *
 * @param applying the model, its corpus and the records
 * @param method whether checkpoints are gone on from
 * @param reach which trainings before are done again too
 */
record Replaying(Applying applying, Replay method, Reach reach) {

  /** Which trainings of a chain are done again. */
  enum Reach {
    /** One alone: an adapter of a shard stays over the checkpoint that the others are over. */
    OWN,
    /** From the first that met a record. */
    TOUCHED,
    /** All that were done here, for whoever does not take the owner's word for what they met. */
    ALL
  }

  Replaying(Applying applying, Replay method) {
    this(applying, method, Reach.TOUCHED);
  }

  static final String BEFORE = "before";
  private static final String LEDGER = "ledger.jsonl";

  /**
   * Whether the ledgers of a model's training lie beside it, and of those before it back to drawn
   * weights or to a checkpoint that was not trained here.
   */
  static boolean isPossible(Path model) {
    List<Path> chain = PastTraining.chain(model);
    return Manifest.beside(model).isPresent()
        && chain.stream().allMatch(m -> Files.exists(PastTraining.run(m).resolve(LEDGER)))
        && chain.stream()
            .flatMap(m -> Manifest.beside(m).stream())
            .allMatch(m -> m.changes().isEmpty());
  }

  /** The checkpoint of which it is not known what it was trained on, first of all in the chain. */
  static Optional<String> unknownStart(Manifest manifest) {
    Manifest first = manifest;
    for (Path folder : PastTraining.before(manifest).map(PastTraining::chain).orElse(List.of())) {
      first = Manifest.beside(folder).orElse(first);
    }
    return first.start().checkpoint();
  }

  /** The model and its ledgers must be what their manifests say. */
  void require(String weights) {
    requireStage(applying.model(), weights);
  }

  /**
   * A training, and those before it, must be whole: a corpus of which only a part is given could
   * hold the records in the rest.
   *
   * @param weights digest that its manifest must name
   */
  void requireStage(Path model, String weights) {
    PastTraining stage = stage(model);
    Manifest manifest = stage.manifest();
    Path run = PastTraining.run(model);
    PastTraining.requireNoCircle(model);
    if (!Files.exists(run.resolve(LEDGER))) {
      throw new InvalidRequest(
          "exact.replay needs the ledger of the training in " + run + ", which is not there");
    }
    FinishedRun finished = FinishedRun.of(run);
    if (!weights.equals(manifest.weights()) || !finished.head().equals(manifest.ledger())) {
      throw new CorruptArtifact(
          model + ", its " + Manifest.FILE + " and " + run + " are not of one training");
    }
    ExampleTable table = new ExampleTable(run);
    if (!manifest.table().equals(Optional.of(table.digest()))) {
      throw new CorruptArtifact(run + "/examples.hmac is not the one that " + model + " names");
    }
    if (table.size() - finished.gone().size() != manifest.examples()) {
      throw new CorruptArtifact(
          run + "/examples.hmac has other records than the " + manifest.examples() + " met");
    }
    stage.requireWhole();
    if (reach != Reach.OWN) {
      PastTraining.before(manifest)
          .ifPresent(folder -> requireStage(folder, manifest.start().weights()));
    }
  }

  Applying.Applied apply(Path out, long from) {
    return applied(applying.model(), again(applying.model(), out), from);
  }

  private Applying.Applied applied(Path model, Done done, long from) {
    return new Applying.Applied(
        method.id(),
        done.steps(),
        Applying.since(from),
        stage(model).manifest().weights(),
        done.manifest().weights(),
        done.manifest().ledger(),
        applying.settings(method),
        "",
        Optional.of(done.elsewhere()).filter(e -> !e.isEmpty()));
  }

  /**
   * A training that was done again.
   *
   * @param steps that had to be done, those of the trainings before included
   * @param elsewhere how the machine differs from that of the steps that were taken over
   */
  record Done(Manifest manifest, int steps, List<String> elsewhere) {}

  Done again(Path model, Path out) {
    PastTraining stage = stage(model);
    Manifest as = stage.manifest();
    Optional<Done> before =
        PastTraining.before(as)
            .filter(this::isDoneAgain)
            .map(folder -> before(folder, out.resolve(BEFORE)));
    Training training =
        new Training(
            out, as.recipe(), as.template(), applying.checkpointEvery(), applying.console());
    if (Files.exists(model.resolve("adapter_config.json"))) {
      training.apart(); // one shard's adapter
    }
    Optional<Path> start = before.map(b -> out.resolve(BEFORE).resolve("model"));
    Done done =
        training.replay(
            stage.corpus(),
            stage.without(decided()),
            as,
            new TrainingRun.Replayed(
                model, PastTraining.run(model), start, method.trustsCheckpoints(), stage.met()));
    List<String> earlier =
        reach == Reach.OWN
            ? List.of() // whatever it began from stays
            : before.map(Done::elsewhere).orElseGet(() -> elsewhere(PastTraining.before(as)));
    return new Done(
        done.manifest(),
        done.steps() + before.map(Done::steps).orElse(0),
        Stream.concat(earlier.stream(), done.elsewhere().stream()).distinct().toList());
  }

  /** How the machines of trainings that stay differ from this one. */
  private static List<String> elsewhere(Optional<Path> before) {
    return before.stream()
        .flatMap(folder -> PastTraining.chain(folder).stream())
        .map(PastTraining::run)
        .filter(run -> Files.exists(run.resolve(LEDGER)))
        .flatMap(run -> FinishedRun.of(run).notHere().stream())
        .toList();
  }

  private Done before(Path model, Path out) {
    long from = System.nanoTime();
    Done done = again(model, out);
    JsonFiles.write(out.resolve("applied.json"), applied(model, done, from));
    return done;
  }

  private boolean isDoneAgain(Path model) {
    return switch (reach) {
      case OWN -> false;
      case TOUCHED -> isTouched(model);
      case ALL -> true;
    };
  }

  /** Whether a training, or one before it, met any of the records to forget. */
  private boolean isTouched(Path model) {
    PastTraining stage = stage(model);
    return stage.isTouched(decided())
        || PastTraining.before(stage.manifest()).filter(this::isTouched).isPresent();
  }

  private PastTraining stage(Path model) {
    return PastTraining.of(model, applying.corpus());
  }

  private Set<String> decided() {
    return new HashSet<>(applying.decision().examples());
  }
}
