package palimpsest.torch.train;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import palimpsest.api.Recipe;
import palimpsest.torch.Item;

/**
 * What a run meets when: which examples stand together in which micro-batch of which step. Settled
 * before the first step, so that a place can be left empty and all others stay where they are.
 */
public interface Course {

  /** All examples once per epoch, in an order that the recipe's seed and their contents settle. */
  static Course shuffled(List<? extends Item> data, Recipe recipe) {
    return new ShuffledCourse(data, List.of(), recipe);
  }

  /** Steps of the whole run. */
  int steps();

  /** What a step meets, the first is 1. */
  Planned at(int step);

  /**
   * The learning rates of its steps: the recipe's decay, over the whole run unless it has parts.
   */
  default Schedule schedule(Recipe recipe) {
    return new Schedule(recipe, steps());
  }

  /** The same at the learning rates of a schedule. */
  default Course by(Schedule schedule) {
    return new ScheduledCourse(this, schedule);
  }

  /**
   * What a step is to meet.
   *
   * @param epoch pass over the data, from 0
   * @param parts indices of the examples, micro-batch by micro-batch
   * @param beside those of the companion examples
   */
  record Planned(int epoch, List<int[]> parts, List<int[]> beside) {
    public Planned {
      parts = List.copyOf(parts);
      beside = List.copyOf(beside);
    }

    /** The same with some places empty: cuts between micro-batches stay. */
    Planned without(IntPredicate gone) {
      List<int[]> left =
          parts.stream()
              .map(part -> Arrays.stream(part).filter(gone.negate()).toArray())
              .filter(part -> part.length > 0)
              .toList();
      return new Planned(epoch, left, beside);
    }

    /** Whether all places are empty, so that nothing is descended. */
    boolean isEmpty() {
      return parts.isEmpty();
    }

    /** Whether another meets the same in the same parts. */
    boolean isAlike(Planned other) {
      return epoch == other.epoch && alike(parts, other.parts) && alike(beside, other.beside);
    }

    private static boolean alike(List<int[]> some, List<int[]> others) {
      return Arrays.deepEquals(some.toArray(), others.toArray());
    }

    /** How many examples of the data it meets. */
    int count() {
      return parts.stream().mapToInt(part -> part.length).sum();
    }

    /** All examples of the data, part by part. */
    int[] examples() {
      return parts.stream().flatMapToInt(Arrays::stream).toArray();
    }
  }
}
