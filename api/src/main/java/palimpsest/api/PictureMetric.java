package palimpsest.api;

/**
 * A judgement of an image model from evidence alone. An implementation is a record of its
 * parameters; {@link Metric} is the same for language models.
 */
public interface PictureMetric {

  /** {@code image.name}, unique; a second definition of a name gets a second id. */
  String id();

  /** Raised whenever the arithmetic changes. */
  int version();

  /** In which direction a better unlearned model lies. */
  Metric.Better better();

  /** Range, units and sign convention, one line for people. */
  String meaning();

  /** The score, explained; {@link Score.NotMeasured} where inputs lack. */
  Score score(PictureTrial trial);
}
