package palimpsest.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Metric;

class BuiltInMetricsTest extends MetricContract {
  @Override
  Stream<Metric> metrics() {
    return BuiltInMetrics.all().stream();
  }

  @Test
  void ids_all_areUnique() {
    assertThat(metrics().map(Metric::id)).doesNotHaveDuplicates();
  }

  @Test
  void byId_mistyped_namesTheNearest() {
    assertThat(BuiltInMetrics.byId("privacy.min-k-auc").id()).isEqualTo("privacy.min-k-auc");
    assertThatThrownBy(() -> BuiltInMetrics.byId("privacy.mink-auc"))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("unknown metric \"privacy.mink-auc\"; did you mean \"privacy.min-k-auc\"?");
  }
}
