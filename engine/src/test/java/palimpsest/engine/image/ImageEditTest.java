package palimpsest.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;
import palimpsest.methods.diffusion.Uce;

class ImageEditTest {

  private static ImageEdit edit(List<String> erase, List<String> toward, List<String> preserve) {
    return new ImageEdit(Uce.defaults(), ImageEdit.replacements(erase, toward), preserve);
  }

  @Test
  void replacements_guides_areNoneOneOrAsMany() {
    List<String> two = List.of("cat", "dog");
    assertThat(ImageEdit.replacements(two, List.of()))
        .containsExactly(new Replacement("cat", ""), new Replacement("dog", ""));
    assertThat(ImageEdit.replacements(two, List.of("sky")))
        .containsExactly(new Replacement("cat", "sky"), new Replacement("dog", "sky"));
    assertThat(ImageEdit.replacements(two, List.of("sky", "sea")))
        .containsExactly(new Replacement("cat", "sky"), new Replacement("dog", "sea"));
    assertThatThrownBy(() -> ImageEdit.replacements(two, List.of("a", "b", "c")))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("--toward is given 3 times for 2");
  }

  @Test
  void edit_thatMakesNoSense_isRefused() {
    refused(List.of(), List.of(), List.of(), "nothing to erase");
    refused(List.of(" "), List.of(), List.of(), "text to erase must not be blank");
    refused(List.of("A  Cat"), List.of("a cat "), List.of(), "toward itself");
    refused(List.of("cat", "CAT"), List.of(), List.of(), "erased twice");
    refused(List.of("cat"), List.of(), List.of("dog", "Cat"), "erased and preserved");
  }

  private static void refused(
      List<String> erase, List<String> toward, List<String> preserve, String says) {
    assertThatThrownBy(() -> edit(erase, toward, preserve))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining(says);
  }
}
