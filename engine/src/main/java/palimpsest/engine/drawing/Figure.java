package palimpsest.engine.drawing;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Suggest;

/**
 * The objects that are drawn, each a silhouette that no other resembles and details within it.
 *
 * <p>A figure stands in the square from -1 to 1, and within the unit circle but for a corner.
 */
public enum Figure {
  FISH(Figures.fish(), Figures.fishDetail()),
  TREE(Figures.tree(), Figures.treeDetail()),
  HOUSE(Figures.house(), Figures.houseDetail()),
  STAR(Region.star(5, 1, 0.42), Region.NOTHING),
  CAR(Figures.car(), Figures.carDetail()),
  CAT(Figures.cat(), Figures.catDetail()),
  CUP(Figures.cup(), Figures.cupDetail()),
  KEY(Figures.key(), Region.NOTHING),
  UMBRELLA(Figures.umbrella(), Figures.umbrellaDetail()),
  BOAT(Figures.boat(), Figures.boatDetail()),
  MUSHROOM(Figures.mushroom(), Figures.mushroomDetail()),
  HEART(Figures.heart(), Region.NOTHING),
  FLOWER(Figures.flower(), Region.disc(0, 0, 0.3)),
  MOON(Region.disc(0, 0, 0.9).minus(Region.disc(0.42, -0.12, 0.72)), Region.NOTHING),
  ROCKET(Figures.rocket(), Figures.rocketDetail()),
  BUTTERFLY(Figures.butterfly(), Figures.butterflyDetail());

  /** Nothing of a figure lies further from its middle; tells most of the ground at once. */
  private static final double MOST = 1.15;

  private final Region body;
  private final Region detail;

  Figure(Region body, Region detail) {
    this.body = Region.disc(0, 0, MOST).and(body);
    this.detail = detail;
  }

  /** The word for it in captions. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The silhouette. */
  Region body() {
    return body;
  }

  /** What is of a second colour where the silhouette is; possibly nothing. */
  Region detail() {
    return detail;
  }

  /** The words of all figures, in order. */
  public static List<String> words() {
    return Arrays.stream(values()).map(Figure::word).toList();
  }

  /**
   * The figure of a word.
   *
   * @throws InvalidRequest if there is none, naming the nearest
   */
  public static Figure of(String word) {
    return Arrays.stream(values())
        .filter(f -> f.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidRequest(
                    "unknown object \"" + word + "\"" + Suggest.nearest(word, words())));
  }
}
