package palimpsest.metrics.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import palimpsest.metrics.Golden;
import palimpsest.metrics.statistics.Gaussians;
import palimpsest.metrics.statistics.Interval;
import palimpsest.metrics.statistics.KernelMeans;

/** Distances by hand and against scipy and numpy. */
class FeatureDistanceTest {
  private static final JsonNode GOLDEN =
      Golden.read(Path.of("../testkit/golden/diffusion/distance/distance.json"));

  /**
   * One feature: {0, 2} has mean 1 and variance 2, {3, 3 + 2√2 · √2} = {3, 7} mean 5 and variance
   * 8. (1 - 5)² = 16, and 2 + 8 - 2 √16 = 2.
   */
  @Test
  void frechet_oneFeature_isSquaredGapOfMeansAndOfDeviations() {
    double[][] x = {{0}, {2}};
    double[][] y = {{3}, {7}};
    assertThat(Gaussians.means(x, y)).isCloseTo(16, within(1e-13));
    assertThat(Gaussians.covariances(x, y)).isCloseTo(2, within(1e-13));
  }

  /**
   * Two features whose spreads stand at right angles: {(0,0), (2,0)} and {(0,0), (0,2)} have
   * covariances diag(2, 0) and diag(0, 2), whose product is 0: 2 + 2 - 0.
   */
  @Test
  void frechet_spreadsAtRightAngles_addsThem() {
    double[][] x = {{0, 0}, {2, 0}};
    double[][] y = {{0, 0}, {0, 2}};
    assertThat(Gaussians.covariances(x, y)).isCloseTo(4, within(1e-13));
  }

  /**
   * One feature, k = (xy + 1)³. Within {0, 1}: k(0, 1) = 1. Within {1, 2}: k(1, 2) = 27. Between:
   * k(0, 1) = k(0, 2) = 1, k(1, 1) = 8, k(1, 2) = 27, mean 37/4. MMD² = 1 + 27 - 37/2 = 19/2.
   */
  @Test
  void mmd_twoPairs_isTheUnbiasedEstimate() {
    double[][] x = {{0}, {1}};
    double[][] y = {{1}, {2}};
    assertThat(KernelMeans.within(x)).isEqualTo(1);
    assertThat(KernelMeans.within(y)).isEqualTo(27);
    assertThat(KernelMeans.between(x, y)).isEqualTo(37 / 4.0);
    assertThat(new FeatureKernelDistance(Against.BEFORE).distance(x, y).value())
        .isCloseTo(9.5, within(1e-13));
  }

  /**
   * Where covariances are singular, an eigenvalue of 0 comes out as the rounding of the largest,
   * and its root as the root of that: 7 digits are left.
   */
  @Test
  void distances_agreeWithScipyAndNumpy() {
    assertThat(GOLDEN.path("distances")).hasSize(3);
    for (JsonNode wanted : GOLDEN.path("distances")) {
      double[][] x = rows(wanted.path("x"));
      double[][] y = rows(wanted.path("y"));
      String name = wanted.path("name").asText();
      assertThat(Golden.relative(Gaussians.means(x, y), wanted.path("means").asDouble()))
          .as(name)
          .isLessThan(1e-12);
      assertThat(
              Golden.relative(Gaussians.covariances(x, y), wanted.path("covariances").asDouble()))
          .as(name)
          .isLessThan(x.length > x[0].length ? 1e-11 : 1e-7);
      assertThat(
              Golden.relative(
                  new FeatureKernelDistance(Against.BEFORE).distance(x, y).value(),
                  wanted.path("mmd").asDouble()))
          .as(name)
          .isLessThan(1e-11);
    }
  }

  @Test
  void wilson_agreesWithScipy() {
    assertThat(GOLDEN.path("shares")).hasSize(5);
    for (JsonNode wanted : GOLDEN.path("shares")) {
      Interval got =
          Interval.ofShare(
              wanted.path("level").asDouble(), wanted.path("k").asInt(), wanted.path("n").asInt());
      assertThat(got.low()).isCloseTo(wanted.path("low").asDouble(), within(1e-12));
      assertThat(got.high()).isCloseTo(wanted.path("high").asDouble(), within(1e-12));
    }
  }

  private static double[][] rows(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .map(Golden::doubles)
        .toArray(double[][]::new);
  }
}
