package palimpsest.metrics.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import palimpsest.api.Explanation;
import palimpsest.metrics.Rule;
import palimpsest.metrics.statistics.KernelMeans;

/**
 * The squared maximum mean discrepancy of two sets of the judge's features under the cubic kernel,
 * by its unbiased estimator.
 *
 * <pre>
 * k(x, y) = (x · y / F + 1)³
 * MMD² = mean_{i≠j} k(x_i, x_j) + mean_{i≠j} k(y_i, y_j) - 2 mean_{i,j} k(x_i, y_j)
 * </pre>
 *
 * <p>Of two equal models it is 0 in expectation whatever the counts, so single values may lie below
 * 0. With features of Inception it is called KID; here it is comparable under one digest of the
 * judge alone.
 *
 * @param against with which pictures it compares
 * @see <a href="https://jmlr.org/papers/v13/gretton12a.html">Gretton et al. 2012, lemma 6</a>
 * @see <a href="https://arxiv.org/abs/1801.01401">Binkowski et al. 2018, the kernel</a>
 */
public record FeatureKernelDistance(Against against) implements FeatureDistance {

  @Override
  public String id() {
    return "image.mmd-" + against.word();
  }

  @Override
  public String meaning() {
    return "about 0 and up: unbiased squared maximum mean discrepancy, in the judge's features,"
        + " from "
        + against.meaning();
  }

  @Override
  public Explanation distance(double[][] subject, double[][] other) {
    return Rule.SUM.explain(
        "mean kernels within and twice between, negated",
        List.of(
            Explanation.leaf("within this model's", KernelMeans.within(subject)),
            Explanation.leaf("within the other's", KernelMeans.within(other)),
            Explanation.leaf("between, times -2", -2 * KernelMeans.between(subject, other))));
  }

  @Override
  public List<String> warnings(int subject, int other, int features) {
    List<String> warnings = new ArrayList<>();
    warnings.add(
        String.format(
            Locale.ROOT, "of %d and %d pictures in %d features", subject, other, features));
    return warnings;
  }
}
