package palimpsest.engine.picture;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Suggest;
import palimpsest.discovery.image.CaptionedImage;
import palimpsest.discovery.image.EmojiGrid;
import palimpsest.discovery.image.FashionMnist;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.discovery.image.ImageFolder;
import palimpsest.engine.drawing.DrawingSet;
import palimpsest.engine.drawing.Figure;
import palimpsest.engine.drawing.Style;
import palimpsest.engine.drawing.StyledGrid;

/**
 * Where captioned pictures come from, such that the same can be had again.
 *
 * @param kind what reads or draws them
 * @param folder of the files, absolute; empty for what is drawn
 * @param copies of each object in each style, where they are drawn; 0 elsewhere
 * @param seed of what is drawn; 0 elsewhere
 * @param most how many at most, the first of them; 0 for all
 * @param objects those that are wanted; none for all
 * @param styles those that are wanted; none for all
 */
public record PictureSource(
    Kind kind,
    Optional<String> folder,
    int copies,
    long seed,
    int most,
    List<String> objects,
    List<String> styles) {
  /** The word for the drawings that need no folder. */
  public static final String DRAWINGS = "grid";

  private static final String EMOJI_INDEX = "grid_640x11.json";
  private static final String FASHION_LABELS = "train-labels-idx1-ubyte.gz";
  private static final int EMOJI_SIDE = 64;

  /** What reads or draws pictures. */
  public enum Kind {
    /** Drawings of objects in styles, by {@link DrawingSet}. */
    DRAWN,
    /** A folder of pictures with captions, by {@link ImageFolder}. */
    FOLDER,
    /** Vendors' drawings of concepts, by {@link EmojiGrid}. */
    EMOJI,
    /** The same drawings in the styles of {@link StyledGrid}. */
    RESTYLED,
    /** The training part of {@link FashionMnist}. */
    FASHION;

    private boolean isDrawn() {
      return this == DRAWN || this == RESTYLED;
    }
  }

  public PictureSource {
    objects = List.copyOf(objects);
    styles = List.copyOf(styles);
    Check.atLeast(most, 0, "number of pictures");
    if (kind.isDrawn()) {
      Check.atLeast(copies, 1, "copies");
    } else if (copies != 0 || seed != 0) {
      throw new InvalidRequest(
          "copies and a seed of drawings are of what is drawn: " + kind + " has neither");
    }
  }

  /** Drawings of all objects in all styles. */
  public static PictureSource drawn(int copies, long seed) {
    return new PictureSource(Kind.DRAWN, Optional.empty(), copies, seed, 0, List.of(), List.of());
  }

  /**
   * All pictures of a folder, whichever reader knows it.
   *
   * @throws InvalidRequest if it is not there
   */
  public static PictureSource of(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new InvalidRequest(
          folder + ": no such folder; give a folder of pictures, or " + DRAWINGS);
    }
    Kind kind = Kind.FOLDER;
    if (Files.exists(folder.resolve(EMOJI_INDEX))) {
      kind = Kind.EMOJI;
    } else if (Files.exists(folder.resolve(FASHION_LABELS))) {
      kind = Kind.FASHION;
    }
    String path = folder.toAbsolutePath().normalize().toString();
    return new PictureSource(kind, Optional.of(path), 0, 0, 0, List.of(), List.of());
  }

  /**
   * The emoji of this source drawn in procedural styles instead of their vendors'.
   *
   * @throws InvalidRequest if it is no emoji grid
   */
  public PictureSource restyled(int eachInAStyle, long drawnBy) {
    if (kind != Kind.EMOJI) {
      throw new InvalidRequest(
          "only an emoji grid can be drawn in other styles, got a source of the kind " + kind);
    }
    return new PictureSource(Kind.RESTYLED, folder, eachInAStyle, drawnBy, most, objects, styles);
  }

  /** Some of its pictures. */
  public PictureSource only(List<String> theseObjects, List<String> theseStyles, int atMost) {
    return new PictureSource(kind, folder, copies, seed, atMost, theseObjects, theseStyles);
  }

  /**
   * Its pictures.
   *
   * @param side width and height in pixels
   * @throws InvalidRequest if they cannot be read, an object or style is none of theirs, or none is
   *     left
   */
  public ImageCorpus read(int side) {
    ImageCorpus all =
        switch (kind) {
          case DRAWN -> drawings(side);
          case FOLDER -> some(ImageFolder.read(path(), side));
          case EMOJI -> some(emoji(side));
          case RESTYLED -> restyled(side);
          case FASHION -> some(FashionMnist.read(path(), "train", firstRead(), side));
        };
    List<CaptionedImage> first = all.images();
    if (first.isEmpty()) {
      throw new InvalidRequest(
          "no picture shows one of " + objects + " in one of " + styles + ": ask for others");
    }
    return most == 0 || first.size() <= most ? all : new ImageCorpus(first.subList(0, most));
  }

  private Path path() {
    return Path.of(folder.orElseThrow());
  }

  private int firstRead() {
    return most == 0 || !objects.isEmpty() ? Integer.MAX_VALUE : most;
  }

  private ImageCorpus drawings(int side) {
    List<Figure> figures =
        objects.isEmpty() ? List.of(Figure.values()) : objects.stream().map(Figure::of).toList();
    return new DrawingSet(seed, copies, side, figures, drawnStyles()).corpus();
  }

  private List<Style> drawnStyles() {
    return styles.isEmpty()
        ? Arrays.asList(Style.values())
        : styles.stream().map(Style::of).toList();
  }

  private ImageCorpus emoji(int side) {
    EmojiGrid grid = EmojiGrid.open(path());
    requireKnown(objects, "object", grid.drawings().stream().map(EmojiGrid.Drawing::name).toList());
    return grid.read(
        grid.drawings().stream()
            .filter(d -> objects.isEmpty() || objects.contains(d.name()))
            .filter(d -> kind == Kind.RESTYLED || styles.isEmpty() || styles.contains(d.style()))
            .toList(),
        side);
  }

  private ImageCorpus restyled(int side) {
    return new StyledGrid(seed, copies, side, drawnStyles()).over(emoji(EMOJI_SIDE));
  }

  private ImageCorpus some(ImageCorpus all) {
    requireKnown(objects, "object", all.objects());
    requireKnown(styles, "style", all.styles());
    return all.only(i -> isAmong(objects, i, CaptionedImage::object))
        .only(i -> isAmong(styles, i, CaptionedImage::style));
  }

  private static boolean isAmong(
      List<String> wanted, CaptionedImage image, Function<CaptionedImage, Optional<String>> word) {
    return wanted.isEmpty() || word.apply(image).filter(wanted::contains).isPresent();
  }

  private static void requireKnown(List<String> wanted, String what, List<String> known) {
    for (String word : wanted) {
      if (known.isEmpty()) {
        throw new InvalidRequest("the pictures do not say their " + what + "s: ask for all");
      }
      if (!known.contains(word)) {
        throw new InvalidRequest(
            "unknown " + what + " \"" + word + "\"" + Suggest.nearest(word, known));
      }
    }
  }
}
