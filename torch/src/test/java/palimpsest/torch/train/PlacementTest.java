package palimpsest.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;

class PlacementTest {

  /**
   * Ten steps, requests at 1, 4, 4 and 9. Kept 3 and 8: the first costs 10, those at 4 cost 7 each,
   * the last 2: 26/4. Kept 8 alone: 10, 10, 10, 2: 32/4.
   */
  @Test
  void cost_byHand() {
    Placement placement = new Placement(10, new int[] {1, 4, 4, 9});
    assertThat(placement.cost(new TreeSet<>(List.of(3, 8)))).isEqualTo(6.5);
    assertThat(placement.cost(new TreeSet<>(List.of(8)))).isEqualTo(8);
    assertThat(placement.cost(new TreeSet<>())).isEqualTo(10);
    assertThat(placement.best(2)).containsExactly(3, 8);
    assertThat(placement.best(1)).as("3 saves 9, 8 saves 8").containsExactly(3);
    assertThat(placement.best(0)).isEmpty();
    assertThat(placement.best(5)).containsExactly(3, 8);
  }

  /**
   * Ten steps, requests at 4 and 9 of weights 3 and 1. Kept 3 alone: 7 and 7. Kept 8 alone: 10 and
   * 2, (30 + 2) / 4. With weights 1 and 3: 7, and (10 + 6) / 4.
   */
  @Test
  void cost_ofWeightedRequests_byHand() {
    Placement early = new Placement(10, new int[] {4, 9}, new double[] {3, 1});
    Placement late = new Placement(10, new int[] {4, 9}, new double[] {1, 3});
    assertThat(early.cost(new TreeSet<>(List.of(3)))).isEqualTo(7);
    assertThat(early.cost(new TreeSet<>(List.of(8)))).isEqualTo(8);
    assertThat(early.best(1)).containsExactly(3);
    assertThat(late.cost(new TreeSet<>(List.of(3)))).isEqualTo(7);
    assertThat(late.cost(new TreeSet<>(List.of(8)))).isEqualTo(4);
    assertThat(late.best(1)).containsExactly(8);
  }

  @Test
  void weights_thatSayNothing_areRefused() {
    int[] two = {1, 2};
    for (double[] weights : List.of(new double[] {1}, new double[] {1, -1}, new double[2])) {
      assertThatThrownBy(() -> new Placement(3, two, weights)).isInstanceOf(InvalidRequest.class);
    }
  }

  /** 100 steps, 2 checkpoints: 1 and 10 from the end. */
  @Test
  void logSpaced_byHand() {
    assertThat(Placement.logSpaced(100, 2)).containsExactly(90, 99);
    assertThat(Placement.logSpaced(16, 4)).containsExactly(8, 12, 14, 15);
    assertThat(Placement.logSpaced(1, 3)).isEmpty();
  }

  /** More steps than subsets can be tried for: against the plain recursion, and log spacing. */
  @Test
  void best_ofLargerRuns_costsNoMoreThanAnyOther() {
    for (int c = 0; c < 100; c++) {
      Random random = new Random(c);
      int steps = 30 + random.nextInt(60);
      int[] touches = random.ints(60, 1, steps + 2).toArray();
      double[] weights = random.doubles(60).map(w -> w * w * w).toArray();
      Placement placement = new Placement(steps, touches, weights);
      for (int budget : List.of(1, 2, 5, 9, 20)) {
        double best = placement.cost(placement.best(budget));
        assertThat(best).isCloseTo(least(placement, budget), within(1e-9));
        assertThat(best)
            .isLessThanOrEqualTo(placement.cost(Placement.logSpaced(steps, budget)) + 1e-9);
      }
    }
  }

  /** least(b, i): steps saved by requests behind i, i kept, with b more; without any bounds. */
  private static double least(Placement placement, int budget) {
    int steps = placement.steps();
    double all = Arrays.stream(placement.weights()).sum();
    double[] behind =
        IntStream.rangeClosed(0, steps).mapToDouble(i -> behind(placement, i)).toArray();
    double[] saved = new double[steps + 1];
    for (int b = 0; b <= budget; b++) {
      double[] more = new double[steps + 1];
      for (int i = 0; i <= steps; i++) {
        more[i] = i * behind[i];
        for (int j = i + 1; b > 0 && j <= steps; j++) {
          double value = i * (behind[i] - behind[j]) + saved[j];
          more[i] = Math.max(more[i], value);
        }
      }
      saved = more;
    }
    return steps - saved[0] / all;
  }

  private static double behind(Placement placement, int step) {
    return IntStream.range(0, placement.touches().length)
        .filter(r -> placement.touches()[r] > step)
        .mapToDouble(r -> placement.weights()[r])
        .sum();
  }

  /** Against all subsets. */
  @Test
  void best_ofSmallRuns_isTheBestOfAll() {
    for (int c = 0; c < 200; c++) {
      Random random = new Random(c);
      int steps = 2 + random.nextInt(9);
      int[] touches = random.ints(1 + random.nextInt(12), 1, steps + 2).toArray();
      double[] weights = random.ints(touches.length, 1, 9).asDoubleStream().toArray();
      Placement placement =
          c % 2 == 0 ? new Placement(steps, touches) : new Placement(steps, touches, weights);
      for (int budget = 0; budget < 4; budget++) {
        double least = Double.MAX_VALUE;
        for (int mask = 0; mask < 1 << steps; mask++) {
          if (Integer.bitCount(mask) <= budget) {
            least = Math.min(least, placement.cost(set(mask, steps)));
          }
        }
        NavigableSet<Integer> best = placement.best(budget);
        assertThat(best).hasSizeLessThanOrEqualTo(budget);
        assertThat(placement.cost(best)).as("case " + c).isEqualTo(least);
        assertThat(least).isLessThanOrEqualTo(placement.cost(Placement.logSpaced(steps, budget)));
      }
    }
  }

  private static NavigableSet<Integer> set(int mask, int steps) {
    NavigableSet<Integer> set = new TreeSet<>();
    for (int step = 1; step <= steps; step++) {
      if ((mask >> (step - 1) & 1) == 1) {
        set.add(step);
      }
    }
    return set;
  }

  @Test
  void firstTouches_ofACourse_areItsFirst() {
    Course course =
        new Course() {
          @Override
          public int steps() {
            return 3;
          }

          @Override
          public Planned at(int step) {
            return new Planned(0, List.of(new int[] {step - 1}, new int[] {0}), List.of());
          }
        };
    assertThat(Placement.firstTouches(course, 4)).containsExactly(1, 2, 3, 4);
  }
}
