package palimpsest.methods.diffusion.descent;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Diverged;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;
import palimpsest.torch.train.Course;
import palimpsest.torch.train.Loop;
import palimpsest.torch.train.Optimiser;
import palimpsest.torch.train.Progress;
import palimpsest.torch.train.RunFolder;
import palimpsest.torch.train.Slope;

/**
 * A method's way down by the common {@link Loop}: deterministic given model, erasure and
 * hyper-parameters.
 *
 * @param folder where checkpoints go, so that a stopped run goes on bit for bit; empty to keep
 *     nothing
 * @param listener called after every step
 * @param stop asked before every step and while something is prepared
 */
public record ErasureRun(
    Optional<RunFolder> folder, Consumer<Progress> listener, BooleanSupplier stop) {

  /** One that keeps nothing and tells nobody. */
  public static ErasureRun quiet() {
    return new ErasureRun(Optional.empty(), progress -> {}, () -> false);
  }

  /**
   * Changes the model in place, once the last step is done; until then, and if the run fails, it
   * stays as it is.
   *
   * @throws palimpsest.api.InvalidRequest if something that the method reads is not there
   * @throws Diverged where loss, gradient or weights stop being finite
   * @throws palimpsest.api.Interrupted where {@link #stop} said so
   */
  public void change(ImageModel model, ImageDescent method, Erasure erasure) {
    try (Laid laid = method.lay(model, erasure.seed())) {
      descend(model, method, erasure, laid);
      laid.settle();
    }
  }

  /** The same, leaving what was trained in what is laid over the model, which stays as it is. */
  public void descend(ImageModel model, ImageDescent method, Erasure erasure, Laid laid) {
    boolean recorded = laid.recordBelow(false);
    try (Way way = method.begin(new Ground(model, erasure, laid, stop))) {
      new Loop(
              new Rounds(method.steps()),
              place -> false,
              method.recipe(erasure.seed()),
              Optimiser.Kind.ADAMW,
              folder,
              listener,
              stop)
          .run(new Down(laid.weights(), way, method.batch()));
      requireFinite(laid.weights(), method);
    } finally {
      laid.recordBelow(recorded);
    }
  }

  private static void requireFinite(Weights weights, ImageDescent method) {
    boolean finite = Scopes.withoutGradient(() -> weights.flat().isfinite().all().item_bool());
    if (!finite) {
      throw new Diverged(
          "weights are not finite after the last step: lower learningRate, now "
              + method.learningRate());
    }
  }

  /** Every step meets one place, whose content is the method's to draw. */
  private record Rounds(int steps) implements Course {
    @Override
    public Planned at(int step) {
      return new Planned(0, List.of(new int[] {0}), List.of());
    }
  }

  private record Down(Weights weights, Way way, int batch) implements Slope {
    @Override
    public Map<String, Tensor> state() {
      return Map.of();
    }

    @Override
    public Filled fill(int step, Course.Planned met) {
      return new Filled(way.fill(step), 0, batch, batch);
    }

    @Override
    public void close() {}
  }
}
