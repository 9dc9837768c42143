package palimpsest.metrics.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import palimpsest.api.Explanation;
import palimpsest.api.PictureMetric;
import palimpsest.api.PictureTrial;
import palimpsest.api.Score;
import palimpsest.api.Score.Measured;
import palimpsest.metrics.Bootstrap;
import palimpsest.metrics.Explain;
import palimpsest.metrics.statistics.Interval;

/**
 * A score with what a table shows beside it.
 *
 * @param id of the metric
 * @param score the score
 * @param interval at 95 %, where there is one
 * @param how the interval was made, or why there is none
 * @param pictures that the score is over, of the model under judgement
 * @param seeds that they were drawn with
 */
public record ImageScore(
    String id, Score score, Optional<Interval> interval, String how, int pictures, int seeds) {
  private static final double LEVEL = 0.95;

  /**
   * The score of a trial: of shares Wilson's interval, of other means the bootstrap's over
   * pictures, of distances between sets of pictures the jackknife's over seeds, of an extreme none.
   *
   * <p>They tell how the number varies with the pictures drawn of these models; other seeds of
   * training or of the method are other models. Pictures count as independent: noise is drawn anew
   * for each prompt and seed.
   */
  public static ImageScore of(PictureMetric metric, PictureTrial trial) {
    Score score = metric.score(trial);
    return score.fold(
        measured -> measured(metric, trial, measured),
        not -> new ImageScore(metric.id(), not, Optional.empty(), "not measured", 0, 0));
  }

  /** The scores of all metrics that come with Palimpsest, in their order. */
  public static List<ImageScore> all(PictureTrial trial) {
    return ImageMetrics.all().stream().map(metric -> of(metric, trial)).toList();
  }

  private static ImageScore measured(PictureMetric metric, PictureTrial trial, Measured measured) {
    int seeds = trial.subject().seeds().size();
    if (metric instanceof FeatureDistance distance) {
      Interval interval = SeedJackknife.interval(distance, trial, LEVEL);
      int pictures = distance.against().count(trial);
      return new ImageScore(
          metric.id(), measured, Optional.of(interval), "jackknife over seeds", pictures, seeds);
    }
    Set<String> pictures = new TreeSet<>();
    collect(measured.because(), pictures);
    if (isShare(measured.because())) {
      long count = Math.round(measured.value() * pictures.size());
      Interval wilson = Interval.ofShare(LEVEL, count, pictures.size());
      return new ImageScore(
          metric.id(),
          measured,
          Optional.of(wilson),
          "Wilson's, over pictures",
          pictures.size(),
          seeds);
    }
    Optional<Interval> drawn = Bootstrap.defaults().interval(measured);
    String how = drawn.isPresent() ? "bootstrap over pictures" : "none: an extreme";
    return new ImageScore(metric.id(), measured, drawn, how, pictures.size(), seeds);
  }

  /** The names of all pictures in an explanation. */
  private static void collect(Explanation e, Set<String> names) {
    if (e.from().isEmpty()) {
      names.add(e.what());
    }
    e.from().forEach(part -> collect(part, names));
  }

  /** Whether it is a mean of zeros and ones. */
  private static boolean isShare(Explanation e) {
    List<Explanation> parts = new ArrayList<>(e.from());
    return parts.stream().allMatch(p -> p.from().isEmpty() && (p.value() == 0 || p.value() == 1))
        && e.equals(Explain.mean(e.what().replaceFirst("mean of ", ""), parts));
  }
}
