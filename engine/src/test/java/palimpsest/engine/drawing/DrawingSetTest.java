package palimpsest.engine.drawing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.image.CaptionedImage;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.discovery.image.ImageFolder;

class DrawingSetTest {
  @TempDir Path folder;

  /** Pinned where they were first drawn: a change here changes what every seed means. */
  @Test
  void corpus_firstDrawings_digestsPinned() {
    assertThat(DrawingSet.of(1, 1, 32).corpus().digest())
        .isEqualTo("8bdcfad86d914af37e626d6e1db78b514463c8d3193269a53996ffc01876b834");
    DrawingSet large = new DrawingSet(7, 1, 64, List.of(Figure.FISH), List.of(Style.values()));
    assertThat(large.corpus().digest())
        .isEqualTo("49f976079d05e425bc96917da0859558f295878b551ecff8d8da6a1104e2886c");
  }

  @Test
  void corpus_anotherSeed_otherDrawings() {
    DrawingSet set = DrawingSet.of(1, 1, 32);
    DrawingSet other = DrawingSet.of(2, 1, 32);
    assertThat(set.picture(Figure.KEY, Style.NEON, 0))
        .isNotEqualTo(other.picture(Figure.KEY, Style.NEON, 0))
        .isNotEqualTo(set.picture(Figure.KEY, Style.NEON, 1));
  }

  @Test
  void corpus_everyCell_equallyOften() {
    ImageCorpus corpus = DrawingSet.of(3, 2, 8).corpus();
    Map<String, Integer> cells = new HashMap<>();
    for (CaptionedImage image : corpus.images()) {
      String object = image.object().orElseThrow();
      String style = image.style().orElseThrow();
      assertThat(image.caption()).contains(object).contains(style);
      cells.merge(object + " " + style, 1, Integer::sum);
    }
    assertThat(cells).hasSize(16 * 10);
    assertThat(cells.values()).containsOnly(2);
    assertThat(corpus.objects()).isEqualTo(Figure.words());
    assertThat(corpus.styles()).isEqualTo(Style.words());
  }

  @Test
  void corpus_fewerFiguresAndStyles_sameDrawings() {
    DrawingSet few =
        new DrawingSet(5, 1, 16, List.of(Figure.MOON, Figure.CAT), List.of(Style.GLASS));
    DrawingSet all = DrawingSet.of(5, 1, 16);
    assertThat(few.corpus().images().get(1).picture())
        .isEqualTo(all.picture(Figure.CAT, Style.GLASS, 0));
  }

  @Test
  void write_read_sameCorpus() {
    DrawingSet set =
        new DrawingSet(4, 2, 16, List.of(Figure.CUP, Figure.STAR), List.of(Style.values()));
    set.write(folder.resolve("set"));
    assertThat(ImageFolder.read(folder.resolve("set"), 16).digest())
        .isEqualTo(set.corpus().digest());
    assertThatThrownBy(() -> set.write(folder.resolve("set")))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("is there already");
  }

  @Test
  void set_wrong_saysWhat() {
    refused(() -> DrawingSet.of(1, 0, 32), "copies must be at least 1, got 0");
    refused(() -> DrawingSet.of(1, 1, 4), "drawing size must be at least 8, got 4");
    refused(() -> DrawingSet.of(1, 1, 1000), "drawing size must be at most 512, got 1000");
    refused(() -> new DrawingSet(1, 1, 32, List.of(), List.of(Style.FLAT)), "has each object once");
    refused(() -> Figure.of("fsh"), "unknown object \"fsh\"; did you mean \"fish\"?");
    refused(() -> Style.of("neo"), "unknown style \"neo\"; did you mean \"neon\"?");
    assertThat(Style.of("glass")).isEqualTo(Style.GLASS);
  }

  private static void refused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(InvalidRequest.class).hasMessageContaining(message);
  }
}
