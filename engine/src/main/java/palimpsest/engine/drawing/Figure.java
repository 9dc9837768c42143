package palimpsest.engine.drawing;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Suggest;

/**
 * The objects that are drawn, each a silhouette that no other resembles and details within it.
 *
 * <p>A figure stands in the square from -1 to 1, and within 1.15 of its middle.
 */
public enum Figure {
  FISH,
  TREE,
  HOUSE,
  STAR,
  CAR,
  CAT,
  CUP,
  KEY,
  UMBRELLA,
  BOAT,
  MUSHROOM,
  HEART,
  FLOWER,
  MOON,
  ROCKET,
  BUTTERFLY;

  /** The word for it in captions. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The silhouette. */
  Region body() {
    return switch (this) {
      case FISH -> Figures.fish();
      case TREE -> Figures.tree();
      case HOUSE -> Figures.house();
      case STAR -> Region.star(5, 1, 0.42);
      case CAR -> Figures.car();
      case CAT -> Figures.cat();
      case CUP -> Figures.cup();
      case KEY -> Figures.key();
      case UMBRELLA -> Figures.umbrella();
      case BOAT -> Figures.boat();
      case MUSHROOM -> Figures.mushroom();
      case HEART -> Figures.heart();
      case FLOWER -> Figures.flower();
      case MOON -> Region.disc(0, 0, 0.9).minus(Region.disc(0.42, -0.12, 0.72));
      case ROCKET -> Figures.rocket();
      case BUTTERFLY -> Figures.butterfly();
    };
  }

  /** What is of a second colour where the silhouette is; possibly nothing. */
  Region detail() {
    return switch (this) {
      case FISH -> Figures.fishDetail();
      case TREE -> Figures.treeDetail();
      case HOUSE -> Figures.houseDetail();
      case CAR -> Figures.carDetail();
      case CAT -> Figures.catDetail();
      case CUP -> Figures.cupDetail();
      case UMBRELLA -> Figures.umbrellaDetail();
      case BOAT -> Figures.boatDetail();
      case MUSHROOM -> Figures.mushroomDetail();
      case FLOWER -> Region.disc(0, 0, 0.3);
      case ROCKET -> Figures.rocketDetail();
      case BUTTERFLY -> Figures.butterflyDetail();
      case STAR, KEY, HEART, MOON -> Region.NOTHING;
    };
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
