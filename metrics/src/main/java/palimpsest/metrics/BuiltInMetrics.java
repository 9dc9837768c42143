package palimpsest.metrics;

import java.util.List;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Metric;
import palimpsest.api.Split;
import palimpsest.api.Suggest;
import palimpsest.metrics.benchmark.Knowmem;
import palimpsest.metrics.benchmark.LumeKnowledge;
import palimpsest.metrics.benchmark.LumeMembership;
import palimpsest.metrics.benchmark.LumeRegurgitation;
import palimpsest.metrics.benchmark.LumeScore;
import palimpsest.metrics.benchmark.MultipleChoice;
import palimpsest.metrics.benchmark.OpenEnded;
import palimpsest.metrics.benchmark.Verbmem;
import palimpsest.metrics.forgetting.ExactMemorisation;
import palimpsest.metrics.forgetting.ExtractionStrength;
import palimpsest.metrics.forgetting.ForgetDistance;
import palimpsest.metrics.forgetting.ForgetQuality;
import palimpsest.metrics.forgetting.Probability;
import palimpsest.metrics.forgetting.ProbabilityWithOptions;
import palimpsest.metrics.forgetting.ProbabilityWithoutEnd;
import palimpsest.metrics.forgetting.Rouge1Recall;
import palimpsest.metrics.forgetting.RougeLF1;
import palimpsest.metrics.forgetting.RougeLRecall;
import palimpsest.metrics.forgetting.TruthRatio;
import palimpsest.metrics.forgetting.TruthRatioArithmetic;
import palimpsest.metrics.forgetting.TruthRatioProbMean;
import palimpsest.metrics.forgetting.TruthRatioTrueBetter;
import palimpsest.metrics.privacy.GradientNormAuc;
import palimpsest.metrics.privacy.LossAuc;
import palimpsest.metrics.privacy.MinKAuc;
import palimpsest.metrics.privacy.MinKPlusPlusAuc;
import palimpsest.metrics.privacy.PrivacyLeakage;
import palimpsest.metrics.privacy.ReferenceAuc;
import palimpsest.metrics.privacy.RelativeDifference;
import palimpsest.metrics.privacy.ZlibAuc;
import palimpsest.metrics.utility.DistinctBigrams;
import palimpsest.metrics.utility.ModelUtility;
import palimpsest.metrics.utility.RetainProbability;
import palimpsest.metrics.utility.RetainRougeL;
import palimpsest.metrics.utility.SideEffects;

/** Every metric that comes with Palimpsest, with its default parameters. */
public final class BuiltInMetrics {
  private static final List<Metric> ALL =
      List.of(
          Probability.defaults(),
          ProbabilityWithoutEnd.defaults(),
          RougeLRecall.defaults(),
          RougeLF1.defaults(),
          Rouge1Recall.defaults(),
          TruthRatio.defaults(),
          TruthRatioProbMean.defaults(),
          TruthRatioArithmetic.defaults(),
          ForgetQuality.defaults(),
          ForgetDistance.defaults(),
          ExactMemorisation.defaults(),
          ExtractionStrength.defaults(),
          ModelUtility.defaults(),
          ModelUtility.arithmetic(),
          ModelUtility.available(),
          RetainProbability.defaults(),
          RetainRougeL.defaults(),
          new TruthRatioTrueBetter(Split.RETAIN),
          new ProbabilityWithOptions(Split.REAL_AUTHORS),
          new RougeLRecall(Split.REAL_AUTHORS),
          new TruthRatioTrueBetter(Split.REAL_AUTHORS),
          new ProbabilityWithOptions(Split.WORLD_FACTS),
          new RougeLRecall(Split.WORLD_FACTS),
          new TruthRatioTrueBetter(Split.WORLD_FACTS),
          DistinctBigrams.defaults(),
          SideEffects.defaults(),
          SideEffects.mean(),
          LossAuc.defaults(),
          MinKAuc.defaults(),
          MinKPlusPlusAuc.defaults(),
          ZlibAuc.defaults(),
          ReferenceAuc.defaults(),
          GradientNormAuc.defaults(),
          PrivacyLeakage.defaults(),
          RelativeDifference.defaults(),
          Verbmem.defaults(),
          Knowmem.defaults(),
          new Knowmem(Split.RETAIN),
          MultipleChoice.defaults(),
          new MultipleChoice(Split.WORLD_FACTS),
          OpenEnded.defaults(),
          new ProbabilityWithOptions(Split.FORGET),
          LumeRegurgitation.defaults(),
          new LumeRegurgitation(Split.RETAIN),
          LumeKnowledge.defaults(),
          new LumeKnowledge(Split.RETAIN),
          LumeMembership.defaults(),
          LumeScore.taskAggregate(),
          LumeScore.finalScore());

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
