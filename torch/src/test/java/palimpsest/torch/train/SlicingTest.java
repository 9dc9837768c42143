package palimpsest.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.torch.text.TokenizedExample;

class SlicingTest {
  private static final Recipe TWO_BY_TWO =
      new Recipe(2, 2, 2, 1e-3, 0, Recipe.Decay.CONSTANT, 0, 0, 5);

  private static List<TokenizedExample> examples(int n) {
    return IntStream.range(0, n)
        .mapToObj(i -> new TokenizedExample(new int[] {i, 1, 2}, 1))
        .toList();
  }

  private static List<List<Integer>> met(Course course, int from, int to) {
    return IntStream.rangeClosed(from, to)
        .mapToObj(s -> Arrays.stream(course.at(s).examples()).sorted().boxed().toList())
        .toList();
  }

  /**
   * 7 examples in 3 slices: 0 and 1; 2 and 3; 4, 5 and 6. Batches of 2, 2 epochs: 2 + 2 + 4 steps.
   */
  @Test
  void course_ofThreeSlices_goesThroughOneAfterTheOther() {
    Slicing slicing = new Slicing(3, 0, 0);
    Course course = slicing.course(examples(7), TWO_BY_TWO);

    assertThat(course.steps()).isEqualTo(8).isEqualTo(slicing.steps(TWO_BY_TWO, 7));
    assertThat(met(course, 1, 4))
        .containsExactly(List.of(0, 1), List.of(0, 1), List.of(2, 3), List.of(2, 3));
    for (int epoch : List.of(5, 7)) {
      List<Integer> both = met(course, epoch, epoch + 1).stream().flatMap(List::stream).toList();
      assertThat(both).containsExactlyInAnyOrder(4, 5, 6);
    }
    assertThat(Placement.firstTouches(course, 7)).startsWith(1, 1, 3, 3);
    assertThat(IntStream.rangeClosed(1, 8).map(s -> course.at(s).epoch()))
        .containsExactly(0, 1, 2, 3, 4, 4, 5, 5);
  }

  /**
   * The first slice takes 3 epochs of one step; the second 2 epochs of 2, each step with one
   * earlier.
   */
  @Test
  void course_rehearsing_fillsHalfOfLaterStepsWithEarlierOnes() {
    Course course = new Slicing(2, 3, 0.5).course(examples(4), TWO_BY_TWO);

    assertThat(course.steps()).isEqualTo(3 + 4);
    assertThat(met(course, 1, 3)).containsOnly(List.of(0, 1));
    List<List<Integer>> later = met(course, 4, 7);
    assertThat(later).allMatch(step -> step.get(0) < 2 && step.get(1) >= 2);
    assertThat(later.stream().map(s -> s.get(1)).limit(2).toList()).containsExactlyInAnyOrder(2, 3);
    assertThat(later.stream().map(s -> s.get(0)).limit(2).toList()).containsExactlyInAnyOrder(0, 1);
  }

  /**
   * 8 examples, half of them in the first of 3 slices: 0 to 3; 4 and 5; 6 and 7. Batches of 2, 1
   * epoch of the first and 2 of the others: 2 + 2 + 2 steps.
   */
  @Test
  void course_ofALargeFirstSlice_sharesTheRestEvenly() {
    Slicing slicing = new Slicing(3, 1, 0, Optional.of(0.5), Optional.empty());
    Course course = slicing.course(examples(8), TWO_BY_TWO);

    assertThat(course.steps()).isEqualTo(6).isEqualTo(slicing.steps(TWO_BY_TWO, 8));
    assertThat(met(course, 1, 2).stream().flatMap(List::stream))
        .containsExactlyInAnyOrder(0, 1, 2, 3);
    assertThat(met(course, 3, 6))
        .containsExactly(List.of(4, 5), List.of(4, 5), List.of(6, 7), List.of(6, 7));
  }

  /**
   * The steps of {@link #course_ofThreeSlices_goesThroughOneAfterTheOther}, 2 + 2 + 4: the whole
   * peak of 1e-3 falls in two halves, then a quarter of it in two halves and in four quarters.
   */
  @Test
  void schedule_withALaterRate_fallsInEachSlice() {
    Recipe linear = new Recipe(2, 2, 2, 1e-3, 0, Recipe.Decay.LINEAR, 0, 0, 5);
    Slicing slicing = new Slicing(3, 0, 0, Optional.empty(), Optional.of(0.25));
    double[] wanted = {1, 0.5, 0.25, 0.125, 0.25, 0.1875, 0.125, 0.0625};

    for (Schedule schedule :
        List.of(
            slicing.schedule(linear, 7), slicing.course(examples(7), linear).schedule(linear))) {
      assertThat(IntStream.rangeClosed(1, 8).mapToDouble(schedule::rate).toArray())
          .containsExactly(Arrays.stream(wanted).map(w -> 1e-3 * w).toArray(), within(1e-18));
    }
  }

  /** Three steps of warm-up reach into the second slice, which falls from there: 1 of 1, 4 of 4. */
  @Test
  void schedule_warmedUpIntoTheSecondSlice_fallsBehindTheWarmup() {
    Recipe linear = new Recipe(2, 2, 2, 3, 3, Recipe.Decay.LINEAR, 0, 0, 5);
    Slicing slicing = new Slicing(3, 0, 0, Optional.empty(), Optional.of(0.5));
    Schedule schedule = slicing.schedule(linear, 7);

    assertThat(IntStream.rangeClosed(1, 8).mapToDouble(schedule::rate).toArray())
        .containsExactly(1, 2, 3, 1.5, 1.5, 1.125, 0.75, 0.375);
  }

  @Test
  void slicing_ofLikeSizes_standsInLedgersAsBefore() {
    assertThat(new Slicing(3, 1, 0.5)).hasToString("Slicing[slices=3, first=1, rehearsal=0.5]");
    assertThat(new Slicing(3, 1, 0, Optional.of(0.25), Optional.of(0.5)))
        .hasToString("Slicing[slices=3, first=1, rehearsal=0.0, share=0.25, later=0.5]");
  }

  @Test
  void course_ofOneSlice_isTheShuffledOne() {
    Course course = Slicing.NONE.course(examples(5), TWO_BY_TWO);
    Course shuffled = Course.shuffled(examples(5), TWO_BY_TWO);

    assertThat(met(course, 1, 6)).isEqualTo(met(shuffled, 1, 6));
  }

  /** Uniform requests, a checkpoint before every slice: the mean of S, 3/4 S, 1/2 S and 1/4 S. */
  @Test
  void placement_onFourSlices_replaysFiveEighths() {
    Course course = new Slicing(4, 0, 0).course(examples(8), TWO_BY_TWO);
    Placement placement = new Placement(course.steps(), Placement.firstTouches(course, 8));

    assertThat(placement.best(3)).containsExactly(2, 4, 6);
    assertThat(placement.cost(placement.best(3))).isEqualTo(0.625 * 8);
  }

  @Test
  void slicing_thatMakesNoSense_isRefused() {
    assertThatThrownBy(() -> new Slicing(2, 0, 1))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("got 1.0");
    assertThatThrownBy(() -> new Slicing(1, 3, 0)).hasMessageContaining("at least 2 slices");
    assertThatThrownBy(() -> new Slicing(2, 0, 0, Optional.of(1.0), Optional.empty()))
        .hasMessageContaining("got 1.0");
    assertThatThrownBy(() -> new Slicing(1, 0, 0, Optional.of(0.5), Optional.empty()))
        .hasMessageContaining("at least 2 slices");
    assertThatThrownBy(() -> new Slicing(2, 0, 0, Optional.empty(), Optional.of(1.5)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("got 1.5");
    for (double share : List.of(0.01, 0.9)) {
      assertThatThrownBy(
              () ->
                  new Slicing(3, 0, 0, Optional.of(share), Optional.empty())
                      .course(examples(8), TWO_BY_TWO))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("leaves a slice without any");
    }
    assertThatThrownBy(() -> new Slicing(9, 0, 0).course(examples(8), TWO_BY_TWO))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("at most as many as the records, 8, got 9");
  }
}
