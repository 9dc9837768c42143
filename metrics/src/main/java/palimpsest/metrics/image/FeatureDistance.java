package palimpsest.metrics.image;

import java.util.List;
import java.util.Optional;
import palimpsest.api.Explanation;
import palimpsest.api.Metric.Better;
import palimpsest.api.PictureMetric;
import palimpsest.api.PictureTrial;
import palimpsest.api.Score;
import palimpsest.api.Score.Measured;
import palimpsest.api.Score.NotMeasured;

/** A distance between two sets of pictures in the features of the judge's last layer. */
public sealed interface FeatureDistance extends PictureMetric
    permits FeatureFrechet, FeatureKernelDistance {

  /** With which pictures it compares. */
  Against against();

  /** The distance of two sets of rows, explained. */
  Explanation distance(double[][] subject, double[][] other);

  /** What a reader must know of it, given the counts of pictures and the number of features. */
  List<String> warnings(int subject, int other, int features);

  @Override
  default Better better() {
    return Better.LOWER;
  }

  @Override
  default int version() {
    return 1;
  }

  @Override
  default Score score(PictureTrial trial) {
    Optional<NotMeasured> lack = against().lack(trial);
    if (lack.isPresent()) {
      return lack.get();
    }
    List<double[][]> both = against().features(trial, Optional.empty());
    if (both.get(0).length < 2 || both.get(1).length < 2) {
      return new NotMeasured("no spread of one picture: draw at least two of each model");
    }
    return new Measured(
        distance(both.get(0), both.get(1)),
        warnings(both.get(0).length, both.get(1).length, both.get(0)[0].length));
  }
}
