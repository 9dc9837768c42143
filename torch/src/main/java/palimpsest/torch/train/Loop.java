package palimpsest.torch.train;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Diverged;
import palimpsest.api.Interrupted;
import palimpsest.api.Recipe;
import palimpsest.torch.Weights;

/**
 * The one training loop: steps down a {@link Slope}, deterministic given weights, data and recipe.
 *
 * @param course what is met when
 * @param gone indices of the data whose places stay empty: a step with nobody left changes nothing
 * @param recipe how
 * @param optimiser moves the weights
 * @param folder where ledger and checkpoints go; empty to keep nothing
 * @param listener called after every step
 * @param stop asked before every step; true saves a checkpoint and ends the run with {@link
 *     Interrupted}
 */
public record Loop(
    Course course,
    IntPredicate gone,
    Recipe recipe,
    Optimiser.Kind optimiser,
    Optional<RunFolder> folder,
    Consumer<Progress> listener,
    BooleanSupplier stop) {

  /**
   * Moves the slope's weights in place, from the folder's newest checkpoint if it has one.
   *
   * @throws Diverged where loss or gradient stop being finite
   * @throws Interrupted where {@link #stop} said so
   */
  public void run(Slope slope) {
    try (Steps steps = new Steps(slope)) {
      steps.run(folder.map(f -> f.open(steps.state)).orElse(0));
      folder.ifPresent(RunFolder::end);
      folder.ifPresent(RunFolder::close);
    } catch (RuntimeException e) {
      folder.ifPresent(RunFolder::close);
      throw e;
    }
  }

  /** Bytes that one checkpoint which is kept takes at most. */
  public long checkpointBytes(Slope slope) {
    try (Steps steps = new Steps(slope)) {
      return Checkpoints.most(steps.state.tensors());
    }
  }

  /** All that a checkpoint holds, by name. */
  static Map<String, Tensor> state(
      Optimiser optimiser, Map<String, Tensor> slope, Weights weights) {
    Map<String, Tensor> all = new LinkedHashMap<>(optimiser.state());
    all.putAll(slope);
    all.put("weights", weights.flat());
    return all;
  }

  private final class Steps implements AutoCloseable {
    private final Slope slope;
    private final Optimiser moving;
    private final RunFolder.State state;
    private final Schedule schedule = course.schedule(recipe);
    private final long started = System.nanoTime();
    private long read;

    Steps(Slope slope) {
      this.slope = slope;
      this.moving = optimiser.of(slope.weights(), recipe.weightDecay());
      this.state = new RunFolder.State(state(moving, slope.state(), slope.weights()), moving);
    }

    /** Goes on after the steps that are done. */
    void run(int done) {
      for (int step = done + 1; step <= course.steps(); step++) {
        if (stop.getAsBoolean()) {
          stopAfter(step - 1);
        }
        step(step, course.at(step).without(gone));
      }
    }

    private void stopAfter(int last) {
      folder.ifPresent(f -> f.checkpoint(last, state));
      throw new Interrupted(
          String.format(
              Locale.ROOT,
              "stopped after step %d of %d; run the same command again to go on, with --resume where it has one",
              last,
              course.steps()));
    }

    private void step(int step, Course.Planned met) {
      double rate = schedule.rate(step);
      LedgerStep entry =
          met.isEmpty()
              ? new LedgerStep(step, met, recipe.seed(), rate, 0, 0, 0)
              : descend(step, rate, met);
      folder.ifPresent(f -> f.record(entry, state));
      listener.accept(
          new Progress(step, course.steps(), entry.loss(), read, System.nanoTime() - started));
    }

    private LedgerStep descend(int step, double rate, Course.Planned met) {
      Weights weights = slope.weights();
      weights.gradient().zero_();
      Slope.Filled filled = slope.fill(step, met);
      double norm = GradientNorm.of(weights);
      requireFinite(step, filled.loss(), norm);
      boolean clips = recipe.clip() > 0 && norm > recipe.clip();
      moving.step(rate, clips ? recipe.clip() / norm : 1);
      slope.moved(filled, met);
      read += filled.read();
      return new LedgerStep(
          step, met, recipe.seed(), rate, filled.denominator(), filled.loss(), norm);
    }

    private void requireFinite(int step, double loss, double norm) {
      if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
        throw new Diverged(
            String.format(
                Locale.ROOT,
                "loss is %s and gradient norm %s at step %d: lower the learning rate (now %s) or clip",
                loss,
                norm,
                step,
                recipe.learningRate()));
      }
    }

    @Override
    public void close() {
      moving.close();
    }
  }
}
