package palimpsest.discovery.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.InvalidRequest;

class EmojiGridTest {
  @TempDir Path folder;

  private EmojiGrid open(String index) throws IOException {
    Files.writeString(folder.resolve("grid_640x11.json"), index);
    return EmojiGrid.open(folder);
  }

  private void draw(String... files) throws IOException {
    for (String file : files) {
      Path path = folder.resolve("png64").resolve(file);
      Files.createDirectories(path.resolveSibling("."));
      Files.write(path, Png.encode(Crafted.picture(64, 64, file.hashCode())));
    }
  }

  @Test
  void read_smallGrid_labelsGroupsAndGaps() throws IOException {
    draw("noto/1f41f.png", "fluent-emoji/1f41f.png", "fluent-emoji-flat/1f41f.png");
    EmojiGrid grid =
        open(
            """
            {"styles":["noto","fluent-emoji","fluent-emoji-flat","fxemoji"],"concepts":{"1f41f":
            {"name":"tropical_fish","category":"Animals","subcategory":"marine","icons":{}}}}
            """);
    assertThat(grid.missing()).containsExactly("fxemoji/1f41f.png");
    ImageCorpus corpus = grid.read(grid.drawings(), 32);
    CaptionedImage flat = corpus.byId("fluent-emoji-flat/1f41f.png#1").orElseThrow();
    assertThat(flat.caption()).isEqualTo("a tropical fish in fluent-emoji-flat style");
    assertThat(flat.object()).contains("tropical fish");
    assertThat(flat.picture().width()).isEqualTo(32);
    assertThat(corpus.images())
        .extracting(CaptionedImage::group)
        .containsExactly("1f41f/noto", "1f41f/fluent-emoji", "1f41f/fluent-emoji");
  }

  @Test
  void open_hostileIndex_refused() throws IOException {
    String concept = "{\"name\":\"n\",\"category\":\"c\"}";
    refused("{\"styles\":[\"../..\"],\"concepts\":{}}", "small letters, digits and hyphens");
    refused("{\"styles\":[\"a\"],\"concepts\":{\"../x\":" + concept + "}}", "small letters, digi");
    refused("{\"styles\":[\"a\"],\"concepts\":{\"1f\":{}}}", "concept 1f has no name");
    refused("{\"styles\":[\"a\"],\"concepts\":{\"1f\":" + concept + "}}", "names no drawing");
    refused("{\"styles\":", "malformed JSON");
    refused("[".repeat(1000), "malformed JSON");
    refused("{}", "names no drawing");
    Files.delete(folder.resolve("grid_640x11.json"));
    assertThatThrownBy(() -> EmojiGrid.open(folder)).hasMessageContaining("no such file");
  }

  private void refused(String index, String message) {
    assertThatThrownBy(() -> open(index))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }

  private static Path shared() {
    for (String root : List.of("../../shared/data", "../shared/data")) {
      Path path = Path.of(root, "emoji_grid");
      if (Files.exists(path)) {
        return path;
      }
    }
    Assumptions.abort("skipped: no shared/data/emoji_grid beside the checkout");
    throw new AssertionError("abort returns never");
  }

  @Test
  void read_realGrid_wholeButOne() {
    EmojiGrid grid = EmojiGrid.open(shared());
    assertThat(grid.styles()).hasSize(11);
    assertThat(grid.drawings()).hasSize(7039);
    assertThat(grid.missing()).containsExactly("fluent-emoji/2614.png");
  }

  /** On both sides of no split do fluent's gradient and flat drawing of a concept stand. */
  @Test
  void split_realGrid_twinsTogether() {
    EmojiGrid grid = EmojiGrid.open(shared());
    List<EmojiGrid.Drawing> animals =
        grid.drawings().stream()
            .filter(d -> d.category().equals("Animals & Nature"))
            .filter(d -> d.style().startsWith("fluent-emoji"))
            .toList();
    ImageCorpus corpus = grid.read(animals, 16);
    for (int key = 0; key < 8; key++) {
      ImageCorpus.Division division = corpus.split("key " + key, 0.5);
      Map<String, Integer> twins = new HashMap<>();
      for (CaptionedImage image : division.heldOut().images()) {
        if (!image.style().orElseThrow().equals("fluent-emoji-high-contrast")) {
          twins.merge(image.object().orElseThrow(), 1, Integer::sum);
        }
      }
      assertThat(twins.values()).isNotEmpty().containsOnly(2);
    }
  }
}
