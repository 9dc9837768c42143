package palimpsest.metrics.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import palimpsest.metrics.Golden;

/** Against SciPy and scikit-learn, and against lattice paths counted in whole numbers. */
class StatisticsGoldenTest {
  @Test
  void kolmogorovSmirnov_goldenSamples_equalsExactCounts() {
    JsonNode cases = Golden.cases("ks.json", "cases");
    assertThat(cases).hasSizeGreaterThan(30);
    for (JsonNode c : cases) {
      KolmogorovSmirnov got =
          KolmogorovSmirnov.of(Golden.doubles(c.get("x")), Golden.doubles(c.get("y")));
      String name = c.get("name").asText();
      double log10 = c.get("log10_p_exact").asDouble();
      assertThat(got.distance()).as(name).isCloseTo(c.get("d").asDouble(), within(1e-15));
      assertThat(got.log10P()).as(name).isCloseTo(log10, within(1e-12 * (1 + Math.abs(log10))));
      double p = c.get("p_scipy_exact").asDouble();
      if (p > 0) {
        assertThat(Golden.relative(got.p(), p)).as(name).isLessThan(1e-12);
      }
    }
  }

  @Test
  void auc_goldenScores_equalsScikitLearn() {
    for (JsonNode c : Golden.cases("auc.json", "cases")) {
      double got = Auc.of(Golden.doubles(c.get("positive")), Golden.doubles(c.get("negative")));
      assertThat(got).as(c.get("name").asText()).isCloseTo(c.get("auc").asDouble(), within(1e-15));
    }
  }

  @Test
  void harmonicMean_goldenValues_equalsScipy() {
    for (JsonNode c : Golden.cases("hmean.json", "cases")) {
      double wanted = c.get("hmean").asDouble();
      double got = Means.harmonic(Golden.doubles(c.get("values")));
      assertThat(got).as(c.toString()).isCloseTo(wanted, within(1e-15 * (1 + wanted)));
    }
  }

  @Test
  void studentT_goldenQuantiles_equalsScipy() {
    JsonNode cases = Golden.cases("intervals.json", "student_t");
    assertThat(cases).hasSizeGreaterThan(50);
    for (JsonNode c : cases) {
      double got = StudentT.quantile(c.get("level").asDouble(), c.get("freedom").asInt());
      assertThat(Golden.relative(got, c.get("t").asDouble())).as(c.toString()).isLessThan(1e-11);
    }
  }
}
