package palimpsest.engine.picture.erase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.image.CaptionedImage;
import palimpsest.discovery.image.ImageCorpus;

/** Three drawings each of two objects in two styles. */
class GridPicturesTest {

  private static GridPictures pictures(Optional<Integer> few) {
    return new GridPictures(
        Optional.empty(), 3, 5, List.of("fish", "star"), List.of("flat", "neon"), few);
  }

  @Test
  void read_ofAll_isWhatTheJudgeSees() {
    assertThat(pictures(Optional.empty()).read().training().images())
        .isEqualTo(pictures(Optional.empty()).judged().training().images())
        .hasSize(12);
  }

  @Test
  void read_ofFew_isTheFirstOfEachObjectInEachStyle_plainlySaid() {
    ImageCorpus.Division judged = pictures(Optional.of(2)).judged();
    ImageCorpus.Division shown = pictures(Optional.of(2)).read();

    assertThat(judged.training().images()).hasSize(12);
    assertThat(shown.heldOut().images()).isEqualTo(judged.heldOut().images());
    assertThat(shown.training().images())
        .extracting(CaptionedImage::id)
        .containsExactlyElementsOf(
            judged.training().images().subList(0, 8).stream().map(CaptionedImage::id).toList());
    assertThat(shown.training().images())
        .extracting(CaptionedImage::caption)
        .containsOnly(
            "a fish in flat style",
            "a fish in neon style",
            "a star in flat style",
            "a star in neon style");
    assertThat(judged.training().images())
        .extracting(CaptionedImage::caption)
        .contains("a fish in flat style")
        .anyMatch(c -> !c.startsWith("a fish in") && !c.startsWith("a star in"));
    assertThatThrownBy(() -> pictures(Optional.of(0))).isInstanceOf(InvalidRequest.class);
  }
}
