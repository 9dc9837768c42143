package palimpsest.metrics.image;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import palimpsest.api.Check;
import palimpsest.api.Explanation;
import palimpsest.api.Metric.Better;
import palimpsest.api.PictureEvidence;
import palimpsest.api.PictureEvidence.Domain;
import palimpsest.api.PictureEvidence.Drawn;
import palimpsest.api.PictureMetric;
import palimpsest.api.PictureTrial;
import palimpsest.api.Score;
import palimpsest.api.Score.Measured;
import palimpsest.api.Score.NotMeasured;
import palimpsest.metrics.Explain;
import palimpsest.metrics.Rule;

/**
 * Damage to each class that was to be kept: the drop of its accuracy from the model before to the
 * model under judgement, on pictures not asked for the erased class.
 *
 * <pre>damage_k = acc_k(before) - acc_k(after),   k over the other objects and styles</pre>
 *
 * <p>The parts of the score are ordered by damage. A mean hides one ruined class among many sound
 * ones, so the largest drop is the default. Of many noisy drops the largest lies above 0 even where
 * nothing was damaged; the counts say how noisy they are.
 *
 * @param summary whether the worst class or the mean is the value
 * @param hurt a class that drops by more than this is named in a warning; a tenth by default, which
 *     says where to look and is no test
 */
public record NeighbourDamage(Summary summary, double hurt) implements PictureMetric {
  private static final int NAMED = 5;

  /** How the drops become one number. */
  public enum Summary {
    LARGEST,
    MEAN
  }

  public NeighbourDamage {
    Check.fraction(hurt, "hurt");
  }

  /** The worst class. */
  public static NeighbourDamage defaults() {
    return new NeighbourDamage(Summary.LARGEST, 0.1);
  }

  /** The mean class. */
  public static NeighbourDamage mean() {
    return new NeighbourDamage(Summary.MEAN, 0.1);
  }

  @Override
  public String id() {
    return summary == Summary.LARGEST ? "image.neighbour-damage" : "image.neighbour-damage-mean";
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
    return "-1 to 1: "
        + (summary == Summary.LARGEST ? "largest" : "mean")
        + " drop of a kept class's accuracy, objects and styles alike, from the model before";
  }

  @Override
  public Score score(PictureTrial trial) {
    if (trial.original().isEmpty()) {
      return new NotMeasured(
          "no model before the remedy was judged: draw the same prompts from it");
    }
    PictureEvidence before = trial.original().get();
    Optional<NotMeasured> lack =
        Asked.OTHERS.lack(trial.subject(), trial).or(() -> Asked.OTHERS.lack(before, trial));
    if (lack.isPresent()) {
      return lack.get();
    }
    List<Explanation> drops = drops(trial, before);
    String what = "drops of accuracy from the model before";
    List<String> warnings = Asked.judgeErrs(trial, Domain.OBJECT);
    warnings.addAll(Asked.judgeErrs(trial, Domain.STYLE));
    hurt(drops).ifPresent(warnings::add);
    return new Measured(
        summary == Summary.LARGEST ? Explain.largest(what, drops) : Explain.mean(what, drops),
        warnings);
  }

  /** One for each kept class that both models were asked for, the most damaged first. */
  private static List<Explanation> drops(PictureTrial trial, PictureEvidence before) {
    List<Explanation> drops = new ArrayList<>();
    for (Domain domain : Domain.values()) {
      for (String word : trial.subject().judge().classes(domain)) {
        Kept kept = new Kept(domain, word);
        Optional<Explanation> old = kept.accuracy(before, trial, "before");
        Optional<Explanation> now = kept.accuracy(trial.subject(), trial, "after");
        if (old.isPresent() && now.isPresent()) {
          drops.add(
              Rule.DROP.explain(Asked.name(domain) + " " + word, List.of(old.get(), now.get())));
        }
      }
    }
    drops.sort(
        Comparator.comparingDouble(Explanation::value).reversed().thenComparing(Explanation::what));
    return drops;
  }

  /** A class that was to be kept. */
  private record Kept(Domain domain, String word) {

    /** Absent where no picture was asked for it. */
    Optional<Explanation> accuracy(PictureEvidence evidence, PictureTrial trial, String when) {
      List<Drawn> pictures =
          Asked.OTHERS.of(evidence, trial).stream()
              .filter(x -> x.prompt().asked(domain).equals(word))
              .toList();
      return pictures.isEmpty()
          ? Optional.empty()
          : Optional.of(
              Explain.mean(
                  Asked.name(domain) + " told, " + when,
                  Asked.leaves(pictures, trial, Asked.told(trial, domain))));
    }
  }

  private Optional<String> hurt(List<Explanation> drops) {
    List<Explanation> worst = drops.stream().filter(drop -> drop.value() > hurt).toList();
    return worst.isEmpty()
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "%d of %d kept classes lost more than %.0f points: %s%s",
                worst.size(),
                drops.size(),
                100 * hurt,
                worst.stream()
                    .limit(NAMED)
                    .map(NeighbourDamage::named)
                    .collect(Collectors.joining(", ")),
                worst.size() > NAMED ? ", ..." : ""));
  }

  private static String named(Explanation drop) {
    return String.format(
        Locale.ROOT,
        "%s (%.0f to %.0f %% of %d)",
        drop.what().substring("drop of ".length()),
        100 * drop.from().get(0).value(),
        100 * drop.from().get(1).value(),
        drop.from().get(1).from().size());
  }
}
