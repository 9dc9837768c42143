package palimpsest.torch.train;

import java.util.List;
import java.util.Optional;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.torch.Item;

/**
 * The slices of a run: parts of its data, as they stand, each of which is gone through to its last
 * epoch before the next is begun. A record that is met late leaves the steps before it as they are,
 * so that a replay without it is short.
 *
 * @param slices how many; 1 for all data in every epoch
 * @param first epochs of the first slice; 0 for the recipe's, which the others have
 * @param rehearsal share of a later slice's steps that is filled with records of earlier ones, from
 *     0 to below 1, so that they are not unlearned meanwhile
 * @param share of the data that the first slice holds, in (0, 1), the others being of like sizes;
 *     empty for all alike. A large one keeps most records in every epoch and leaves the short
 *     replays to the few that come last: those that are the likeliest to go
 * @param later peak learning rate of the slices after the first, as a share of the recipe's, in (0,
 *     1]; the recipe's decay is then gone through in each slice, where it otherwise spans the run
 *     and leaves little to those that come late
 * @see <a href="https://arxiv.org/abs/1912.03817">Bourtoule et al. 2021, whose slices add up</a>
 */
public record Slicing(
    int slices, int first, double rehearsal, Optional<Double> share, Optional<Double> later) {
  /** All examples in every epoch. */
  public static final Slicing NONE = new Slicing(1, 0, 0);

  public Slicing {
    Check.atLeast(slices, 1, "slices");
    Check.atLeast(first, 0, "epochs of the first slice");
    if (!(rehearsal >= 0 && rehearsal < 1)) {
      throw new InvalidRequest("rehearsal must be from 0 to below 1, got " + rehearsal);
    }
    if (share.isPresent() && !(share.get() > 0 && share.get() < 1)) {
      throw new InvalidRequest("share of the first slice must be in (0, 1), got " + share.get());
    }
    if (later.isPresent() && !(later.get() > 0 && later.get() <= 1)) {
      throw new InvalidRequest("rate of later slices must be in (0, 1], got " + later.get());
    }
    if (slices == 1 && (first > 0 || rehearsal > 0 || share.isPresent() || later.isPresent())) {
      throw new InvalidRequest(
          "one slice has no first, no later and nothing to rehearse: give at least 2 slices, or none"
              + " of their epochs, share, rate and rehearsal");
    }
  }

  /** Slices of like sizes. */
  public Slicing(int slices, int first, double rehearsal) {
    this(slices, first, rehearsal, Optional.empty(), Optional.empty());
  }

  /**
   * What a run meets when.
   *
   * @throws InvalidRequest if a slice would have no examples
   */
  public Course course(List<? extends Item> data, Recipe recipe) {
    return slices == 1 ? Course.shuffled(data, recipe) : new SlicedCourse(data, recipe, this);
  }

  /**
   * Refuses a rehearsal that rounds to no example of a step.
   *
   * @throws InvalidRequest if it does
   */
  public void requireRehearsal(Recipe recipe) {
    if (rehearsal > 0 && rehearsed(Integer.MAX_VALUE, recipe) == 0) {
      throw new InvalidRequest(
          "rehearsal of "
              + rehearsal
              + " of "
              + recipe.batch()
              + " records a step is none: give more of either");
    }
  }

  /** Optimiser steps of a run over so many examples. */
  public int steps(Recipe recipe, int examples) {
    return slices == 1
        ? recipe.steps(examples)
        : SlicedCourse.steps(SlicedCourse.stages(examples, recipe, this));
  }

  /** The learning rates of a run over so many examples. */
  public Schedule schedule(Recipe recipe, int examples) {
    if (later.isEmpty()) {
      return new Schedule(recipe, steps(recipe, examples));
    }
    List<Schedule.Stretch> stretches =
        SlicedCourse.stages(examples, recipe, this).stream()
            .map(s -> new Schedule.Stretch(s.before(), s.end(), s.before() == 0 ? 1 : later.get()))
            .toList();
    return new Schedule(recipe, stretches);
  }

  /** The example that a slice begins with, of so many. */
  int begin(int slice, int examples) {
    if (share.isEmpty() || slice == 0) {
      return (int) ((long) slice * examples / slices);
    }
    int held = (int) Math.round(share.get() * examples);
    return held + (int) ((slice - 1L) * (examples - held) / (slices - 1));
  }

  /** Passes over a slice. */
  int epochs(int slice, Recipe recipe) {
    return slice == 0 && first > 0 ? first : recipe.epochs();
  }

  /**
   * How many of a step's examples come from earlier slices, of which there are so many examples.
   */
  int rehearsed(int earlier, Recipe recipe) {
    int wanted = (int) Math.round(rehearsal * recipe.batch());
    return Math.min(Math.min(wanted, recipe.batch() - 1), earlier);
  }

  /** As it stands in ledgers, where slices of like sizes have always stood without their share. */
  @Override
  public String toString() {
    String like = "Slicing[slices=" + slices + ", first=" + first + ", rehearsal=" + rehearsal;
    return like
        + share.map(x -> ", share=" + x).orElse("")
        + later.map(x -> ", later=" + x).orElse("")
        + "]";
  }
}
