package palimpsest.discovery.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;

class ImageCorpusTest {

  private static CaptionedImage image(int number, String group) {
    Picture picture = new Picture(1, 1, Crafted.bytes(number >> 8, number, 3));
    return new CaptionedImage(
        "f#" + number, "a fish", Optional.of("fish"), Optional.empty(), group, picture);
  }

  private static ImageCorpus corpus(int count, int perGroup) {
    List<CaptionedImage> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      images.add(image(i, "g" + i / perGroup));
    }
    return new ImageCorpus(images);
  }

  private static Set<String> groups(ImageCorpus corpus) {
    Set<String> groups = new HashSet<>();
    corpus.images().forEach(i -> groups.add(i.group()));
    return groups;
  }

  /**
   * Of the picture, {@code printf '\0\0\0\1\0\0\0\1\0\1\3' | sha256sum}; of the corpus, {@code
   * printf 'DIGEST\tf#1\ta fish\tfish\t\tg\n' | sha256sum}.
   */
  @Test
  void digest_onePicture_isThatOfItsLine() {
    CaptionedImage image = image(1, "g");
    assertThat(image.picture().digest())
        .isEqualTo("af140ad491eb097a860c0b53d5ab73b70153a32ed279d3347e5eeed0f6f880d5");
    assertThat(new ImageCorpus(List.of(image)).digest())
        .isEqualTo("de5bbb8dba5ade9c8639587778feb09eb670a716fba8c2a45c7171d86cbdac51");
  }

  @Test
  void split_groups_wholeAndRoughlyTheShare() {
    ImageCorpus corpus = corpus(4000, 4);
    ImageCorpus.Division division = corpus.split("key", 0.2);
    Set<String> out = groups(division.heldOut());
    assertThat(out)
        .hasSizeBetween(160, 240)
        .doesNotContainAnyElementsOf(groups(division.training()));
    assertThat(division.heldOut().images().size() + division.training().images().size())
        .isEqualTo(4000);
    assertThat(groups(corpus.split("other key", 0.2).heldOut())).isNotEqualTo(out);
    assertThat(corpus.split("key", 0).heldOut().images()).isEmpty();
    assertThat(corpus.split("key", 1).training().images()).isEmpty();
  }

  @Test
  void split_partOfTheCorpus_sameSides() {
    ImageCorpus corpus = corpus(1000, 1);
    Set<String> out = groups(corpus.split("key", 0.3).heldOut());
    ImageCorpus part = corpus.only(i -> i.id().endsWith("7"));
    Set<String> wanted = groups(part);
    wanted.retainAll(out);
    assertThat(groups(part.split("key", 0.3).heldOut())).isEqualTo(wanted).isNotEmpty();
  }

  /** Picture 7 stands in groups a and b, picture 8 in b and c: all three go one way. */
  @Test
  void split_samePixelsInTwoGroups_together() {
    for (int key = 0; key < 40; key++) {
      List<CaptionedImage> images = new ArrayList<>();
      String[] groups = {"c", "a", "b", "b", "c"};
      int[] pictures = {1, 7, 7, 8, 8};
      for (int i = 0; i < groups.length; i++) {
        CaptionedImage image = image(pictures[i], groups[i]);
        images.add(
            new CaptionedImage(
                "f#" + i, "x", image.object(), image.style(), image.group(), image.picture()));
      }
      ImageCorpus.Division division = new ImageCorpus(images).split("k" + key, 0.5);
      assertThat(division.heldOut().images().size()).isIn(0, 5);
    }
  }

  @Test
  void twoOfOneId_refused() {
    assertThatThrownBy(() -> new ImageCorpus(List.of(image(1, "g"), image(1, "h"))))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("two pictures of the id \"f#1\"");
  }

  @Test
  void captions_holdBothWords_withArticles() {
    for (int i = 0; i < Captions.count(); i++) {
      assertThat(Captions.of("umbrella", "outline", i)).contains("an umbrella").contains("outline");
    }
    assertThat(Captions.of("fish", "mosaic", 0)).isEqualTo("a fish in mosaic style");
    assertThat(Captions.of("fish", "outline", 1)).isEqualTo("an outline style picture of a fish");
    assertThat(Captions.of("unicorn", 0)).isEqualTo("a unicorn");
  }
}
