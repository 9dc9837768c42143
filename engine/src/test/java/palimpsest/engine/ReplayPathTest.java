package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import palimpsest.api.Cost;
import palimpsest.engine.ExactPath.Way;
import palimpsest.torch.train.Course;
import palimpsest.torch.train.FinishedRun;
import palimpsest.torch.train.Pace;
import palimpsest.torch.train.Visits;

/**
 * By hand: a training of six steps with checkpoints of steps 2 and 4, both to be kept, after one of
 * ten steps with checkpoints of steps 3 and 7.
 *
 * <pre>
 * place        0  1  2  3  4  5
 * first met    1  2  3  5  4  6
 * record       a  t     b  c  t     t and its twin at places 1 and 5
 * </pre>
 *
 * Weights have 100 bytes, so a checkpoint 300.
 */
class ReplayPathTest {
  private static final Map<String, List<Integer>> PLACES =
      Map.of(
          "a",
          List.of(0),
          "b",
          List.of(3),
          "c",
          List.of(4),
          "t",
          List.of(1, 5),
          "twin",
          List.of(1, 5));
  private static final ReplayLink OWN =
      link(
          6,
          List.of(2, 4),
          Optional.of(new Pace(4, 0, 2.0, 0, 0, OptionalDouble.empty(), 0)),
          PLACES,
          List.of(1, 2, 3, 5, 4, 6));
  private static final ReplayLink BEFORE =
      link(
          10,
          List.of(3, 7),
          Optional.of(new Pace(100, 0, 25, 0, 0, OptionalDouble.empty(), 0)),
          Map.of("x", List.of(1), "a", List.of(0)),
          List.of(1, 8));

  private static ReplayLink link(
      int steps,
      List<Integer> checkpoints,
      Optional<Pace> pace,
      Map<String, List<Integer>> places,
      List<Integer> touches) {
    List<String> lines =
        Stream.concat(
                Stream.of("{\"every\":0,\"kept\":" + checkpoints + "}"),
                Collections.nCopies(steps, "{}").stream())
            .toList();
    FinishedRun run = new FinishedRun(Path.of("run"), lines);
    return new ReplayLink(
        run,
        new TreeSet<>(checkpoints),
        700,
        pace,
        100,
        places,
        Optional.of(visits(steps, touches)));
  }

  /** A step meets the places that are first met in it, or else one more place. */
  private static Visits visits(int steps, List<Integer> touches) {
    Course course =
        new Course() {
          @Override
          public int steps() {
            return steps;
          }

          @Override
          public Planned at(int step) {
            int[] first =
                IntStream.range(0, touches.size()).filter(i -> touches.get(i) == step).toArray();
            int[] met = first.length == 0 ? new int[] {touches.size()} : first;
            return new Planned(0, List.of(met), List.of());
          }
        };
    return new Visits(course, touches.size() + 1);
  }

  private static Way without(ReplayPath path, String... records) {
    return path.without(Set.of(records)).orElseThrow();
  }

  private static String begins(String... records) {
    Way way = without(new ReplayPath(List.of(OWN), true), records);
    assertThat(way.cost().atMost()).isFalse();
    return way.steps() + " from " + way.cost().from();
  }

  /** b is met in step 5, behind checkpoint 4; c in step 4 itself, which its state has seen. */
  @Test
  void steps_ofOneRecord_areThoseAfterTheLastCheckpointBeforeItsFirstTouch() {
    assertThat(begins("a")).isEqualTo("6 from the first weights");
    assertThat(begins("b")).isEqualTo("2 from the checkpoint of step 4");
    assertThat(begins("c")).isEqualTo("4 from the checkpoint of step 2");
  }

  @Test
  void steps_ofSeveralRecords_areThoseOfTheEarliest() {
    assertThat(begins("b", "c")).isEqualTo("4 from the checkpoint of step 2");
    assertThat(begins("b", "c", "a")).isEqualTo("6 from the first weights");
  }

  /** Without one of the two the other takes place 1, and place 5 of step 6 is empty. */
  @Test
  void steps_ofARecordWithATwin_areThoseOfItsLastPlace_andOfBothThoseOfTheFirst() {
    assertThat(begins("t")).isEqualTo("2 from the checkpoint of step 4");
    assertThat(begins("twin")).isEqualTo("2 from the checkpoint of step 4");
    assertThat(begins("t", "twin")).isEqualTo("6 from the first weights");
  }

  /**
   * Half a second a step, of the two that are done again that which met b alone is empty; 100 + 300
   * (2 + 3) bytes, two checkpoints being kept.
   */
  @Test
  void cost_ofOneTraining_hasItsPaceAndItsBytes() {
    assertThat(without(new ReplayPath(List.of(OWN), true), "b").cost())
        .isEqualTo(
            new Cost("the checkpoint of step 4", false, Optional.of(0.5), 100 + 300 * 5, 700));
  }

  /** Of the same steps on a machine where a step takes 0.75 s instead of 0.5. */
  @Test
  void cost_atAnotherPace_hasOtherSeconds_andTheSameSteps() {
    Pace slower = new Pace(2, 0, 1.5, 0, 0, OptionalDouble.empty(), 0);
    ExactPath then = new ReplayPath(List.of(OWN), true).at(slower);
    Way way = then.without(Set.of("b")).orElseThrow();
    assertThat(way.cost().seconds()).contains(0.75);
    assertThat(way.steps()).isEqualTo(2);
  }

  /**
   * A run that was a replay itself had 3 examples in 6 steps of 0.5 s: an example takes 1 s, and of
   * two steps after checkpoint 4 one meets one. Where no place is known, its 6 steps take 3 s.
   */
  @Test
  void seconds_ofARunWithEmptySteps_goByTheExamplesThatItMet() {
    Optional<Pace> pace = Optional.of(new Pace(6, 3, 3, 0, 0, OptionalDouble.empty(), 0));
    ReplayLink again = link(6, List.of(2, 4), pace, PLACES, List.of(1, 2, 3, 5, 4, 6));
    ReplayLink blind =
        new ReplayLink(
            again.run(), again.checkpoints(), 700, pace, 100, Map.of(), Optional.empty());

    assertThat(without(new ReplayPath(List.of(again), true), "b").cost().seconds()).contains(1.0);
    assertThat(without(new ReplayPath(List.of(blind), false), "b").cost().seconds()).contains(3.0);
  }

  /**
   * Of two steps after checkpoint 4 one is not empty and takes 0.5 s, and 3 s lie around them;
   * three of four after checkpoint 2, and the checkpoint of step 4, 0.25 s.
   */
  @Test
  void seconds_haveTheCheckpointsOnTheWayAndWhatIsAroundTheSteps() {
    Pace pace = new Pace(10, 0, 5.5, 2, 0.5, OptionalDouble.empty(), 3);
    ReplayLink timed = link(6, List.of(2, 4), Optional.of(pace), PLACES, List.of(1, 2, 3, 5, 4, 6));

    assertThat(without(new ReplayPath(List.of(timed), true), "b").cost().seconds())
        .contains(3 + 0.5);
    assertThat(without(new ReplayPath(List.of(timed), true), "c").cost().seconds())
        .contains(3 + 3 * 0.5 + 0.25);
  }

  /**
   * x is met in step 8 of the training before: 10 - 7 steps of it, one empty, and all 6 of the
   * model's.
   */
  @Test
  void chain_recordOfTheTrainingBefore_takesThatFromItsCheckpointAndAllOfTheOther() {
    ReplayPath chain = new ReplayPath(List.of(OWN, BEFORE), true);

    Way x = without(chain, "x");
    assertThat(x.steps()).isEqualTo(9);
    assertThat(x.cost())
        .isEqualTo(
            new Cost(
                "the checkpoint of step 7 of the training before",
                false,
                Optional.of(2 * 0.25 + 6 * 0.5),
                2 * (100 + 300 * 5),
                1400));
    assertThat(without(chain, "b").steps()).as("the one before is as it was").isEqualTo(2);
    assertThat(without(chain, "b", "x").steps()).isEqualTo(9);
    assertThat(without(chain, "a").steps()).as("met in both").isEqualTo(16);
  }

  @Test
  void chain_ofThree_namesTheTrainingFarthestBack() {
    ReplayPath chain =
        new ReplayPath(
            List.of(OWN, link(5, List.of(), OWN.pace(), Map.of(), List.of()), BEFORE), true);

    assertThat(without(chain, "x").steps()).isEqualTo(3 + 5 + 6);
    assertThat(without(chain, "x").cost().from())
        .isEqualTo("the checkpoint of step 7 of the training 2 before");
  }

  @Test
  void seconds_whereOnePaceIsMissing_areNotInvented() {
    ReplayLink unpaced = link(10, List.of(), Optional.empty(), Map.of("x", List.of(0)), List.of(1));

    assertThat(without(new ReplayPath(List.of(OWN, unpaced), true), "x").cost().seconds())
        .isEmpty();
    assertThat(without(new ReplayPath(List.of(OWN, unpaced), true), "b").cost().seconds())
        .contains(0.5);
  }

  @Test
  void steps_whereThePlacesAreNotKnown_areAllOfAllTrainingsAtMost() {
    Way way = without(new ReplayPath(List.of(OWN, BEFORE), false), "b");

    assertThat(way.steps()).isEqualTo(16);
    assertThat(way.cost().atMost()).isTrue();
    assertThat(way.cost().from()).isEqualTo("the first weights of the training before");
  }
}
