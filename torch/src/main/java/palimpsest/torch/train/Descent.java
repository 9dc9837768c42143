package palimpsest.torch.train;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import palimpsest.api.Recipe;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.text.TokenizedExample;

/**
 * A run of a language model down an {@link Objective}, by the one training {@link Loop}.
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
 *     palimpsest.api.Interrupted}
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
    try (TextSlope slope = new TextSlope(model, this)) {
      return loop().checkpointBytes(slope);
    }
  }

  /**
   * Descends the model's weights in place, from the folder's newest checkpoint if it has one.
   *
   * @throws palimpsest.api.Diverged where loss or gradient stop being finite
   * @throws palimpsest.api.Interrupted where {@link #stop} said so
   */
  public void run(CausalLm model) {
    try (TextSlope slope = new TextSlope(model, this)) {
      loop().run(slope);
    }
  }

  private Loop loop() {
    return new Loop(course, gone, recipe, stepping.optimiser(), folder, listener, stop);
  }
}
