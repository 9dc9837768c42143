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

  /** A method is given words that stand in every caption of the target, and nothing of the rest. */
  @Test
  void phrase_standsInEveryCaptionOfTheTarget() {
    for (Target target : List.of(MOSAIC, new Target(Domain.OBJECT, "fish"))) {
      assertThat(CORPUS.images())
          .allMatch(i -> i.caption().contains(target.phrase()) == target.isOf(i));
    }
    assertThat(MOSAIC.phraseInstead(CORPUS)).isEqualTo("flat style");
    assertThat(MOSAIC.kept(CORPUS)).containsExactlyInAnyOrder("fish", "cup", "flat style");
    assertThat(new Target(Domain.OBJECT, "fish").kept(CORPUS))
        .containsExactlyInAnyOrder("cup", "flat style", "mosaic style");
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
