package palimpsest.engine.picture.erase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;
import palimpsest.api.PictureEvidence.Domain;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.engine.picture.PictureSource;

class TargetTest {
  private static final ImageCorpus CORPUS =
      PictureSource.drawn(2, 3).only(List.of("fish", "cup"), List.of("flat", "mosaic"), 0).read(8);
  private static final Target MOSAIC = new Target(Domain.STYLE, "mosaic");

  @Test
  void parse_ofBothDomains_isWhatToStringGives() {
    for (String text : List.of("style:mosaic", "object:fish")) {
      assertThat(Target.parse(text)).hasToString(text);
    }
    for (String wrong : List.of("mosaic", "colour:red", ":x", "style:", "")) {
      assertThatThrownBy(() -> Target.parse(wrong)).as(wrong).isInstanceOf(InvalidRequest.class);
    }
  }

  @Test
  void ids_ofAStyle_areThePicturesInIt() {
    assertThat(MOSAIC.ids(CORPUS)).hasSize(4);
    assertThat(CORPUS.images())
        .allMatch(i -> MOSAIC.ids(CORPUS).contains(i.id()) == i.caption().contains("mosaic"));
  }

  @Test
  void swaps_ofAStyle_keepTheObject() {
    assertThat(MOSAIC.swaps(CORPUS))
        .containsExactlyInAnyOrder(
            new Target.Swap("a fish in mosaic style", "a fish in flat style"),
            new Target.Swap("a cup in mosaic style", "a cup in flat style"));
    assertThat(MOSAIC.kept(CORPUS))
        .containsExactlyInAnyOrder("a fish in flat style", "a cup in flat style");
  }

  @Test
  void swaps_ofAnObject_keepTheStyle() {
    assertThat(new Target(Domain.OBJECT, "fish").swaps(CORPUS))
        .extracting(Target.Swap::instead)
        .containsExactlyInAnyOrder("a cup in flat style", "a cup in mosaic style");
  }

  @Test
  void require_ofWhatIsNotThere_namesTheNearest() {
    assertThatThrownBy(() -> new Target(Domain.STYLE, "mosaik").require(CORPUS))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("no picture has the style \"mosaik\"")
        .hasMessageContaining("mosaic");
    ImageCorpus alone = CORPUS.only(MOSAIC::isOf);
    assertThatThrownBy(() -> MOSAIC.require(alone)).hasMessageContaining("all pictures have");
  }
}
