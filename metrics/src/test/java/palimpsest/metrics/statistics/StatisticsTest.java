package palimpsest.metrics.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StatisticsTest {

  /**
   * n = m = 2, samples {1, 3} and {2, 4}: D = 1/2. Of the C(4,2) = 6 orders all have a gap of at
   * least 1/2, so p = 1; {1, 2} and {3, 4} have D = 1, which 2 of the 6 have.
   */
  @Test
  void kolmogorovSmirnov_twoAgainstTwo_countsOrders() {
    assertThat(KolmogorovSmirnov.of(new double[] {1, 3}, new double[] {2, 4}))
        .isEqualTo(new KolmogorovSmirnov(0.5, 1, 0, 2, 2));
    assertThat(KolmogorovSmirnov.of(new double[] {2, 1}, new double[] {4, 3}).p())
        .isCloseTo(2 / 6.0, within(1e-15));
  }

  /** Equal values of both samples enter together: {1, 1} against {1, 2} has D = 1/2, not 1. */
  @Test
  void kolmogorovSmirnov_ties_enterAtTheirCommonValue() {
    assertThat(KolmogorovSmirnov.of(new double[] {1, 1}, new double[] {1, 2}).distance())
        .isEqualTo(0.5);
  }

  /** Below the range of a double: log10 of 2/C(20000, 10000) by Stirling is -6018.0. */
  @Test
  void kolmogorovSmirnov_tenThousandDisjoint_isAtTheFloorInLogarithms() {
    double[] low = IntStream.range(0, 10_000).asDoubleStream().toArray();
    double[] high = IntStream.range(10_000, 20_000).asDoubleStream().toArray();
    KolmogorovSmirnov test = KolmogorovSmirnov.of(low, high);
    assertThat(test.isSaturated()).isTrue();
    assertThat(test.p()).isZero();
    assertThat(test.log10P())
        .isCloseTo(test.log10Floor(), within(1e-7))
        .isBetween(-6018.1, -6017.9);
  }

  /**
   * Asymptotically p = 2 Σ (-1)^(k-1) exp(-2 k² λ²), λ = D √(nm/(n+m)); at this size within 2 %.
   */
  @Test
  void kolmogorovSmirnov_threeThousandOverlapping_nearsTheAsymptote() {
    Random random = new Random(7);
    double[] a = random.doubles(3000).toArray();
    double[] b = random.doubles(3000).map(x -> x + 0.03).toArray();
    KolmogorovSmirnov test = KolmogorovSmirnov.of(a, b);
    double lambda = test.distance() * Math.sqrt(1500);
    double p = 2 * (Math.exp(-2 * lambda * lambda) - Math.exp(-8 * lambda * lambda));
    assertThat(test.p()).isCloseTo(p, within(0.02 * p));
  }

  @Test
  void kolmogorovSmirnov_emptyOrNaN_isRefused() {
    assertThatThrownBy(() -> KolmogorovSmirnov.of(new double[0], new double[] {1}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> KolmogorovSmirnov.of(new double[] {Double.NaN}, new double[] {1}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** 2 against {1, 2, 3}: one win, one tie, one loss. 3 against them: two wins and a tie. */
  @Test
  void auc_ties_countHalf() {
    assertThat(Auc.of(new double[] {2}, new double[] {1, 2, 3})).isEqualTo(0.5);
    assertThat(Auc.of(new double[] {3, 2}, new double[] {1, 2, 3})).isEqualTo((1.5 + 2.5) / 6);
  }

  /** A = 1/2: q1 = q2 = 1/3, so the variance is (1/4 + 9/12 + 9/12) / 100. */
  @Test
  void standardError_halfOfTenAndTen_byHand() {
    assertThat(Auc.standardError(0.5, 10, 10)).isCloseTo(Math.sqrt(1.75) / 10, within(1e-15));
  }

  @Test
  void means_fewValues_byHand() {
    assertThat(Means.mean(1, 2, 6)).isEqualTo(3);
    assertThat(Means.harmonic(1, 2, 4)).isCloseTo(3 / 1.75, within(1e-15));
    assertThat(Means.harmonic(1, 0, 4)).isZero();
    assertThat(Means.quantile(new double[] {4, 1, 2, 3}, 0.25)).isEqualTo(1.75);
    assertThat(Means.quantile(new double[] {5}, 1)).isEqualTo(5);
    assertThatThrownBy(() -> Means.harmonic(1, -1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(Means::mean).isInstanceOf(IllegalArgumentException.class);
  }

  /**
   * 1, 2, 3: mean 2 and s = 1; with two degrees of freedom .95 = t/sqrt(2 + t²), so t = 4.302653.
   */
  @Test
  void intervalOfMean_threeSeeds_isStudents() {
    Interval got = Interval.ofMean(0.95, 3, 1, 2);
    double t = 0.95 * Math.sqrt(2 / (1 - 0.95 * 0.95));
    assertThat(got.low()).isCloseTo(2 - t / Math.sqrt(3), within(1e-12));
    assertThat(got.high()).isCloseTo(2 + t / Math.sqrt(3), within(1e-12));
    assertThat(got.contains(2)).isTrue();
    assertThatThrownBy(() -> Interval.ofMean(0.95, 1)).hasMessageContaining("two of them");
  }

  /** One degree of freedom is Cauchy's distribution: tan(.95 pi / 2). */
  @Test
  void studentT_oneDegree_isCauchy() {
    assertThat(StudentT.quantile(0.95, 1)).isCloseTo(Math.tan(0.475 * Math.PI), within(1e-9));
  }
}
