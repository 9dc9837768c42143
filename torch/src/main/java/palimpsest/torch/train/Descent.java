package palimpsest.torch.train;

import static org.bytedeco.pytorch.global.torch.zeros;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Diverged;
import palimpsest.api.Interrupted;
import palimpsest.api.Recipe;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.text.TokenizedExample;

/**
 * The one training loop: steps along an {@link Objective}, deterministic given weights, data and
 * recipe.
 *
 * @param data the examples that the run goes through
 * @param companion examples met beside them; empty for none
 * @param course which of them meet when
 * @param gone indices of the data whose places stay empty: a step's denominators are those of the
 *     others, and a step with nobody left changes nothing
 * @param objective what is descended
 * @param recipe how
 * @param stepping how a step is made of gradients
 * @param folder where ledger and checkpoints go; empty to keep nothing
 * @param listener called after every step
 * @param stop asked before every step; true saves a checkpoint and ends the run with {@link
 *     Interrupted}
 */
public record Descent(
    List<TokenizedExample> data,
    List<TokenizedExample> companion,
    Course course,
    IntPredicate gone,
    Objective objective,
    Recipe recipe,
    Stepping stepping,
    Optional<RunFolder> folder,
    Consumer<Progress> listener,
    BooleanSupplier stop) {

  /** A run that meets all examples once per epoch, and as many companions. */
  public Descent(
      List<TokenizedExample> data,
      List<TokenizedExample> companion,
      Objective objective,
      Recipe recipe,
      Stepping stepping,
      Optional<RunFolder> folder,
      Consumer<Progress> listener,
      BooleanSupplier stop) {
    this(
        data,
        companion,
        new ShuffledCourse(data, companion, recipe),
        i -> false,
        objective,
        recipe,
        stepping,
        folder,
        listener,
        stop);
  }

  /** A run by AdamW over the data alone, on a course of which some places are empty. */
  public Descent(
      List<TokenizedExample> data,
      Course course,
      Set<Integer> gone,
      Loss loss,
      Recipe recipe,
      Optional<RunFolder> folder,
      Consumer<Progress> listener,
      BooleanSupplier stop) {
    this(
        data,
        List.of(),
        course,
        gone::contains,
        Objective.of(loss),
        recipe,
        Stepping.PLAIN,
        folder,
        listener,
        stop);
  }

  /** A run by AdamW over the data alone. */
  public Descent(
      List<TokenizedExample> data,
      Loss loss,
      Recipe recipe,
      Optional<RunFolder> folder,
      Consumer<Progress> listener,
      BooleanSupplier stop) {
    this(data, List.of(), Objective.of(loss), recipe, Stepping.PLAIN, folder, listener, stop);
  }

  /** A run that keeps nothing and tells nobody. */
  public static Descent quiet(List<TokenizedExample> data, Loss loss, Recipe recipe) {
    return new Descent(data, loss, recipe, Optional.empty(), p -> {}, () -> false);
  }

  /** Optimiser steps of the whole run. */
  public int steps() {
    return course.steps();
  }

  /** Bytes that one checkpoint which is kept takes at most. */
  public long checkpointBytes(CausalLm model) {
    try (Loop loop = new Loop(model)) {
      return Checkpoints.most(loop.state.tensors());
    }
  }

  /**
   * Descends the model's weights in place, from the folder's newest checkpoint if it has one.
   *
   * @throws Diverged where loss or gradient stop being finite
   * @throws Interrupted where {@link #stop} said so
   */
  public void run(CausalLm model) {
    try (Loop loop = new Loop(model)) {
      loop.run(folder.map(f -> f.open(loop.state)).orElse(0));
      folder.ifPresent(RunFolder::end);
      folder.ifPresent(RunFolder::close);
    } catch (RuntimeException e) {
      folder.ifPresent(RunFolder::close);
      throw e;
    }
  }

  /** All that a checkpoint holds, by name. */
  static Map<String, Tensor> state(
      Optimiser optimiser, Direction direction, Weights weights, Tensor companionWeight) {
    Map<String, Tensor> all = new LinkedHashMap<>(optimiser.state());
    all.putAll(direction.state());
    all.put("weights", weights.flat());
    all.put("companion_weight", companionWeight);
    return all;
  }

  private final class Loop implements AutoCloseable {
    private final CausalLm model;
    private final Optimiser optimiser;
    private final Direction direction;
    private final Tensor weight; // (1), of the companions' loss
    private final RunFolder.State state;
    private final Schedule schedule = new Schedule(recipe, steps());
    private final long started = System.nanoTime();
    private long tokens;

    Loop(CausalLm model) {
      this.model = model;
      this.optimiser = stepping.optimiser().of(model.weights(), recipe.weightDecay());
      this.direction = stepping.direction().of(model.weights());
      this.weight = Scopes.keep(zeros(1));
      set(objective.beside().map(Objective.Beside::weight).orElse(0.0));
      this.state =
          new RunFolder.State(state(optimiser, direction, model.weights(), weight), optimiser);
    }

    /** Goes on after the steps that are done. */
    void run(int done) {
      for (int step = done + 1; step <= steps(); step++) {
        if (stop.getAsBoolean()) {
          int last = step - 1;
          folder.ifPresent(f -> f.checkpoint(last, state));
          throw new Interrupted(
              String.format(
                  Locale.ROOT,
                  "stopped after step %d of %d; run the same command again to go on, with --resume where it has one",
                  last,
                  steps()));
        }
        step(step, course.at(step).without(gone));
      }
    }

    private void step(int step, Course.Planned met) {
      double rate = schedule.rate(step);
      LedgerStep entry =
          met.isEmpty()
              ? new LedgerStep(step, met, recipe.seed(), rate, 0, 0, 0)
              : descend(step, rate, met);
      folder.ifPresent(f -> f.record(entry, state));
      listener.accept(
          new Progress(step, steps(), entry.loss(), tokens, System.nanoTime() - started));
    }

    private LedgerStep descend(int step, double rate, Course.Planned met) {
      model.weights().gradient().zero_();
      List<Batch> batches = batches(data, met.parts(), met.epoch());
      List<Batch> companions = batches(companion, met.beside(), met.epoch());
      double w = weight.item_double();
      Direction.Losses losses =
          direction.fill(model, objective, w, new Direction.Parts(batches, companions));
      double loss = losses.total(w);
      double norm = GradientNorm.of(model.weights());
      requireFinite(step, loss, norm);
      boolean clips = recipe.clip() > 0 && norm > recipe.clip();
      optimiser.step(rate, clips ? recipe.clip() / norm : 1);
      objective
          .beside()
          .ifPresent(b -> set(b.rule().next(w, losses.companions().orElse(0.0), met.epoch())));
      tokens += size(batches) + size(companions);
      long labels = batches.get(0).step().labelTokens();
      return new LedgerStep(step, met, recipe.seed(), rate, labels, loss, norm);
    }

    private void set(double value) {
      try (PointerScope scope = new PointerScope();
          AutoGradMode off = new AutoGradMode(false)) {
        weight.fill_(new Scalar(value));
      }
    }

    @Override
    public void close() {
      optimiser.close();
      direction.close();
      weight.close();
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
  }

  private static List<Batch> batches(List<TokenizedExample> from, List<int[]> parts, int epoch) {
    int[] all = parts.stream().flatMapToInt(Arrays::stream).toArray();
    Batch.Step whole = Batch.Step.of(from, all, epoch);
    return parts.stream().map(part -> Batch.of(from, part, whole)).toList();
  }

  private static long size(List<Batch> batches) {
    return batches.stream().flatMap(b -> b.rows().stream()).mapToLong(e -> e.ids().length).sum();
  }
}
