package palimpsest.torch.train;

import static org.bytedeco.pytorch.global.torch.zeros;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Diverged;
import palimpsest.api.Interrupted;
import palimpsest.api.Recipe;
import palimpsest.torch.Scopes;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.text.TokenizedExample;

/**
 * The one training loop: steps along an {@link Objective}, deterministic given weights, data and
 * recipe.
 *
 * @param data the examples that the run goes through, once per epoch
 * @param companion examples met beside them, as many per step, cycled in epochs of their own; empty
 *     for none
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
    Objective objective,
    Recipe recipe,
    Stepping stepping,
    Optional<RunFolder> folder,
    Consumer<Progress> listener,
    BooleanSupplier stop) {

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
    return recipe.steps(data.size());
  }

  /**
   * Descends the model's weights in place, from the folder's newest checkpoint if it has one.
   *
   * @throws Diverged where loss or gradient stop being finite
   * @throws Interrupted where {@link #stop} said so
   */
  public void run(CausalLm model) {
    try (Loop loop = new Loop(model)) {
      folder.ifPresent(f -> f.open(loop.state));
      loop.run();
      folder.ifPresent(RunFolder::close);
    } catch (RuntimeException e) {
      folder.ifPresent(RunFolder::close);
      throw e;
    }
  }

  private final class Loop implements AutoCloseable {
    private final CausalLm model;
    private final Optimiser optimiser;
    private final Direction direction;
    private final Tensor weight; // (1), of the companions' loss
    private final RunFolder.State state;
    private final Cycle cycle = new Cycle(data, recipe.seed());
    private final Cycle beside = new Cycle(companion, recipe.seed() + 1);
    private final Schedule schedule = new Schedule(recipe, steps());
    private final long started = System.nanoTime();
    private long tokens;

    Loop(CausalLm model) {
      this.model = model;
      this.optimiser = stepping.optimiser().of(model.weights(), recipe.weightDecay());
      this.direction = stepping.direction().of(model.weights());
      this.weight = Scopes.keep(zeros(1));
      set(objective.beside().map(Objective.Beside::weight).orElse(0.0));
      Map<String, Tensor> all = new LinkedHashMap<>(optimiser.state());
      all.putAll(direction.state());
      all.put("weights", model.weights().flat());
      all.put("companion_weight", weight);
      this.state = new RunFolder.State(all, optimiser);
    }

    void run() {
      int perEpoch = recipe.steps(data.size()) / recipe.epochs();
      for (int step = optimiser.steps() + 1; step <= steps(); step++) {
        if (stop.getAsBoolean()) {
          folder.ifPresent(f -> f.checkpoint(state));
          throw new Interrupted(
              String.format(
                  Locale.ROOT,
                  "stopped after step %d of %d; run the same command again to go on, with --resume where it has one",
                  step - 1,
                  steps()));
        }
        int epoch = (step - 1) / perEpoch;
        int from = (step - 1) % perEpoch * recipe.batch();
        int count = Math.min(recipe.batch(), data.size() - from);
        int[] examples = cycle.take((long) epoch * data.size() + from, count);
        int[] others = beside.take((long) epoch * data.size() + from, count);
        step(step, epoch, examples, others);
      }
    }

    private void step(int step, int epoch, int[] examples, int[] others) {
      model.weights().gradient().zero_();
      List<Batch> batches = batches(data, examples, epoch);
      List<Batch> companions = batches(companion, others, epoch);
      double w = weight.item_double();
      Direction.Losses losses =
          direction.fill(model, objective, w, new Direction.Parts(batches, companions));
      double loss = losses.total(w);
      double norm = GradientNorm.of(model.weights());
      requireFinite(step, loss, norm);
      double rate = schedule.rate(step);
      boolean clips = recipe.clip() > 0 && norm > recipe.clip();
      optimiser.step(rate, clips ? recipe.clip() / norm : 1);
      objective
          .beside()
          .ifPresent(b -> set(b.rule().next(w, losses.companions().orElse(0.0), epoch)));
      tokens += size(examples, data) + size(others, companion);
      long labels = batches.isEmpty() ? 0 : batches.get(0).step().labelTokens();
      LedgerStep entry =
          new LedgerStep(step, epoch, examples, others, recipe.seed(), rate, labels, loss, norm);
      folder.ifPresent(f -> f.record(entry, state));
      listener.accept(new Progress(step, steps(), loss, tokens, System.nanoTime() - started));
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

    private List<Batch> batches(List<TokenizedExample> from, int[] examples, int epoch) {
      Batch.Step whole = Batch.Step.of(from, examples, epoch);
      return parts(examples, from).stream().map(part -> Batch.of(from, part, whole)).toList();
    }

    /** Micro-batches of like lengths: sorted, so that little of a rectangle is padding. */
    private List<int[]> parts(int[] examples, List<TokenizedExample> from) {
      int[] sorted =
          Arrays.stream(examples)
              .boxed()
              .sorted(Comparator.comparingInt(i -> from.get(i).ids().length))
              .mapToInt(i -> i)
              .toArray();
      List<int[]> parts = new ArrayList<>();
      for (int at = 0; at < sorted.length; at += recipe.microBatch()) {
        parts.add(
            Arrays.copyOfRange(sorted, at, Math.min(sorted.length, at + recipe.microBatch())));
      }
      return parts;
    }
  }

  private static long size(int[] examples, List<TokenizedExample> from) {
    return Arrays.stream(examples).mapToLong(i -> from.get(i).ids().length).sum();
  }

  /** The endless sequence of epochs of a data set. */
  private static final class Cycle {
    private final Order order;
    private final int size;
    private int epoch = -1;
    private int[] current = {};

    Cycle(List<TokenizedExample> data, long seed) {
      order = new Order(data, seed);
      size = data.size();
    }

    int[] take(long from, int count) {
      int[] taken = new int[size == 0 ? 0 : count];
      for (int i = 0; i < taken.length; i++) {
        int wanted = (int) ((from + i) / size);
        if (wanted != epoch) {
          epoch = wanted;
          current = order.epoch(wanted);
        }
        taken[i] = current[(int) ((from + i) % size)];
      }
      return taken;
    }
  }
}
