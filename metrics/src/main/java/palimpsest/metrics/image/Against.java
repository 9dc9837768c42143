package palimpsest.metrics.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import palimpsest.api.PictureEvidence;
import palimpsest.api.PictureEvidence.Drawn;
import palimpsest.api.PictureTrial;
import palimpsest.api.Score.NotMeasured;

/** With which pictures a distance compares those of the model under judgement. */
public enum Against {
  /** What the model before drew for the prompts that were to be kept: what was lost besides. */
  BEFORE(Asked.OTHERS),
  /** What the retrained model drew for the erased class: whether absence looks alike. */
  RETRAINED(Asked.TARGET);

  private final Asked asked;

  Against(Asked asked) {
    this.asked = asked;
  }

  /** The end of an id: {@code before}. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** In words: whose pictures, and which. */
  String meaning() {
    return this == BEFORE
        ? "the model before, on pictures not asked for the erased class"
        : "the retrained model, on pictures asked for the erased class";
  }

  private Optional<PictureEvidence> other(PictureTrial trial) {
    return this == BEFORE ? trial.original() : trial.reference();
  }

  /** Why there is nothing to compare. */
  Optional<NotMeasured> lack(PictureTrial trial) {
    Optional<PictureEvidence> other = other(trial);
    if (other.isEmpty()) {
      return Optional.of(
          new NotMeasured(
              "no "
                  + (this == BEFORE ? "model before the remedy" : "retrained reference")
                  + " was judged: draw the same prompts from it"));
    }
    return asked.lack(trial.subject(), trial).or(() -> asked.lack(other.get(), trial));
  }

  /**
   * The features of both models' pictures, those of one seed left out.
   *
   * @param without the seed; empty to leave out none
   */
  List<double[][]> features(PictureTrial trial, Optional<Long> without) {
    List<double[][]> both = new ArrayList<>();
    for (PictureEvidence evidence : List.of(trial.subject(), other(trial).orElseThrow())) {
      both.add(
          asked.of(evidence, trial).stream()
              .filter(x -> without.isEmpty() || x.seed() != without.get())
              .map(Against::row)
              .toArray(double[][]::new));
    }
    return both;
  }

  private static double[] row(Drawn picture) {
    return picture.features().stream().mapToDouble(f -> f).toArray();
  }

  /** The seeds that pictures compared were drawn with, ascending. */
  List<Long> seeds(PictureTrial trial) {
    return asked.of(trial.subject(), trial).stream().map(Drawn::seed).distinct().sorted().toList();
  }

  /** How many pictures, of the model under judgement. */
  int count(PictureTrial trial) {
    return asked.of(trial.subject(), trial).size();
  }
}
