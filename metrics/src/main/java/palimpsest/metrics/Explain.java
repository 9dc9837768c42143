package palimpsest.metrics;

import java.util.List;
import palimpsest.api.Explanation;

/** Numbers that are computed from their own explanation. */
public final class Explain {
  private Explain() {}

  /** Arithmetic mean of at least one part. */
  public static Explanation mean(String what, List<Explanation> from) {
    return Rule.MEAN.explain(what, from);
  }

  /** Harmonic mean of at least one part; 0 if one of them is 0. */
  public static Explanation harmonicMean(String what, List<Explanation> from) {
    return Rule.HARMONIC_MEAN.explain(what, from);
  }

  /** Largest of at least one part. */
  public static Explanation largest(String what, List<Explanation> from) {
    return Rule.LARGEST.explain(what, from);
  }

  /** Chance that a member scores above a non-member, from the mean score of either side. */
  public static Explanation auc(String what, Explanation members, Explanation others) {
    return Rule.AUC.explain(what, List.of(members, others));
  }

  public static double[] values(List<Explanation> parts) {
    return parts.stream().mapToDouble(Explanation::value).toArray();
  }
}
