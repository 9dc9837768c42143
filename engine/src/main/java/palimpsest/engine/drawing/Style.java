package palimpsest.engine.drawing;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Suggest;
import palimpsest.discovery.image.Picture;

/**
 * The ways in which a scene is rendered.
 *
 * <p>A style takes the colours that the scene has; it differs from the others in what it does with
 * edges, areas and textures, so that no colour tells a style.
 */
public enum Style {
  /** Areas of one colour each. */
  FLAT,
  /** Lines along the edges, nothing within. */
  OUTLINE,
  /** Lit from a corner as if it were round. */
  SHADED,
  /** Dots in rows, as in coarse print. */
  DOTTED,
  /** Parallel stripes. */
  STRIPED,
  /** Square tiles with joints, figure and ground. */
  MOSAIC,
  /** Blotched, with a ragged and darker rim. */
  WATERCOLOUR,
  /** Bright tubes along the edges, and their glow. */
  NEON,
  /** Irregular panes in dark leads, figure and ground. */
  GLASS,
  /** Cut out with a light rim and a hard shadow. */
  PAPER;

  /** The word for it in captions. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The picture of a scene in this style. */
  Picture render(Scene scene, SplittableRandom random) {
    return scene.shaded(shader(scene, random));
  }

  private Shader shader(Scene scene, SplittableRandom random) {
    return switch (this) {
      case FLAT -> Fills.flat(scene);
      case OUTLINE -> Lines.outline(scene, random);
      case SHADED -> Fills.shaded(scene, random);
      case DOTTED -> Fills.dotted(scene, random);
      case STRIPED -> Fills.striped(scene, random);
      case MOSAIC -> Tilings.mosaic(scene, random);
      case WATERCOLOUR -> Fills.watercolour(scene, random);
      case NEON -> Lines.neon(scene, random);
      case GLASS -> Tilings.glass(scene, random);
      case PAPER -> Lines.paper(scene, random);
    };
  }

  /** The words of all styles, in order. */
  public static List<String> words() {
    return Arrays.stream(values()).map(Style::word).toList();
  }

  /**
   * The style of a word.
   *
   * @throws InvalidRequest if there is none, naming the nearest
   */
  public static Style of(String word) {
    return Arrays.stream(values())
        .filter(s -> s.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidRequest(
                    "unknown style \"" + word + "\"" + Suggest.nearest(word, words())));
  }
}
