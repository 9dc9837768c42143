package palimpsest.cli;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import palimpsest.api.Check;
import palimpsest.api.Recipe;
import picocli.CommandLine.Option;

/**
 * How weights are descended, where it differs from what a command does by itself.
 *
 * <p>The defaults in the descriptions are those of {@link palimpsest.engine.Choice#RECIPE}; of the
 * commands that train from scratch, {@code train} tells its own.
 */
final class RecipeOptions {
  @Option(names = "--epochs", paramLabel = "N", description = "Passes over the data.")
  private @Nullable Integer epochs;

  @Option(names = "--batch", paramLabel = "N", description = "Records per optimiser step.")
  private @Nullable Integer batch;

  @Option(names = "--micro-batch", paramLabel = "N", description = "Records at once; for memory.")
  private @Nullable Integer microBatch;

  @Option(names = "--lr", paramLabel = "X", description = "Peak learning rate of AdamW.")
  private @Nullable Double learningRate;

  @Option(names = "--warmup", paramLabel = "N", description = "Steps of linear warm-up.")
  private @Nullable Integer warmup;

  @Option(names = "--decay", paramLabel = "KIND", description = "constant, linear or cosine.")
  private Recipe.@Nullable Decay decay;

  @Option(names = "--weight-decay", paramLabel = "X", description = "Decoupled weight decay.")
  private @Nullable Double weightDecay;

  @Option(names = "--clip", paramLabel = "X", description = "Largest gradient norm; 0 for any.")
  private @Nullable Double clip;

  @Option(names = "--seed", paramLabel = "N", description = "Of order and drawn weights.")
  private @Nullable Long seed;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      defaultValue = "50",
      description = "Steps between checkpoints; ${DEFAULT-VALUE} unless given.")
  private int checkpointEvery;

  /** The options given, over what holds without them. */
  Recipe over(Recipe usual) {
    return new Recipe(
        or(epochs, usual.epochs()),
        or(batch, usual.batch()),
        or(microBatch, Math.min(usual.microBatch(), or(batch, usual.batch()))),
        or(learningRate, usual.learningRate()),
        or(warmup, usual.warmup()),
        or(decay, usual.decay()),
        or(weightDecay, usual.weightDecay()),
        or(clip, usual.clip()),
        or(seed, usual.seed()));
  }

  int checkpointEvery() {
    return (int) Check.atLeast(checkpointEvery, 0, "checkpoint-every");
  }

  private static <T> T or(@Nullable T given, T usual) {
    return Optional.ofNullable(given).orElse(usual);
  }
}
