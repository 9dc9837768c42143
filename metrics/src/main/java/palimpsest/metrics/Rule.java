package palimpsest.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import palimpsest.api.Explanation;
import palimpsest.metrics.statistics.Auc;
import palimpsest.metrics.statistics.KolmogorovSmirnov;
import palimpsest.metrics.statistics.Means;

/**
 * How a number of an explanation comes from its parts. The rule's words begin the explanation, so
 * that the number can be worked out again, from the same examples or from examples drawn anew.
 */
public enum Rule {
  MEAN("mean of", (parts, samples) -> Means.mean(parts)),
  HARMONIC_MEAN("harmonic mean of", (parts, samples) -> Means.harmonic(parts)),
  LARGEST("largest of", (parts, samples) -> DoubleStream.of(parts).max().orElseThrow()),
  /** Chance that a value of the first part's sample lies above one of the second's. */
  AUC("AUC of", (parts, samples) -> Auc.of(samples.get(0), samples.get(1))),
  KS_DISTANCE(
      "Kolmogorov-Smirnov distance of",
      (parts, samples) -> KolmogorovSmirnov.distance(samples.get(0), samples.get(1))),
  KS_P(
      "Kolmogorov-Smirnov p-value of",
      (parts, samples) -> KolmogorovSmirnov.of(samples.get(0), samples.get(1)).p()),
  /** MUSE's, of the area and the reference's, both 1 where forget examples look like members. */
  PRIVACY_LEAKAGE(
      "privacy leakage", (parts, samples) -> 100 * ((parts[1] - parts[0]) / (1 - parts[1]))),
  RELATIVE_DIFFERENCE(
      "relative difference", (parts, samples) -> 100 * ((parts[0] - parts[1]) / parts[1])),
  SUM("sum of", (parts, samples) -> DoubleStream.of(parts).sum()),
  /** Of absolute differences of two distributions: their total variation distance. */
  HALF_SUM("half the sum of", (parts, samples) -> DoubleStream.of(parts).sum() / 2),
  ABSOLUTE_DIFFERENCE("absolute difference of", (parts, samples) -> Math.abs(parts[0] - parts[1])),
  /** From the first part to the second. */
  DROP("drop of", (parts, samples) -> parts[0] - parts[1]),
  COMPLEMENT("1 minus", (parts, samples) -> 1 - parts[0]),
  /** 1 at one half, 0 at 0 and at 1. */
  NEARNESS_TO_HALF("nearness to 1/2 of", (parts, samples) -> 1 - 2 * Math.abs(parts[0] - 0.5));

  /** The arithmetic: of the parts' values, and of the values that each part was made from. */
  private interface Arithmetic {
    double of(double[] parts, List<double[]> samples);
  }

  private final String words;

  @SuppressWarnings("ImmutableEnumChecker") // functions without state
  private final Arithmetic arithmetic;

  Rule(String words, Arithmetic arithmetic) {
    this.words = words;
    this.arithmetic = arithmetic;
  }

  /** The rule by which an explanation was made; empty for a leaf. */
  static Optional<Rule> of(Explanation e) {
    return e.from().isEmpty()
        ? Optional.empty()
        : Arrays.stream(values()).filter(rule -> e.what().startsWith(rule.words)).findFirst();
  }

  double of(double[] parts, List<double[]> samples) {
    return arithmetic.of(parts, samples);
  }

  /**
   * Whether the error of such a number can be estimated by drawing examples anew: not that of an
   * extreme, nor that of a p-value, which is itself a statement about drawing.
   */
  boolean canBeResampled() {
    return this != LARGEST && this != KS_P;
  }

  /** A number made by this rule. */
  public Explanation explain(String what, List<Explanation> from) {
    List<double[]> samples = from.stream().map(part -> Explain.values(part.from())).toList();
    return new Explanation(words + " " + what, of(Explain.values(from), samples), from);
  }
}
