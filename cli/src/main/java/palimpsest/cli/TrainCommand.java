package palimpsest.cli;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.discovery.Corpus;
import palimpsest.engine.Keeping;
import palimpsest.engine.Outputs;
import palimpsest.engine.Sharding;
import palimpsest.engine.Training;
import palimpsest.engine.picture.PictureRecipe;
import palimpsest.engine.picture.PictureTraining;
import palimpsest.torch.llm.Trained;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a model. */
@Command(
    name = "train",
    description = {
      "Trains a model on text, from drawn weights or from a checkpoint, or a text-to-image"
          + " model of pixels on captioned pictures, such that it can be killed, resumed and later"
          + " retrained without some of the data."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Example:",
      "  palimpsest train --data corpus.jsonl --out out/model \\",
      "    --width 128 --layers 4 --epochs 20",
      "  palimpsest train --pictures grid --out out/drawings"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class TrainCommand implements Callable<Integer> {
  private final Screen screen;

  @Option(
      names = "--data",
      paramLabel = "FILE",
      arity = "1..*",
      description = "Files to train on: JSON lines or plain text.")
  private @Nullable List<Path> data;

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

  @Mixin private SlicingOptions slices;

  @Option(
      names = "--shards",
      paramLabel = "N",
      description =
          "Train N low-rank adapters over --start, each on records of its own, for exact.shards;"
              + " the model is their mean.")
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

  @Mixin private PictureOptions pictures;

  @Option(names = "--resume", description = "Go on with an interrupted training.")
  private boolean resume;

  @Mixin private Common common;

  @Spec private CommandSpec spec;

  TrainCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    return pictures.given() ? onPictures() : onText();
  }

  private int onPictures() {
    Parted parted = new Parted(spec);
    Set<String> ofText = new HashSet<>(TEXT);
    List.of("lora", "shape", "template").forEach(mixin -> ofText.addAll(parted.ofMixin(mixin)));
    parted.refuse(ofText, "cannot be given with --pictures: only for texts");
    PictureRecipe how = pictures.recipe(recipe.over(PictureOptions.RECIPE), slices.slicing());
    how.slicing().requireRehearsal(how.descent());
    PictureTraining training =
        new PictureTraining(
            out,
            how,
            new PictureTraining.Saving(
                recipe.checkpointEvery(), keeping(), pictures.samplesEvery()),
            common.resumableConsole(screen));
    training.requireFresh(resume);
    training.train(pictures.source());
    screen.line(training.model().toString());
    return 0;
  }

  private int onText() {
    Parted parted = new Parted(spec);
    parted.refuse(parted.ofMixin("pictures"), "cannot be given without --pictures");
    Recipe how = recipe.over(start == null ? DRAWN : FURTHER);
    Optional<Training.Shape> drawn = shape.unless(start);
    slices.slicing().requireRehearsal(how);
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
            .in(slices.slicing());
    adapter.ifPresent(training::of);
    training.requireFresh(resume);
    Corpus corpus = Corpus.read(files());
    if (start != null) {
      training.fromCheckpoint(corpus, corpus.examples(), start);
    } else {
      training.fromScratch(corpus, drawn.orElseThrow());
    }
    screen.line(training.model().toString());
    return 0;
  }

  private List<Path> files() {
    if (data == null) {
      throw new InvalidRequest("nothing to train on: give --data FILE, or --pictures DIR or grid");
    }
    return data;
  }

  private int shards(Recipe recipeOfEach, int count) {
    if (start == null) {
      throw new InvalidRequest("shards are adapters over a checkpoint: give --start");
    }
    Outputs.requireFresh(out, resume);
    Sharding.How how =
        new Sharding.How(
            recipeOfEach,
            slices.slicing(),
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
    screen.line(sharding.train(Corpus.read(files()), start).toString());
    return 0;
  }

  private Keeping keeping() {
    return new Keeping(
        keep == null ? OptionalInt.empty() : OptionalInt.of(keep),
        keepBytes == null ? OptionalLong.empty() : OptionalLong.of(Keeping.bytes(keepBytes)));
  }

  private static final Set<String> TEXT = Set.of("--data", "--start", "--shards", "--route");
  private static final Recipe DRAWN =
      new Recipe(20, 16, 16, 1e-3, 20, Recipe.Decay.COSINE, 0.01, 1, 0);
  private static final Recipe FURTHER =
      new Recipe(5, 32, 4, 1e-5, 0, Recipe.Decay.LINEAR, 0.01, 1, 0);
}
