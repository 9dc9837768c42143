package palimpsest.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import palimpsest.api.Recipe;
import palimpsest.discovery.Corpus;
import palimpsest.engine.Training;
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
    Training training =
        new Training(
            out, how, template.kind(), recipe.checkpointEvery(), common.resumableConsole(screen));
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

  private static final Recipe DRAWN =
      new Recipe(20, 16, 16, 1e-3, 20, Recipe.Decay.COSINE, 0.01, 1, 0);
  private static final Recipe FURTHER =
      new Recipe(5, 32, 4, 1e-5, 0, Recipe.Decay.LINEAR, 0.01, 1, 0);
}
