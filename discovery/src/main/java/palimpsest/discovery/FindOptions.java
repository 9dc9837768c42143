package palimpsest.discovery;

import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;

/**
 * What counts as found, and how it is shown. Exact and normalised matches depend on neither
 * threshold nor words.
 *
 * @param threshold least score of a near-duplicate, matched words by aligned words; in [0.5, 1],
 *     for below one half an alignment does not pay its way
 * @param minWords least number of matched words of a near-duplicate, at least 3; texts of listed
 *     records with fewer words are searched for only where they are rare
 * @param excerptWidth UTF-16 units shown on either side of a passage
 */
public record FindOptions(double threshold, int minWords, int excerptWidth) {
  public FindOptions {
    if (!(threshold >= 0.5 && threshold <= 1)) {
      throw new InvalidRequest(
          "near-duplicate threshold must be between 0.5 and 1, got " + threshold);
    }
    Check.atLeast(minWords, 3, "least number of words");
    Check.atLeast(excerptWidth, 0, "excerpt width");
  }

  /** Threshold 0.6, six words, 60 units: finds copies with up to about 30% of the words changed. */
  public static FindOptions defaults() {
    return new FindOptions(0.6, 6, 60);
  }
}
