package palimpsest.discovery.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import palimpsest.api.InvalidRequest;

/**
 * A grid of emoji drawings, vendors' styles x concepts, with categories: {@code grid_640x11.json}
 * and {@code png64/STYLE/CODE.png}.
 *
 * <p>A drawing's group is its concept and its vendor's family of styles: {@code fluent-emoji} and
 * {@code fluent-emoji-flat} are one drawing with and without gradients, and a split that parts them
 * trains on what it tests. A style that is procedural may be laid over any drawing; the group goes
 * with it.
 */
public final class EmojiGrid {
  private static final String INDEX = "grid_640x11.json";
  private static final int LARGEST_INDEX = 1 << 24;
  private static final Pattern PLAIN = Pattern.compile("[0-9a-z][0-9a-z-]{0,63}");

  /** Styles that are nearly the same drawing as another one, and that other one. */
  private static final Map<String, String> TWINS = Map.of("fluent-emoji-flat", "fluent-emoji");

  /**
   * One cell of the grid that has a picture.
   *
   * @param style of the vendor, such as {@code noto}
   * @param code of the character, such as {@code 1f41f}
   * @param name of the concept in words, such as {@code tropical fish}
   * @param category such as {@code Animals & Nature}
   * @param subcategory such as {@code animal-marine}
   */
  public record Drawing(
      String style, String code, String name, String category, String subcategory) {

    /** Concept and family, never to be split. */
    public String group() {
      return code + "/" + TWINS.getOrDefault(style, style);
    }

    String file() {
      return style + "/" + code + ".png";
    }
  }

  private final Path folder;
  private final List<String> styles = new ArrayList<>();
  private final List<Drawing> drawings = new ArrayList<>();
  private final List<String> missing = new ArrayList<>();

  private EmojiGrid(Path folder) {
    this.folder = folder;
  }

  /**
   * Reads the index and looks which pictures are there; none is opened yet.
   *
   * @throws InvalidRequest if the index is missing or not of this form
   */
  public static EmojiGrid open(Path folder) {
    Path file = folder.resolve(INDEX);
    EmojiGrid grid = new EmojiGrid(folder);
    try {
      JsonNode root =
          new ObjectMapper(CaptionLines.JSON).readTree(PictureFile.bytes(file, LARGEST_INDEX));
      grid.read(file, root);
      return grid;
    } catch (JsonProcessingException e) {
      throw new InvalidRequest(file + ": " + CaptionLines.reason(e), e);
    } catch (IOException e) {
      throw new InvalidRequest(file + ": cannot be read: " + e, e);
    }
  }

  private void read(Path file, JsonNode root) {
    for (JsonNode style : root.path("styles")) {
      styles.add(plain(file, style.asText()));
    }
    for (Map.Entry<String, JsonNode> concept : root.path("concepts").properties()) {
      add(file, concept.getKey(), concept.getValue());
    }
    if (drawings.isEmpty()) {
      throw new InvalidRequest(file + ": names no drawing that is there; give the grid's folder");
    }
  }

  private void add(Path file, String code, JsonNode concept) {
    plain(file, code);
    String name = concept.path("name").asText().replace('_', ' ').strip();
    String category = concept.path("category").asText();
    if (name.isEmpty() || category.isEmpty()) {
      throw new InvalidRequest(file + ": concept " + code + " has no name or no category");
    }
    for (String style : styles) {
      Drawing drawing =
          new Drawing(style, code, name, category, concept.path("subcategory").asText());
      if (Files.isRegularFile(picture(drawing))) {
        drawings.add(drawing);
      } else {
        missing.add(drawing.file());
      }
    }
  }

  /** Names become paths: letters, digits and hyphens only. */
  private static String plain(Path file, String name) {
    if (!PLAIN.matcher(name).matches()) {
      throw new InvalidRequest(
          file + ": a style or code must be small letters, digits and hyphens, got another");
    }
    return name;
  }

  private Path picture(Drawing drawing) {
    return folder.resolve("png64").resolve(drawing.file());
  }

  /** The vendors' styles, in the order of the index. */
  public List<String> styles() {
    return List.copyOf(styles);
  }

  /** All drawings that are there, concept by concept in the order of the index. */
  public List<Drawing> drawings() {
    return List.copyOf(drawings);
  }

  /** Cells that the index names and that have no picture. */
  public List<String> missing() {
    return List.copyOf(missing);
  }

  /**
   * Reads pictures of the grid: object is the concept's name, style the vendor's, id {@code
   * STYLE/CODE.png#1}.
   *
   * @param some of the drawings
   * @param size width and height wanted, in pixels
   */
  public ImageCorpus read(List<Drawing> some, int size) {
    PictureFile.requireTarget(size);
    ImageCorpus.requireRoom(folder.toString(), some.size(), size);
    List<CaptionedImage> images = new ArrayList<>();
    for (Drawing d : some) {
      images.add(
          new CaptionedImage(
              d.file() + "#1",
              Captions.of(d.name(), d.style(), 0),
              Optional.of(d.name()),
              Optional.of(d.style()),
              d.group(),
              PictureFile.read(picture(d), size)));
    }
    return new ImageCorpus(images);
  }
}
