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
  FLAT(Fills::flat),
  /** Lines along the edges, nothing within. */
  OUTLINE(Lines::outline),
  /** Lit from a corner as if it were round. */
  SHADED(Fills::shaded),
  /** Dots in rows, as in coarse print. */
  DOTTED(Fills::dotted),
  /** Parallel stripes. */
  STRIPED(Fills::striped),
  /** Square tiles with joints, figure and ground. */
  MOSAIC(Tilings::mosaic),
  /** Blotched, with a ragged and darker rim. */
  WATERCOLOUR(Fills::watercolour),
  /** Bright tubes along the edges, and their glow. */
  NEON(Lines::neon),
  /** Irregular panes in dark leads, figure and ground. */
  GLASS(Tilings::glass),
  /** Cut out with a light rim and a hard shadow. */
  PAPER(Lines::paper);

  /** Prepares the colouring of a scene. */
  @FunctionalInterface
  interface Rendering {
    Shader shader(Scene scene, SplittableRandom random);
  }

  private final Rendering rendering;

  Style(Rendering rendering) {
    this.rendering = rendering;
  }

  /** The word for it in captions. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The picture of a scene in this style. */
  Picture render(Scene scene, SplittableRandom random) {
    return scene.shaded(rendering.shader(scene, random));
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
