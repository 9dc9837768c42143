package palimpsest.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import palimpsest.api.Explanation;

/** Works an explanation out again, by other code than made it. */
public final class Recomputed {
  private Recomputed() {}

  public static void check(Explanation e) {
    if (e.from().isEmpty()) {
      return;
    }
    e.from().forEach(Recomputed::check);
    if (e.what().startsWith("forget: ")) {
      assertThat(e.value()).as(e.what()).isIn(0.0, 1.0); // a flag, its threshold in the parent
      return;
    }
    assertThat(value(e))
        .as(e.what())
        .isCloseTo(e.value(), within(1e-12 * (1 + Math.abs(e.value()))));
  }

  static Stream<Explanation> leaves(Explanation e) {
    return e.from().isEmpty() ? Stream.of(e) : e.from().stream().flatMap(Recomputed::leaves);
  }

  private static double value(Explanation e) {
    double[] parts = e.from().stream().mapToDouble(Explanation::value).toArray();
    if (e.what().startsWith("mean of")) {
      return DoubleStream.of(parts).average().orElseThrow();
    } else if (e.what().startsWith("harmonic mean of")) {
      return parts.length / DoubleStream.of(parts).map(x -> 1 / x).sum();
    } else if (e.what().startsWith("largest of")) {
      return DoubleStream.of(parts).max().orElseThrow();
    } else if (e.what().startsWith("AUC of")) {
      return wins(e.from().get(0).from(), e.from().get(1).from());
    } else if (e.what().startsWith("privacy leakage")) {
      return 100 * ((1 - parts[0]) - (1 - parts[1])) / (1 - parts[1]);
    } else if (e.what().startsWith("relative difference")) {
      return 100 * (parts[0] / parts[1] - 1);
    } else if (e.what().startsWith("sum of")) {
      return DoubleStream.of(parts).reduce(0, Double::sum);
    } else if (e.what().startsWith("half the sum of")) {
      return DoubleStream.of(parts).map(x -> x / 2).sum();
    } else if (e.what().startsWith("absolute difference of")) {
      return Math.max(parts[0], parts[1]) - Math.min(parts[0], parts[1]);
    } else if (e.what().startsWith("drop of")) {
      return -(parts[1] - parts[0]);
    } else if (e.what().startsWith("1 minus")) {
      return -(parts[0] - 1);
    } else if (e.what().startsWith("nearness to 1/2")) {
      return parts[0] > 0.5 ? 2 - 2 * parts[0] : 2 * parts[0];
    } else if (e.what().startsWith("Kolmogorov-Smirnov distance")) {
      return gap(e.from().get(0).from(), e.from().get(1).from());
    } else if (e.what().startsWith("Kolmogorov-Smirnov p-value")) {
      assertThat(parts[3])
          .isCloseTo(gap(e.from().get(0).from(), e.from().get(1).from()), within(1e-12));
      return Math.pow(10, parts[2]);
    }
    throw new AssertionError("no rule for: " + e.what());
  }

  private static double wins(List<Explanation> members, List<Explanation> others) {
    double sum = 0;
    for (Explanation member : members) {
      for (Explanation other : others) {
        sum += 0.5 + 0.5 * Math.signum(member.value() - other.value());
      }
    }
    return sum / (members.size() * others.size());
  }

  private static double gap(List<Explanation> a, List<Explanation> b) {
    return Stream.concat(a.stream(), b.stream())
        .mapToDouble(at -> Math.abs(upTo(a, at.value()) - upTo(b, at.value())))
        .max()
        .orElseThrow();
  }

  private static double upTo(List<Explanation> sample, double x) {
    return sample.stream().filter(e -> e.value() <= x).count() / (double) sample.size();
  }
}
