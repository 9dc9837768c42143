package palimpsest.torch.train;

import java.util.Arrays;
import java.util.NavigableSet;
import java.util.TreeSet;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;

/**
 * Where to keep checkpoints so that replays are short: those with the least mean number of steps to
 * be done again, over requests that each begin at one first touch.
 *
 * <pre>cost = Σ w_r (S - max {c kept, or 0 : c < first touch of r}) / Σ w_r</pre>
 *
 * @param steps S, of the run
 * @param touches the step in which the examples of each request are first met
 * @param weights how likely each request is, w_r, to whatever scale
 */
@SuppressWarnings("ArrayRecordComponent") // compared by value nowhere
public record Placement(int steps, int[] touches, double[] weights) {
  /** More candidates than this are thinned out evenly. */
  private static final int MOST = 2000;

  public Placement {
    touches = touches.clone();
    weights = weights.clone();
    Check.atLeast(touches.length, 1, "requests");
    if (weights.length != touches.length) {
      throw new InvalidRequest(
          "got " + weights.length + " weights of " + touches.length + " requests");
    }
    for (double weight : weights) {
      Check.nonNegative(weight, "weight of a request");
    }
    Check.positive(Arrays.stream(weights).sum(), "sum of the requests' weights");
  }

  /** That for requests which are all as likely. */
  public Placement(int steps, int[] touches) {
    this(steps, touches, equal(touches.length));
  }

  private static double[] equal(int requests) {
    double[] weights = new double[requests];
    Arrays.fill(weights, 1);
    return weights;
  }

  /** The first step in which each of a run's examples is met; one behind the last if in none. */
  public static int[] firstTouches(Course course, int examples) {
    int[] first = new int[examples];
    Arrays.fill(first, course.steps() + 1);
    for (int step = course.steps(); step >= 1; step--) {
      for (int example : course.at(step).examples()) {
        first[example] = step;
      }
    }
    return first;
  }

  /**
   * Steps whose distance to the run's end grows by a constant factor, from 1, whatever the
   * requests; fewer than {@code count} where some fall together.
   */
  public static NavigableSet<Integer> logSpaced(int steps, int count) {
    NavigableSet<Integer> spaced = new TreeSet<>();
    for (int i = 0; i < count; i++) {
      spaced.add(steps - (int) Math.round(Math.pow(steps, (double) i / count)));
    }
    return new TreeSet<>(spaced.tailSet(1));
  }

  /** Mean steps to be done again with these checkpoints. */
  public double cost(NavigableSet<Integer> kept) {
    double saved = 0;
    for (int r = 0; r < touches.length; r++) {
      Integer last = kept.lower(touches[r]);
      saved += last == null ? 0 : weights[r] * last;
    }
    return steps - saved / Arrays.stream(weights).sum();
  }

  /**
   * At most {@code budget} checkpoints of the least cost.
   *
   * <p>By dynamic programming: what i saves with up to b - 1 after it, of which j is the next. The
   * best j grows with i and falls with b, which leaves few to be looked at.
   */
  public NavigableSet<Integer> best(int budget) {
    int[] at = candidates();
    int none = at.length;
    double[] behind = behind(at);
    int most = Math.min(budget, none);
    int[][] next = new int[most + 1][none];
    Arrays.fill(next[0], none);
    double[] saved = new double[none + 1];
    Arrays.fill(saved, 0, none, Double.NEGATIVE_INFINITY);
    for (int b = 1; b <= most; b++) {
      saved = one(at, behind, saved, next[b - 1], next[b]);
    }
    NavigableSet<Integer> best = new TreeSet<>();
    for (int i = first(saved), b = most; i < none && b > 0; i = next[b--][i]) {
      best.add(at[i]);
    }
    return best;
  }

  /**
   * What each saves with one more after it than before.
   *
   * @param saved by those after it
   * @param last the best next one of each with one fewer
   * @param next filled with the best next one of each
   */
  private static double[] one(int[] at, double[] behind, double[] saved, int[] last, int[] next) {
    double[] now = new double[saved.length];
    for (int i = 0; i < at.length; i++) {
      int from = i == 0 ? 1 : Math.max(i + 1, next[i - 1]);
      int to = Math.max(from, last[i]);
      now[i] = Double.NEGATIVE_INFINITY;
      for (int j = from; j <= to; j++) {
        double value = at[i] * (behind[i] - behind[j]) + saved[j];
        if (value > now[i]) {
          now[i] = value;
          next[i] = j;
        }
      }
    }
    return now;
  }

  /** Where most is saved; the last, where nothing is, unless any saves more. */
  private static int first(double[] saved) {
    int first = saved.length - 1;
    for (int i = 0; i < saved.length; i++) {
      if (saved[i] > saved[first]) {
        first = i;
      }
    }
    return first;
  }

  /** Weight of the requests behind each candidate, and behind all of them none. */
  private double[] behind(int[] candidates) {
    double[] from = new double[steps + 3]; // weight of the touches at a step or later
    for (int r = 0; r < touches.length; r++) {
      from[Math.min(touches[r], steps + 1)] += weights[r];
    }
    for (int step = steps; step >= 0; step--) {
      from[step] += from[step + 1];
    }
    double[] behind = new double[candidates.length + 1];
    for (int i = 0; i < candidates.length; i++) {
      behind[i] = from[candidates[i] + 1];
    }
    return behind;
  }

  /** The step before each first touch; any other saves no request more. */
  private int[] candidates() {
    int[] all =
        Arrays.stream(touches)
            .map(t -> Math.min(t, steps + 1) - 1)
            .filter(c -> c > 0)
            .sorted()
            .distinct()
            .toArray();
    if (all.length <= MOST) {
      return all;
    }
    int[] some = new int[MOST];
    for (int i = 0; i < MOST; i++) {
      some[i] = all[(int) ((long) i * (all.length - 1) / (MOST - 1))];
    }
    return some;
  }
}
