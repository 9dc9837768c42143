package palimpsest.engine.drawing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import palimpsest.discovery.image.Picture;

/** Objects differ in silhouette, styles in rendering, and colours tell neither. */
class SeparationTest {
  private static final int COPIES = 40;

  private static Setting upright() {
    Setting drawn = Setting.draw(new Draws(1, 1), 32);
    return new Setting(Pose.upright(0.45), drawn.palette(), drawn.ground(), 32);
  }

  /** Of two upright silhouettes less than 0.8 of the area of either or both is common. */
  @Test
  void figures_silhouettes_farApart() {
    List<Scene> scenes = new ArrayList<>();
    for (Figure figure : Figure.values()) {
      scenes.add(Scene.of(figure, upright()));
    }
    for (int a = 0; a < scenes.size(); a++) {
      for (int b = 0; b < a; b++) {
        assertThat(
                Math.max(
                    common(scenes.get(a), scenes.get(b), false),
                    common(scenes.get(a), scenes.get(b), true)))
            .as(Figure.words().get(a) + " and " + Figure.words().get(b))
            .isBetween(0.05, 0.8);
      }
    }
  }

  private static double common(Scene a, Scene b, boolean flipped) {
    int both = 0;
    int either = 0;
    int side = a.side();
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        boolean in = b.body(flipped ? side - 1 - x : x, y);
        both += a.body(x, y) && in ? 1 : 0;
        either += a.body(x, y) || in ? 1 : 0;
      }
    }
    return (double) both / either;
  }

  /** One scene in two styles differs by 15 of 255 at least, root mean square. */
  @Test
  void styles_ofOneScene_farApart() {
    List<Picture> pictures = new ArrayList<>();
    for (Style style : Style.values()) {
      Draws draws = new Draws(2, 2);
      pictures.add(style.render(Scene.of(Figure.CAT, upright()), draws.of(Draws.Purpose.TEXTURE)));
    }
    for (int a = 0; a < pictures.size(); a++) {
      for (int b = 0; b < a; b++) {
        assertThat(distance(pictures.get(a), pictures.get(b)))
            .as(Style.words().get(a) + " and " + Style.words().get(b))
            .isGreaterThan(15);
      }
    }
  }

  private static double distance(Picture a, Picture b) {
    byte[] p = a.rgb();
    byte[] q = b.rgb();
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      double d = (p[i] & 0xFF) - (q[i] & 0xFF);
      sum += d * d;
    }
    return Math.sqrt(sum / p.length);
  }

  /**
   * Independence of six bins of colour from the object and from the style, by Pearson's chi-square
   * over 6400 drawings. The bound is four standard deviations over the mean: {@code k + 4 sqrt(2k)}
   * for k degrees of freedom, 15 x 5 and 9 x 5.
   */
  @Test
  void colours_independentOfLabels() {
    List<ToIntFunction<Palette>> bins =
        List.of(
            p -> bin(p.ground().luma()),
            p -> bin(p.fill().luma()),
            p -> largest(p.ground()),
            p -> largest(p.fill()),
            p -> largest(p.accent()));
    for (ToIntFunction<Palette> bin : bins) {
      long[][] objects = new long[Figure.values().length][6];
      long[][] styles = new long[Style.values().length][6];
      for (Figure figure : Figure.values()) {
        for (Style style : Style.values()) {
          for (int copy = 0; copy < COPIES; copy++) {
            Draws draws = DrawingSet.of(6, COPIES, 32).draws(figure, style, copy);
            int value = bin.applyAsInt(Setting.draw(draws, 32).palette());
            objects[Figure.words().indexOf(figure.word())][value]++;
            styles[Style.words().indexOf(style.word())][value]++;
          }
        }
      }
      assertThat(chiSquare(objects)).isLessThan(75 + 4 * Math.sqrt(150));
      assertThat(chiSquare(styles)).isLessThan(45 + 4 * Math.sqrt(90));
    }
  }

  private static int bin(double luma) {
    return (int) Math.max(0, Math.min(5, 6 * luma));
  }

  /** Order of the three channels. */
  private static int largest(Colour c) {
    int first = c.red() >= c.green() && c.red() >= c.blue() ? 0 : c.green() >= c.blue() ? 2 : 4;
    boolean swapped =
        first == 0 ? c.green() > c.blue() : first == 2 ? c.blue() > c.red() : c.red() > c.green();
    return first + (swapped ? 1 : 0);
  }

  private static double chiSquare(long[][] table) {
    long[] columns = new long[table[0].length];
    long total = 0;
    for (long[] row : table) {
      for (int i = 0; i < row.length; i++) {
        columns[i] += row[i];
        total += row[i];
      }
    }
    double sum = 0;
    for (long[] row : table) {
      long rowTotal = java.util.Arrays.stream(row).sum();
      for (int i = 0; i < row.length; i++) {
        double expected = (double) rowTotal * columns[i] / total;
        sum += expected == 0 ? 0 : (row[i] - expected) * (row[i] - expected) / expected;
      }
    }
    return sum;
  }

  /** The ground of outline, flat and neon drawings is as bright as that of any other. */
  @Test
  void corners_flatDrawings_tellNoObject() {
    long[][] objects = new long[Figure.values().length][6];
    DrawingSet set = DrawingSet.of(8, 30, 16);
    for (Figure figure : Figure.values()) {
      for (int copy = 0; copy < 30; copy++) {
        Picture picture = set.picture(figure, Style.FLAT, copy);
        objects[Figure.words().indexOf(figure.word())][picture.at(0, 0, 1) * 6 / 256]++;
      }
    }
    assertThat(chiSquare(objects)).isLessThan(75 + 4 * Math.sqrt(150));
  }
}
