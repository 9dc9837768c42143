package palimpsest.torch.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Three steps, the first of two micro-batches: places 0, 1 and 2, then 1 and 3, then 2. */
class VisitsTest {
  private static final List<List<int[]>> MET =
      List.of(
          List.of(new int[] {0, 1}, new int[] {2}),
          List.of(new int[] {1, 3}),
          List.of(new int[] {2}));
  private static final Course COURSE =
      new Course() {
        @Override
        public int steps() {
          return MET.size();
        }

        @Override
        public Planned at(int step) {
          return new Planned(0, MET.get(step - 1), List.of());
        }
      };

  @Test
  void first_isTheFirstStep_andBehindTheLastWhereThereIsNone() {
    Visits visits = new Visits(COURSE, 5);
    assertThat(visits.first(1)).isEqualTo(1);
    assertThat(visits.first(3)).isEqualTo(2);
    assertThat(visits.first(4)).isEqualTo(4);
  }

  /** Of six visits three lie behind step 1; one of them is place 1's, one place 2's. */
  @Test
  void share_isOfTheVisitsBehindAStep_lessThoseOfWhatIsGone() {
    Visits visits = new Visits(COURSE, 5);
    assertThat(visits.share(0, Set.of())).isEqualTo(1);
    assertThat(visits.share(0, Set.of(1))).isEqualTo(4 / 6.0);
    assertThat(visits.share(1, Set.of())).isEqualTo(3 / 6.0);
    assertThat(visits.share(1, Set.of(1))).isEqualTo(2 / 6.0);
    assertThat(visits.share(1, Set.of(1, 2, 4))).isEqualTo(1 / 6.0);
    assertThat(visits.share(3, Set.of(1))).isZero();
    assertThat(visits.after(1, Set.of(1))).isEqualTo(2);
  }

  @Test
  void share_ofARunThatMetNobody_isNone() {
    Course empty =
        new Course() {
          @Override
          public int steps() {
            return 2;
          }

          @Override
          public Planned at(int step) {
            return new Planned(0, List.of(), List.of());
          }
        };
    assertThat(new Visits(empty, 1).share(0, Set.of(0))).isZero();
  }
}
