package palimpsest.metrics.utility;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import palimpsest.api.Check;
import palimpsest.api.Evidence;
import palimpsest.api.Evidence.Item;
import palimpsest.api.Explanation;
import palimpsest.api.Metric;
import palimpsest.api.Score;
import palimpsest.api.Score.Measured;
import palimpsest.api.Score.NotMeasured;
import palimpsest.api.Split;
import palimpsest.api.Trial;
import palimpsest.metrics.Explain;
import palimpsest.metrics.PerExample;

/**
 * Damage to the target's neighbours: the relative drop in probability of each kept example against
 * the model before the remedy (against the retrained reference where that was not evaluated).
 *
 * <pre>drop_i = max(0, 1 - p_after(i) / p_before(i)), p length-normalised</pre>
 *
 * <p>A mean hides one ruined neighbour among many untouched ones, so the largest drop is the
 * default; gains count as no damage and do not offset a loss.
 *
 * @param summary whether the worst neighbour or the mean is the value
 * @param hurt a neighbour that loses more than this share is named in a warning; a tenth by
 *     default, which says where to look and is no test
 */
public record SideEffects(Summary summary, double hurt) implements Metric {
  private static final int NAMED = 5;

  /** How the drops become one number. */
  public enum Summary {
    LARGEST,
    MEAN
  }

  public SideEffects {
    Check.fraction(hurt, "hurt");
  }

  /** The worst neighbour. */
  public static SideEffects defaults() {
    return new SideEffects(Summary.LARGEST, 0.1);
  }

  /** The mean neighbour. */
  public static SideEffects mean() {
    return new SideEffects(Summary.MEAN, 0.1);
  }

  @Override
  public String id() {
    return summary == Summary.LARGEST ? "utility.side-effects" : "utility.side-effects-mean";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public Better better() {
    return Better.LOWER;
  }

  @Override
  public String meaning() {
    return "0 to 1: "
        + (summary == Summary.LARGEST ? "largest" : "mean")
        + " relative drop in probability of a kept example's answer; 1 is lost altogether";
  }

  @Override
  public Score score(Trial trial) {
    Optional<Evidence> before = trial.original().or(trial::reference);
    if (before.isEmpty()) {
      return new NotMeasured(
          "neither the model before the remedy nor a retrained reference was evaluated");
    }
    PerExample drop = drop(before.get());
    List<Explanation> drops = drop.leaves(trial.subject(), Split.RETAIN);
    if (drops.isEmpty()) {
      return new NotMeasured(drop.lack(trial.subject(), Split.RETAIN));
    }
    List<String> warnings = drop.leftOut(trial.subject(), Split.RETAIN);
    if (trial.original().isEmpty()) {
      warnings.add("against the retrained reference: the model before was not evaluated");
    }
    return measured(drops, warnings);
  }

  private static PerExample drop(Evidence before) {
    Map<String, Double> old = new HashMap<>();
    for (Item item : before.of(Split.RETAIN)) {
      old.put(item.example().id(), item.answer().meanLogProb());
    }
    return new PerExample(
        "relative drop in probability",
        "a value before the remedy",
        item -> old.containsKey(item.example().id()),
        item -> {
          double now = item.answer().meanLogProb();
          double then = old.getOrDefault(item.example().id(), now);
          return Math.max(0, -Math.expm1(now - then));
        });
  }

  private Score measured(List<Explanation> drops, List<String> warnings) {
    List<Explanation> worst =
        drops.stream()
            .filter(drop -> drop.value() > hurt)
            .sorted(
                Comparator.comparingDouble(Explanation::value)
                    .reversed()
                    .thenComparing(Explanation::what))
            .toList();
    if (!worst.isEmpty()) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "%d of %d neighbours lost more than %.0f %%: %s%s",
              worst.size(),
              drops.size(),
              100 * hurt,
              worst.stream().limit(NAMED).map(SideEffects::named).collect(Collectors.joining(", ")),
              worst.size() > NAMED ? ", ..." : ""));
    }
    String what = "relative drops in probability over retain";
    return new Measured(
        summary == Summary.LARGEST ? Explain.largest(what, drops) : Explain.mean(what, drops),
        warnings);
  }

  private static String named(Explanation drop) {
    return String.format(Locale.ROOT, "%s (-%.0f %%)", drop.what(), 100 * drop.value());
  }
}
