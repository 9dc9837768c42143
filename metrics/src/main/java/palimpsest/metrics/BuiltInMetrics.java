package palimpsest.metrics;

import java.util.List;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Metric;
import palimpsest.api.Suggest;
import palimpsest.metrics.forgetting.ExactMemorisation;
import palimpsest.metrics.forgetting.ExtractionStrength;
import palimpsest.metrics.forgetting.ForgetQuality;
import palimpsest.metrics.forgetting.Probability;
import palimpsest.metrics.forgetting.RougeLRecall;
import palimpsest.metrics.forgetting.TruthRatio;
import palimpsest.metrics.privacy.LossAuc;
import palimpsest.metrics.privacy.MinKAuc;
import palimpsest.metrics.privacy.MinKPlusPlusAuc;
import palimpsest.metrics.privacy.PrivacyLeakage;
import palimpsest.metrics.privacy.ZlibAuc;
import palimpsest.metrics.utility.ModelUtility;
import palimpsest.metrics.utility.RetainProbability;
import palimpsest.metrics.utility.RetainRougeL;
import palimpsest.metrics.utility.SideEffects;

/** Every metric that comes with Palimpsest, with its default parameters. */
public final class BuiltInMetrics {
  private static final List<Metric> ALL =
      List.of(
          Probability.defaults(),
          RougeLRecall.defaults(),
          TruthRatio.defaults(),
          ForgetQuality.defaults(),
          ExactMemorisation.defaults(),
          ExtractionStrength.defaults(),
          ModelUtility.defaults(),
          ModelUtility.available(),
          RetainProbability.defaults(),
          RetainRougeL.defaults(),
          SideEffects.defaults(),
          SideEffects.mean(),
          LossAuc.defaults(),
          MinKAuc.defaults(),
          MinKPlusPlusAuc.defaults(),
          ZlibAuc.defaults(),
          PrivacyLeakage.defaults());

  private BuiltInMetrics() {}

  public static List<Metric> all() {
    return ALL;
  }

  /**
   * The metric of that id.
   *
   * @throws InvalidRequest if there is none, naming the nearest
   */
  public static Metric byId(String id) {
    return ALL.stream()
        .filter(metric -> metric.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidRequest(
                    "unknown metric \""
                        + id
                        + "\""
                        + Suggest.nearest(id, ALL.stream().map(Metric::id).toList())));
  }
}
