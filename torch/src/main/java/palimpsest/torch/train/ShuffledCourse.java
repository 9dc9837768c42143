package palimpsest.torch.train;

import java.util.List;
import palimpsest.api.Recipe;
import palimpsest.torch.Item;

/**
 * All examples once per epoch, in the {@link Order} of the epoch; as many companions beside them,
 * cycled in epochs of their own.
 */
final class ShuffledCourse implements Course {
  private final List<? extends Item> data;
  private final List<? extends Item> companion;
  private final Recipe recipe;
  private final Cycle cycle;
  private final Cycle others;

  ShuffledCourse(List<? extends Item> data, List<? extends Item> companion, Recipe recipe) {
    this.data = data;
    this.companion = companion;
    this.recipe = recipe;
    this.cycle = new Cycle(data, recipe.seed());
    this.others = new Cycle(companion, recipe.seed() + 1);
  }

  @Override
  public int steps() {
    return recipe.steps(data.size());
  }

  @Override
  public Planned at(int step) {
    int perEpoch = steps() / recipe.epochs();
    int epoch = (step - 1) / perEpoch;
    int from = (step - 1) % perEpoch * recipe.batch();
    int count = Math.min(recipe.batch(), data.size() - from);
    long position = (long) epoch * data.size() + from;
    return new Planned(
        epoch,
        parts(cycle.take(position, count), data),
        parts(others.take(position, count), companion));
  }

  private List<int[]> parts(int[] examples, List<? extends Item> from) {
    return Parts.alike(examples, from, recipe.microBatch());
  }
}
