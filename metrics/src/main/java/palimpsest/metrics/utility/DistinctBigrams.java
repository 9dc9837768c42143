package palimpsest.metrics.utility;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import palimpsest.api.Evidence.Item;
import palimpsest.api.Metric;
import palimpsest.api.Score;
import palimpsest.api.Score.Measured;
import palimpsest.api.Score.NotMeasured;
import palimpsest.api.Split;
import palimpsest.api.Trial;
import palimpsest.metrics.PerExample;
import palimpsest.metrics.text.Rouge;

/**
 * Share of different word pairs among the neighbouring word pairs of a greedy answer to what was to
 * be kept: low where a damaged model repeats itself. Fluency in this one respect; random words
 * score high.
 *
 * <p>It stands where public code puts a gibberish classifier, whose weights are another model to be
 * trusted and do not come with this software.
 *
 * @see <a href="https://arxiv.org/abs/1510.03055">Li et al. 2016, distinct-2</a>
 */
public record DistinctBigrams() implements Metric {
  private static final PerExample PER_EXAMPLE =
      new PerExample(
          "share of different word pairs in the greedy answer",
          "a greedy answer of two words or more",
          item -> Rouge.unstemmed(item.answered()).size() > 1,
          DistinctBigrams::of);

  public static DistinctBigrams defaults() {
    return new DistinctBigrams();
  }

  private static double of(Item item) {
    List<String> words = Rouge.unstemmed(item.answered());
    Set<List<String>> pairs = new HashSet<>();
    for (int i = 1; i < words.size(); i++) {
      pairs.add(words.subList(i - 1, i + 1));
    }
    return (double) pairs.size() / (words.size() - 1);
  }

  @Override
  public String id() {
    return "utility.distinct-bigrams";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public Better better() {
    return Better.HIGHER;
  }

  @Override
  public String meaning() {
    return "0 to 1: mean share of different word pairs in the greedy answer to what was to be kept;"
        + " low where it repeats itself";
  }

  @Override
  public Score score(Trial trial) {
    return PER_EXAMPLE
        .mean(trial.subject(), Split.RETAIN)
        .<Score>map(mean -> new Measured(mean, PER_EXAMPLE.leftOut(trial.subject(), Split.RETAIN)))
        .orElseGet(() -> new NotMeasured(PER_EXAMPLE.lack(trial.subject(), Split.RETAIN)));
  }
}
