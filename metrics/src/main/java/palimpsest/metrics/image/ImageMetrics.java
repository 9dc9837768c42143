package palimpsest.metrics.image;

import java.util.List;
import palimpsest.api.InvalidRequest;
import palimpsest.api.PictureMetric;
import palimpsest.api.Suggest;

/** Every metric of pictures that comes with Palimpsest, with its default parameters. */
public final class ImageMetrics {
  private static final List<PictureMetric> ALL =
      List.of(
          UnlearningAccuracy.defaults(),
          InDomainAccuracy.defaults(),
          CrossDomainAccuracy.defaults(),
          CrossDomainAccuracy.withoutTarget(),
          ConceptProbability.defaults(),
          ClassEntropy.defaults(),
          NeighbourDamage.defaults(),
          NeighbourDamage.mean(),
          RetrainedDistance.defaults(),
          new FeatureFrechet(Against.BEFORE),
          new FeatureFrechet(Against.RETRAINED),
          new FeatureKernelDistance(Against.BEFORE),
          new FeatureKernelDistance(Against.RETRAINED));

  private ImageMetrics() {}

  public static List<PictureMetric> all() {
    return ALL;
  }

  /**
   * The metric of that id.
   *
   * @throws InvalidRequest if there is none, naming the nearest
   */
  public static PictureMetric byId(String id) {
    return ALL.stream()
        .filter(metric -> metric.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidRequest(
                    "unknown metric \""
                        + id
                        + "\""
                        + Suggest.nearest(id, ALL.stream().map(PictureMetric::id).toList())));
  }
}
