package palimpsest.torch.train;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

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
    int[] counts = new int[places];
    for (int step = 1; step <= steps; step++) {
      int[] examples = course.at(step).examples();
      upTo[step] = upTo[step - 1] + examples.length;
      Arrays.stream(examples).forEach(place -> counts[place]++);
    }
    ofPlaces = Arrays.stream(counts).mapToObj(int[]::new).toList();
    for (int step = steps;
        step >= 1;
        step--) { // from the end, so that counts become places to fill
      for (int place : course.at(step).examples()) {
        ofPlaces.get(place)[--counts[place]] = step;
      }
    }
  }

  /** The first step that met a place; one behind the last if none did. */
  public int first(int place) {
    int[] own = ofPlaces.get(place);
    return own.length == 0 ? steps + 1 : own[0];
  }

  /**
   * How many visits doing the run again after a step has.
   *
   * @param gone places that are empty then
   */
  public long after(int step, Set<Integer> gone) {
    long left = upTo[steps] - upTo[step];
    for (int place : gone) {
      left -= Arrays.stream(ofPlaces.get(place)).filter(met -> met > step).count();
    }
    return left;
  }

  /** That as a part of all of the run's, in [0, 1]. */
  public double share(int step, Set<Integer> gone) {
    return upTo[steps] == 0 ? 0 : (double) after(step, gone) / upTo[steps];
  }
}
