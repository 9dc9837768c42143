package palimpsest.metrics.image;

import java.util.List;
import java.util.Locale;
import palimpsest.api.Explanation;
import palimpsest.metrics.Rule;
import palimpsest.metrics.statistics.Gaussians;

/**
 * The squared Fréchet distance of two normal distributions fitted to the judge's features.
 *
 * <pre>|μ₁ - μ₂|² + tr(Σ₁ + Σ₂ - 2 (Σ₁ Σ₂)^½)   Σ unbiased, in float64</pre>
 *
 * <p>The same formula on features of Inception is called FID; on another network's features it is
 * another quantity, comparable only under one digest of the judge. It is biased upwards by few
 * pictures, so that of two equal models it is not 0; compare it at equal counts alone.
 *
 * @param against with which pictures it compares
 * @see <a href="https://doi.org/10.1016/0047-259X(82)90077-X">Dowson and Landau 1982</a>
 */
public record FeatureFrechet(Against against) implements FeatureDistance {

  @Override
  public String id() {
    return "image.frechet-" + against.word();
  }

  @Override
  public String meaning() {
    return "0 and up: squared Fréchet distance, in the judge's features, from " + against.meaning();
  }

  @Override
  public Explanation distance(double[][] subject, double[][] other) {
    return Rule.SUM.explain(
        "the parts of means and of covariances",
        List.of(
            Explanation.leaf("squared distance of the means", Gaussians.means(subject, other)),
            Explanation.leaf("covariances", Gaussians.covariances(subject, other))));
  }

  @Override
  public List<String> warnings(int subject, int other, int features) {
    return List.of(
        String.format(
            Locale.ROOT,
            "biased upwards by few pictures: %d and %d in %d features%s; compare at equal counts",
            subject,
            other,
            features,
            Math.min(subject, other) <= features ? ", so that covariances are singular" : ""));
  }
}
