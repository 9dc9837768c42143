package palimpsest.torch.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Diverged;
import palimpsest.api.Interrupted;
import palimpsest.api.Recipe;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.text.TokenizedExample;

/**
 * The one training loop: AdamW over an {@link Loss}, deterministic given weights, data and recipe.
 *
 * @param data the examples that the run goes through, once per epoch
 * @param companion examples met beside them, as many per step, cycled in epochs of their own; empty
 *     for none
 * @param loss what is descended
 * @param recipe how
 * @param folder where ledger and checkpoints go; empty to keep nothing
 * @param listener called after every step
 * @param stop asked before every step; true saves a checkpoint and ends the run with {@link
 *     Interrupted}
 */
public record Descent(
    List<TokenizedExample> data,
    List<TokenizedExample> companion,
    Loss loss,
    Recipe recipe,
    Optional<RunFolder> folder,
    Consumer<Progress> listener,
    BooleanSupplier stop) {

  /** A run that keeps nothing and tells nobody. */
  public static Descent quiet(List<TokenizedExample> data, Loss loss, Recipe recipe) {
    return new Descent(data, List.of(), loss, recipe, Optional.empty(), p -> {}, () -> false);
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
    try (AdamW optimiser = new AdamW(model.weights(), recipe.weightDecay())) {
      folder.ifPresent(f -> f.open(model.weights(), optimiser));
      new Loop(model, optimiser).run();
      folder.ifPresent(RunFolder::close);
    } catch (RuntimeException e) {
      folder.ifPresent(RunFolder::close);
      throw e;
    }
  }

  private final class Loop {
    private final CausalLm model;
    private final AdamW optimiser;
    private final Cycle cycle = new Cycle(data, recipe.seed());
    private final Cycle beside = new Cycle(companion, recipe.seed() + 1);
    private final Schedule schedule = new Schedule(recipe, steps());
    private final long started = System.nanoTime();
    private long tokens;

    Loop(CausalLm model, AdamW optimiser) {
      this.model = model;
      this.optimiser = optimiser;
    }

    void run() {
      int perEpoch = recipe.steps(data.size()) / recipe.epochs();
      for (int step = optimiser.steps() + 1; step <= steps(); step++) {
        if (stop.getAsBoolean()) {
          folder.ifPresent(f -> f.checkpoint(model.weights(), optimiser));
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
      double sum = 0;
      List<int[]> parts = parts(examples, data);
      List<int[]> otherParts = others.length == 0 ? parts : parts(others, companion);
      long labels = labels(examples, data);
      long otherLabels = others.length == 0 ? labels : labels(others, companion);
      for (int i = 0; i < parts.size(); i++) {
        try (PointerScope scope = new PointerScope()) {
          Batch batch =
              new Batch(Batch.select(data, parts.get(i)), parts.get(i), labels, examples.length);
          Batch companions =
              others.length == 0
                  ? batch
                  : new Batch(
                      Batch.select(companion, otherParts.get(i)),
                      otherParts.get(i),
                      otherLabels,
                      others.length);
          Tensor share = loss.of(model, batch, companions);
          share.backward();
          sum += share.item_double();
        }
      }
      double norm = optimiser.gradientNorm();
      if (!Double.isFinite(sum) || !Double.isFinite(norm)) {
        throw new Diverged(
            String.format(
                Locale.ROOT,
                "loss is %s and gradient norm %s at step %d: lower the learning rate (now %s) or clip",
                sum,
                norm,
                step,
                recipe.learningRate()));
      }
      double rate = schedule.rate(step);
      boolean clips = recipe.clip() > 0 && norm > recipe.clip();
      optimiser.step(rate, clips ? recipe.clip() / norm : 1);
      tokens += size(examples, data) + size(others, companion);
      LedgerStep entry =
          new LedgerStep(step, epoch, examples, others, recipe.seed(), rate, labels, sum, norm);
      folder.ifPresent(f -> f.record(entry, model.weights(), optimiser));
      listener.accept(new Progress(step, steps(), sum, tokens, System.nanoTime() - started));
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

  private static long labels(int[] examples, List<TokenizedExample> from) {
    return Arrays.stream(examples)
        .mapToLong(i -> from.get(i).ids().length - Math.max(1, from.get(i).promptLength()))
        .sum();
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
