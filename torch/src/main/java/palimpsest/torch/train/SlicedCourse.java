package palimpsest.torch.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.torch.Item;

/**
 * The slices of a {@link Slicing} one after the other, each in epochs of its own {@link Order},
 * with earlier ones rehearsed beside.
 */
final class SlicedCourse implements Course {
  /**
   * One slice's steps.
   *
   * @param from its first example
   * @param to the one behind its last
   * @param epochs passes over it
   * @param fresh of its examples in a step, at most
   * @param rehearsed earlier examples in a step
   * @param before steps that were taken when it begins
   * @param epochsBefore epochs of the slices before it
   */
  record Stage(
      int from, int to, int epochs, int fresh, int rehearsed, int before, int epochsBefore) {
    int perEpoch() {
      return (to - from + fresh - 1) / fresh;
    }

    int end() {
      return Math.addExact(before, Math.multiplyExact(epochs, perEpoch()));
    }
  }

  private final List<? extends Item> data;
  private final Recipe recipe;
  private final Slicing slicing;
  private final List<Stage> stages;
  private final Map<Stage, Cycle> fresh = new HashMap<>();
  private final Map<Stage, Cycle> earlier = new HashMap<>();

  SlicedCourse(List<? extends Item> data, Recipe recipe, Slicing slicing) {
    this.data = List.copyOf(data);
    this.recipe = recipe;
    this.slicing = slicing;
    this.stages = stages(data.size(), recipe, slicing);
  }

  static List<Stage> stages(int examples, Recipe recipe, Slicing slicing) {
    requireFits(examples, slicing);
    List<Stage> stages = new ArrayList<>();
    int before = 0;
    int epochs = 0;
    for (int i = 0; i < slicing.slices(); i++) {
      int from = slicing.begin(i, examples);
      int rehearsed = slicing.rehearsed(from, recipe);
      Stage stage =
          new Stage(
              from,
              slicing.begin(i + 1, examples),
              slicing.epochs(i, recipe),
              recipe.batch() - rehearsed,
              rehearsed,
              before,
              epochs);
      stages.add(stage);
      before = stage.end();
      epochs += stage.epochs();
    }
    return stages;
  }

  private static void requireFits(int examples, Slicing slicing) {
    if (examples < slicing.slices()) {
      throw new InvalidRequest(
          "slices must be at most as many as the records, "
              + examples
              + ", got "
              + slicing.slices());
    }
    int held = slicing.begin(1, examples);
    if (slicing.share().isPresent() && (held == 0 || examples - held < slicing.slices() - 1)) {
      throw new InvalidRequest(
          "a share of "
              + slicing.share().get()
              + " of "
              + examples
              + " records leaves a slice without any: give another");
    }
  }

  static int steps(List<Stage> stages) {
    return stages.get(stages.size() - 1).end();
  }

  @Override
  public int steps() {
    return steps(stages);
  }

  @Override
  public Schedule schedule(Recipe of) {
    return slicing.schedule(of, data.size());
  }

  @Override
  public Planned at(int step) {
    Stage stage = stages.stream().filter(s -> step <= s.end()).findFirst().orElseThrow();
    int done = step - 1 - stage.before();
    int epoch = done / stage.perEpoch();
    int size = stage.to() - stage.from();
    int from = done % stage.perEpoch() * stage.fresh();
    int count = Math.min(stage.fresh(), size - from);
    int[] own =
        fresh
            .computeIfAbsent(stage, s -> new Cycle(data.subList(s.from(), s.to()), recipe.seed()))
            .take((long) epoch * size + from, count);
    int[] others =
        earlier
            .computeIfAbsent(stage, s -> new Cycle(data.subList(0, s.from()), recipe.seed() + 2))
            .take((long) done * stage.rehearsed(), stage.rehearsed());
    int[] all =
        IntStream.concat(Arrays.stream(own).map(i -> stage.from() + i), Arrays.stream(others))
            .toArray();
    return new Planned(
        stage.epochsBefore() + epoch, Parts.alike(all, data, recipe.microBatch()), List.of());
  }
}
