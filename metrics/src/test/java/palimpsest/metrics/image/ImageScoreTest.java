package palimpsest.metrics.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static palimpsest.metrics.image.Drawings.perfect;
import static palimpsest.metrics.image.Drawings.trial;
import static palimpsest.metrics.image.Drawings.withoutNeon;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;
import palimpsest.api.PictureEvidence;
import palimpsest.api.PictureEvidence.Domain;
import palimpsest.api.PictureTrial;

/** Intervals and counts beside scores, and what evidence is refused. */
class ImageScoreTest {

  private static PictureTrial alone(PictureEvidence subject) {
    return new PictureTrial(Domain.STYLE, "neon", subject, Optional.empty(), Optional.empty());
  }

  /** UA 6/6: Wilson at 95 % from 6 / (6 + 1.96²) = .61; a mean of opinions by the bootstrap. */
  @Test
  void scores_haveIntervalsAndCounts() {
    PictureTrial trial = trial(withoutNeon("subject"));
    ImageScore ua = ImageScore.of(UnlearningAccuracy.defaults(), trial);
    assertThat(ua.pictures()).isEqualTo(6);
    assertThat(ua.seeds()).isEqualTo(3);
    assertThat(ua.interval().orElseThrow().low()).isCloseTo(6 / (6 + 3.8414588), within(1e-6));
    assertThat(ua.interval().orElseThrow().high()).isEqualTo(1);
    for (ImageScore score : ImageScore.all(trial)) {
      assertThat(score.pictures()).as(score.id()).isPositive();
      assertThat(score.interval().isPresent())
          .as(score.id())
          .isEqualTo(!score.id().equals("image.neighbour-damage"));
    }
  }

  @Test
  void judge_thatErrs_isNamedInTheWarnings() {
    PictureEvidence.Judge weak =
        new PictureEvidence.Judge("weak", Drawings.OBJECTS, Drawings.STYLES, 0.99, 0.9, 50);
    PictureEvidence subject =
        new PictureEvidence("m", weak, Drawings.SAMPLING, perfect("m").pictures());
    List<String> warnings =
        UnlearningAccuracy.defaults()
            .score(alone(subject))
            .fold(m -> m.warnings(), n -> List.of(n.reason()));
    assertThat(warnings).anyMatch(w -> w.contains("tells the style of 90.0 %"));
  }

  @Test
  void trial_ofUnlikeEvidence_isRefused() {
    PictureEvidence subject = perfect("subject");
    PictureEvidence otherwise =
        new PictureEvidence(
            "m",
            Drawings.JUDGE,
            new PictureEvidence.Sampling("DDIMScheduler", Map.of(), 20, 3),
            subject.pictures());
    assertThatThrownBy(
            () ->
                new PictureTrial(
                    Domain.STYLE, "neon", subject, Optional.of(otherwise), Optional.empty()))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("draw from both alike");
    assertThatThrownBy(
            () ->
                new PictureTrial(Domain.STYLE, "neo", subject, Optional.empty(), Optional.empty()))
        .hasMessageContaining("did you mean \"neon\"");
  }
}
