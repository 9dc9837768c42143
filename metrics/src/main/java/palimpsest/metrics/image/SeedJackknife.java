package palimpsest.metrics.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import palimpsest.api.PictureTrial;
import palimpsest.metrics.statistics.Interval;

/**
 * The jackknife that leaves out all pictures of one seed after the other: how far a distance of two
 * sets of pictures varies with the seeds, however the pictures of one seed depend on each other.
 *
 * <pre>
 * θ_(g): the distance without seed g, of both models;   θ̃_g = G θ - (G - 1) θ_(g)
 * mean of θ̃ ± t(G-1) · s(θ̃) / √G
 * </pre>
 *
 * <p>The middle is the jackknife's own, in which a bias that falls with the count of pictures is
 * removed to first order; the score is not, so it may lie outside. A bootstrap would draw pictures
 * twice, which such distances take for likeness.
 *
 * @see <a href="https://doi.org/10.1137/1.9781611970319">Efron 1982, chapters 2 and 3</a>
 */
final class SeedJackknife {
  private SeedJackknife() {}

  static Interval interval(FeatureDistance metric, PictureTrial trial, double level) {
    double whole = value(metric, trial, Optional.empty());
    List<Double> pseudo = new ArrayList<>();
    List<Long> seeds = metric.against().seeds(trial);
    for (long seed : seeds) {
      double without = value(metric, trial, Optional.of(seed));
      pseudo.add(seeds.size() * whole - (seeds.size() - 1) * without);
    }
    return Interval.ofMean(level, pseudo.stream().mapToDouble(v -> v).toArray());
  }

  private static double value(FeatureDistance metric, PictureTrial trial, Optional<Long> without) {
    List<double[][]> both = metric.against().features(trial, without);
    return metric.distance(both.get(0), both.get(1)).value();
  }
}
