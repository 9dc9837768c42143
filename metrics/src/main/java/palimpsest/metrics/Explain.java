package palimpsest.metrics;

import java.util.List;
import palimpsest.api.Explanation;
import palimpsest.metrics.statistics.Auc;
import palimpsest.metrics.statistics.Means;

/** Numbers that are computed from their own explanation. */
public final class Explain {
  private Explain() {}

  /** Arithmetic mean of at least one part. */
  public static Explanation mean(String what, List<Explanation> from) {
    return new Explanation("mean of " + what, Means.mean(values(from)), from);
  }

  /** Harmonic mean of at least one part; 0 if one of them is 0. */
  public static Explanation harmonicMean(String what, List<Explanation> from) {
    return new Explanation("harmonic mean of " + what, Means.harmonic(values(from)), from);
  }

  /** Largest of at least one part. */
  public static Explanation largest(String what, List<Explanation> from) {
    double largest = from.stream().mapToDouble(Explanation::value).max().orElseThrow();
    return new Explanation("largest of " + what, largest, from);
  }

  /** Chance that a member scores above a non-member, from the mean score of either side. */
  public static Explanation auc(String what, Explanation members, Explanation others) {
    double area = Auc.of(values(members.from()), values(others.from()));
    return new Explanation("AUC of " + what, area, List.of(members, others));
  }

  public static double[] values(List<Explanation> parts) {
    return parts.stream().mapToDouble(Explanation::value).toArray();
  }
}
