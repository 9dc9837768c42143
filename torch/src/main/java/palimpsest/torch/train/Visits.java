package palimpsest.torch.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** In which steps of a run each place of its data was met. */
public final class Visits {
  private final int steps;
  private final long[] upTo; // visits in so many first steps
  private final List<int[]> ofPlaces; // steps, ascending

  /**
   * Those of a course.
   *
   * @param places in its data
   */
  public Visits(Course course, int places) {
    steps = course.steps();
    upTo = new long[steps + 1];
    List<List<Integer>> met = new ArrayList<>();
    IntStream.range(0, places).forEach(place -> met.add(new ArrayList<>()));
    for (int step = 1; step <= steps; step++) {
      int[] examples = course.at(step).examples();
      upTo[step] = upTo[step - 1] + examples.length;
      for (int place : examples) {
        met.get(place).add(step);
      }
    }
    ofPlaces = met.stream().map(m -> m.stream().mapToInt(Integer::intValue).toArray()).toList();
  }

  /** The first step that met a place; one behind the last if none did. */
  public int first(int place) {
    int[] own = ofPlaces.get(place);
    return own.length == 0 ? steps + 1 : own[0];
  }

  /**
   * The part of the run's visits that doing it again after a step takes, in [0, 1].
   *
   * @param gone places that are empty then
   */
  public double share(int after, Set<Integer> gone) {
    long left = upTo[steps] - upTo[after];
    for (int place : gone) {
      left -= Arrays.stream(ofPlaces.get(place)).filter(step -> step > after).count();
    }
    return upTo[steps] == 0 ? 0 : (double) left / upTo[steps];
  }
}
