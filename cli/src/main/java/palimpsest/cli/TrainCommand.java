package palimpsest.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.discovery.Corpus;
import palimpsest.engine.Keeping;
import palimpsest.engine.Outputs;
import palimpsest.engine.Sharding;
import palimpsest.engine.Training;
import palimpsest.torch.llm.Trained;
import palimpsest.torch.train.Slicing;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a model. */
@Command(
    name = "train",
    description = {
      "Trains a model on text, from drawn weights or from a checkpoint, such that it"
          + " can be killed, resumed and later retrained without some of the data."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Example:",
      "  palimpsest train --data corpus.jsonl --out out/model \\",
      "    --width 128 --layers 4 --epochs 20"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class TrainCommand implements Callable<Integer> {
  private final Screen screen;

  @Option(
      names = "--data",
      paramLabel = "FILE",
      arity = "1..*",
      required = true,
      description = "Files to train on: JSON lines or plain text.")
  private List<Path> data;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Where to; the model is DIR/model.")
  private Path out;

  @Option(
      names = "--start",
      paramLabel = "DIR",
      description = "A checkpoint to train further; without it weights are drawn.")
  private @Nullable Path start;

  @Option(
      names = "--keep-checkpoints",
      paramLabel = "N",
      description =
          "Checkpoints that stay after the training, for exact.replay, where they save most;"
              + " none unless given.")
  private @Nullable Integer keep;

  @Option(
      names = "--keep-bytes",
      paramLabel = "SIZE",
      description =
          "What they may take, of each shard, such as 500M or 2G: as many stay as surely fit.")
  private @Nullable String keepBytes;

  @Option(
      names = "--slices",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Go through the data in N parts, as it stands, one after the other, so that a replay"
              + " without what comes late is short; ${DEFAULT-VALUE} unless given.")
  private int slices;

  @Option(
      names = "--first-epochs",
      paramLabel = "N",
      defaultValue = "0",
      description = "With --slices: passes over the first; as over the others unless given.")
  private int firstEpochs;

  @Option(
      names = "--first-share",
      paramLabel = "X",
      description =
          "With --slices: share of the data that the first holds, such as 0.9 where those likeliest"
              + " to go come last; as the others unless given.")
  private @Nullable Double firstShare;

  @Option(
      names = "--later-rate",
      paramLabel = "X",
      description =
          "With --slices: peak rate of those after the first, as a share of --lr, the decay gone"
              + " through in each slice; one decay over the whole run unless given.")
  private @Nullable Double laterRate;

  @Option(
      names = "--rehearse",
      paramLabel = "X",
      defaultValue = "0",
      description =
          "With --slices: share of later steps filled with earlier records; ${DEFAULT-VALUE}"
              + " unless given.")
  private double rehearse;

  @Option(
      names = "--shards",
      paramLabel = "N",
      description =
          "Train N low-rank adapters over --start, each on records of its own, for exact.shards; the"
              + " model is their mean.")
  private @Nullable Integer shards;

  @Option(
      names = "--route",
      paramLabel = "HOW",
      description =
          "With --shards: place, runs of the data as it stands; hash, of a record's words; or file,"
              + " all records of a file together; place unless given.")
  private Sharding.@Nullable Route route;

  @Mixin private AdapterOptions lora;

  @Mixin private ShapeOptions shape;

  @Mixin private RecipeOptions recipe;

  @Mixin private TemplateOption template;

  @Option(names = "--resume", description = "Go on with an interrupted training.")
  private boolean resume;

  @Mixin private Common common;

  TrainCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    Recipe how = recipe.over(start == null ? DRAWN : FURTHER);
    Optional<Training.Shape> drawn = shape.unless(start);
    slicing().requireRehearsal(how);
    if (shards != null) {
      return shards(how, shards);
    }
    if (route != null) {
      throw new InvalidRequest("--route says which record goes to which shard: give --shards too");
    }
    Optional<Trained.LowRank> adapter = lora.adapter();
    if (adapter.isPresent() && start == null) {
      throw new InvalidRequest("an adapter is laid over a checkpoint: give --start");
    }
    Training training =
        new Training(
                out,
                how,
                template.kind(),
                recipe.checkpointEvery(),
                keeping(),
                common.resumableConsole(screen))
            .in(slicing());
    adapter.ifPresent(training::of);
    training.requireFresh(resume);
    Corpus corpus = Corpus.read(data);
    if (start != null) {
      training.fromCheckpoint(corpus, corpus.examples(), start);
    } else {
      training.fromScratch(corpus, drawn.orElseThrow());
    }
    screen.line(training.model().toString());
    return 0;
  }

  private Slicing slicing() {
    return new Slicing(
        slices,
        firstEpochs,
        rehearse,
        Optional.ofNullable(firstShare),
        Optional.ofNullable(laterRate));
  }

  private int shards(Recipe recipeOfEach, int count) {
    if (start == null) {
      throw new InvalidRequest("shards are adapters over a checkpoint: give --start");
    }
    Outputs.requireFresh(out, resume);
    Sharding.How how =
        new Sharding.How(
            recipeOfEach,
            slicing(),
            lora.orUsual(),
            template.kind(),
            recipe.checkpointEvery(),
            keeping());
    Sharding sharding =
        new Sharding(
            out,
            how,
            count,
            route == null ? Sharding.Route.PLACE : route,
            common.resumableConsole(screen));
    screen.line(sharding.train(Corpus.read(data), start).toString());
    return 0;
  }

  private Keeping keeping() {
    return new Keeping(
        keep == null ? OptionalInt.empty() : OptionalInt.of(keep),
        keepBytes == null ? OptionalLong.empty() : OptionalLong.of(Keeping.bytes(keepBytes)));
  }

  private static final Recipe DRAWN =
      new Recipe(20, 16, 16, 1e-3, 20, Recipe.Decay.COSINE, 0.01, 1, 0);
  private static final Recipe FURTHER =
      new Recipe(5, 32, 4, 1e-5, 0, Recipe.Decay.LINEAR, 0.01, 1, 0);
}
