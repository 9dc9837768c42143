package palimpsest.metrics.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import palimpsest.api.Explanation;
import palimpsest.api.PictureEvidence;
import palimpsest.api.PictureEvidence.Domain;
import palimpsest.api.PictureEvidence.Drawn;
import palimpsest.api.PictureTrial;
import palimpsest.api.Score.NotMeasured;
import palimpsest.api.Split;
import palimpsest.metrics.PerExample;

/** Which pictures of a trial a score is over. */
enum Asked {
  /** Those whose prompt names the erased class. */
  TARGET,
  /** Those whose prompt names another class of its domain. */
  OTHERS,
  /** All. */
  ALL;

  /** Fewer seeds than these say nothing of how a number varies. */
  static final int SEEDS = 3;

  private static final double SOUND = 0.95;

  /** The pictures of a model, in the order of the evidence. */
  List<Drawn> of(PictureEvidence evidence, PictureTrial trial) {
    return evidence.pictures().stream().filter(picture -> has(picture, trial)).toList();
  }

  private boolean has(Drawn picture, PictureTrial trial) {
    boolean target = picture.prompt().asked(trial.domain()).equals(trial.target());
    return this == ALL || target == (this == TARGET);
  }

  /** In words, such as {@code pictures asked for mosaic}. */
  String words(PictureTrial trial) {
    return switch (this) {
      case TARGET -> "pictures asked for " + trial.target();
      case OTHERS -> "pictures asked for other " + name(trial.domain()) + "s";
      case ALL -> "all pictures";
    };
  }

  /** Why nothing can be said of a model: no pictures, or too few seeds. */
  Optional<NotMeasured> lack(PictureEvidence evidence, PictureTrial trial) {
    List<Drawn> pictures = of(evidence, trial);
    if (pictures.isEmpty()) {
      return Optional.of(new NotMeasured("no " + words(trial) + " were drawn: add such prompts"));
    }
    long seeds = pictures.stream().map(Drawn::seed).distinct().count();
    return seeds >= SEEDS
        ? Optional.empty()
        : Optional.of(
            new NotMeasured(
                "no interval can be given: the "
                    + words(trial)
                    + " were drawn with "
                    + seeds
                    + " seeds, wanted at least "
                    + SEEDS));
  }

  /** The values of pictures, named so that they are drawn anew together, see {@link Split}. */
  static List<Explanation> leaves(
      List<Drawn> pictures, PictureTrial trial, ToDoubleFunction<Drawn> value) {
    List<Explanation> leaves = new ArrayList<>();
    for (Drawn picture : pictures) {
      Split split = TARGET.has(picture, trial) ? Split.FORGET : Split.RETAIN;
      leaves.add(
          Explanation.leaf(
              PerExample.name(split) + ": " + picture.id(), value.applyAsDouble(picture)));
    }
    return leaves;
  }

  /** Place of the erased class among the judge's. */
  static int target(PictureTrial trial) {
    return trial.subject().judge().classes(trial.domain()).indexOf(trial.target());
  }

  /** 1 where a picture is taken for what its prompt names in a domain, else 0. */
  static ToDoubleFunction<Drawn> told(PictureTrial trial, Domain domain) {
    List<String> classes = trial.subject().judge().classes(domain);
    return picture ->
        classes.get(picture.said(domain)).equals(picture.prompt().asked(domain)) ? 1 : 0;
  }

  /** A warning where the judge itself errs too often in a domain. */
  static List<String> judgeErrs(PictureTrial trial, Domain domain) {
    double accuracy = trial.subject().judge().accuracy(domain);
    List<String> warnings = new ArrayList<>();
    if (accuracy < SOUND) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "the judge tells the %s of %.1f %% of held-out drawings, wanted at least %.0f %%",
              name(domain),
              100 * accuracy,
              100 * SOUND));
    }
    return warnings;
  }

  /** A domain's name in running text. */
  static String name(Domain domain) {
    return domain.name().toLowerCase(Locale.ROOT);
  }
}
