package palimpsest.engine.drawing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import palimpsest.discovery.image.CaptionedImage;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.discovery.image.Picture;

class StyledGridTest {

  /** A ring of blue with white in it, on white. */
  private static Picture ring() {
    byte[] rgb = new byte[3 * 64 * 64];
    Arrays.fill(rgb, (byte) 255);
    for (int i = 0; i < 64 * 64; i++) {
      double x = i % 64 - 31.5;
      double y = Math.floor(i / 64.0) - 31.5;
      double away = Math.sqrt(x * x + y * y);
      if (away < 28 && away > 14) {
        rgb[3 * i] = 20;
        rgb[3 * i + 1] = 40;
      }
    }
    return new Picture(64, 64, rgb);
  }

  private static ImageCorpus sources() {
    return new ImageCorpus(
        List.of(
            new CaptionedImage("a#1", "a ring", Optional.of("ring"), Optional.of("x"), "g", ring()),
            new CaptionedImage("b#1", "no name", Optional.empty(), Optional.empty(), "h", ring())));
  }

  /** The white within the ring belongs to the drawing, that around it does not. */
  @Test
  void cutout_ring_holdsWhatItEncloses() {
    Cutout cutout = new Cutout(ring());
    assertThat(cutout.covers(0, 0)).isTrue();
    assertThat(cutout.covers(0.8, 0)).isTrue();
    assertThat(cutout.covers(0.7, 0.7)).isFalse();
    assertThat(cutout.covers(0.95, 0)).isFalse();
    assertThat(cutout.at(0, 0)).isEqualTo(Colour.WHITE);
    assertThat(cutout.at(0.65, 0).blue()).isEqualTo(1);
    assertThat(cutout.isDetail(Colour.WHITE)).isTrue();
  }

  @Test
  void over_drawings_everyStyleKeepsObjectAndGroup() {
    ImageCorpus grid = new StyledGrid(1, 2, 32, List.of(Style.values())).over(sources());
    assertThat(grid.images()).hasSize(20);
    assertThat(grid.styles()).isEqualTo(Style.words());
    assertThat(grid.images()).allMatch(i -> i.group().equals("g"));
    assertThat(grid.images()).allMatch(i -> i.object().orElseThrow().equals("ring"));
    assertThat(grid.images().get(0).id()).isEqualTo("a#1.flat.0");
    assertThat(grid.images()).allMatch(i -> i.caption().contains(i.style().orElseThrow()));
    assertThat(grid.digest())
        .isEqualTo("c219cd02e3276de3bf6dcc20c261910f57b2ef20540c6a07e866fcdc75397b80");
  }

  @Test
  void over_allWhite_isGroundAlone() {
    byte[] white = new byte[3 * 16];
    Arrays.fill(white, (byte) 255);
    CaptionedImage source =
        new CaptionedImage(
            "w#1", "w", Optional.of("w"), Optional.empty(), "w", new Picture(4, 4, white));
    ImageCorpus grid =
        new StyledGrid(1, 1, 8, List.of(Style.values())).over(new ImageCorpus(List.of(source)));
    assertThat(grid.images()).hasSize(10);
  }
}
