package palimpsest.engine.picture.erase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.Explanation;
import palimpsest.api.PictureAttack;
import palimpsest.api.PictureAttempt;
import palimpsest.api.Score;
import palimpsest.engine.picture.judge.Confusion;
import palimpsest.engine.picture.judge.JudgeTraining;
import palimpsest.metrics.image.ImageScore;
import palimpsest.metrics.statistics.Interval;

/** A grid of known numbers. */
class GridReportTest {
  private static final JudgeTraining.Worth WORTH =
      new JudgeTraining.Worth(
          new Confusion(List.of("fish", "cup"), List.of(List.of(9, 1), List.of(0, 10))),
          new Confusion(List.of("flat", "neon"), List.of(List.of(10, 0), List.of(0, 10))));

  @TempDir Path folder;

  private static ImageScore score(String id, double value) {
    return new ImageScore(
        id,
        new Score.Measured(Explanation.leaf("all", value)),
        Optional.of(new Interval(value / 2, value, 0.95)),
        "Wilson's, over pictures",
        20,
        3);
  }

  private static ImageScore damage(double fish, double flat) {
    Explanation e =
        new Explanation(
            "largest of drops",
            Math.max(fish, flat),
            List.of(
                Explanation.leaf("drop of object fish", fish),
                Explanation.leaf("drop of style flat", flat)));
    return new ImageScore(
        "image.neighbour-damage",
        new Score.Measured(e),
        Optional.empty(),
        "none: an extreme",
        20,
        3);
  }

  private static ImageScore lack(String id) {
    return new ImageScore(
        id, new Score.NotMeasured("there is none"), Optional.empty(), "not measured", 0, 0);
  }

  private static GridCell cell(
      String method, long seed, List<ImageScore> scores, List<PictureAttack> attacks) {
    return new GridCell(
        "style:neon",
        method,
        seed,
        method.equals("none") ? Optional.empty() : Optional.of("APPROXIMATE"),
        10 * seed,
        Optional.of(seed * 1_000_000),
        method + (method.equals("image.uce") ? "" : seed),
        scores,
        attacks);
  }

  /** Each run of two pictures, plain ones not seen, attacked ones seen as often as is said. */
  private static PictureAttack.Side side(int... seen) {
    List<PictureAttack.Run> runs = new ArrayList<>();
    for (int seed = 0; seed < seen.length; seed++) {
      List<PictureAttempt> attempts = new ArrayList<>();
      for (int noise = 0; noise < 2; noise++) {
        attempts.add(new PictureAttempt("p", "q", noise, 0.1, noise < seen[seed] ? 0.9 : 0.2));
      }
      runs.add(new PictureAttack.Run(seed, 0, List.of(), attempts));
    }
    return new PictureAttack.Side("m", runs);
  }

  private static PictureAttack attack(
      String id, PictureAttack.Side subject, Optional<PictureAttack.Side> reference) {
    return new PictureAttack(
        id,
        1,
        Map.of("k", "3"),
        new PictureAttack.Judged("neon", "judge", 0.5, "DDIM", "cases", "tuning"),
        subject,
        reference,
        List.of());
  }

  private static List<GridCell> cells() {
    PictureAttack weak = attack("attack.weak", side(0, 0, 1), Optional.of(side(0, 0, 1)));
    PictureAttack strong = attack("attack.strong", side(2, 1, 0), Optional.of(side(0, 0, 0)));
    PictureAttack own = attack("attack.weak", side(0, 0, 1), Optional.empty());
    return List.of(
        cell("none", 0, List.of(score("image.ua", 0.05), lack("image.ira")), List.of()),
        cell("exact.retrain", 1, List.of(score("image.ua", 0.95)), List.of(own)),
        cell(
            "image.esd",
            1,
            List.of(score("image.ua", 0.7), damage(0.2, 0.1)),
            List.of(weak, strong)),
        cell("image.esd", 2, List.of(score("image.ua", 0.8), damage(0.4, 0)), List.of()),
        cell("image.esd", 3, List.of(score("image.ua", 0.9), damage(0.6, -0.1)), List.of()),
        cell("image.uce", 1, List.of(score("image.ua", 0.5)), List.of()),
        cell("image.uce", 2, List.of(score("image.ua", 0.5)), List.of()));
  }

  private static String line(String markdown, String start) {
    return markdown.lines().filter(l -> l.startsWith(start)).findFirst().orElseThrow();
  }

  /**
   * 0.7, 0.8 and 0.9 have mean 0.8 and s = 0.1; t(2) at 95 % is 4.3027, so that the half is 4.3027
   * x 0.1 / √3 = 0.2484. Neighbour fish: 0.2, 0.4, 0.6, twice that; flat: 0.1, 0, -0.1, that and
   * mean 0.
   */
  @Test
  void table_ofThreeSeeds_hasStudentsInterval() {
    GridReport report = new GridReport(cells(), WORTH);
    String table = report.markdown();
    assertThat(line(table, "| image.esd | approximate | 3 | 0.800 ± 0.248 |")).isNotEmpty();
    assertThat(line(table, "| object fish")).isEqualTo("| object fish | 0.400 ± 0.497 |");
    assertThat(line(table, "| style flat")).isEqualTo("| style flat | 0.000 ± 0.248 |");
    OverSeeds over = OverSeeds.of(new double[] {0.7, 0.8, 0.9}, 3).orElseThrow();
    assertThat(over.interval().orElseThrow().low()).isCloseTo(0.5516, within(1e-4));
    assertThat(over.interval().orElseThrow().high()).isCloseTo(1.0484, within(1e-4));
  }

  /** One seed has no interval, nor have two seeds of a closed form, which make one model. */
  @Test
  void table_withoutAnInterval_saysWhy() {
    String table = new GridReport(cells(), WORTH).markdown();
    assertThat(line(table, "| none | -"))
        .startsWith("| none | - | - | 0.050 (one seed) | not attacked | not measured |");
    assertThat(line(table, "| image.uce | approximate"))
        .startsWith("| image.uce | approximate | 2 | 0.500 (2 seeds, one model) | not attacked |");
    assertThat(OverSeeds.of(new double[0], 0)).isEmpty();
  }

  /**
   * Strong: seen in 2, 1 and 0 of 2, so that UA is 0, 0.5 and 1: mean 0.5, s = 0.5, half 4.3027 x
   * 0.5 / √3 = 1.2421; of the retrained model 1, the lead 0.5. Weak: 1, 1, 0.5 of both: 5/6, s =
   * 0.2887, half 0.7171, and no lead.
   */
  @Test
  void table_ofAttacks_hasAllOfThem_andTheStrongestBesideUa() {
    String table = new GridReport(cells(), WORTH).markdown();
    assertThat(line(table, "| image.esd | attack.strong"))
        .isEqualTo(
            "| image.esd | attack.strong | {k=3} | 1.000 | 0.500 ± 1.242 | 1.000 ± 0.000 | 0.500"
                + " |");
    assertThat(line(table, "| image.esd | attack.weak"))
        .isEqualTo(
            "| image.esd | attack.weak | {k=3} | 1.000 | 0.833 ± 0.717 | 0.833 ± 0.717 | 0.000 |");
    assertThat(line(table, "| image.esd | approximate"))
        .contains("| 0.800 ± 0.248 | 0.500 ± 1.242, attack.strong |");
    assertThat(line(table, "| exact.retrain | attack.weak"))
        .endsWith("| 0.833 ± 0.717 | not measured | not measured |");
    assertThat(line(table, "| image.uce | not attacked")).isNotEmpty();
  }

  /** 19 of 20 objects: Wilson's interval is 76.4 to 99.1 %, 20 of 20 styles: 83.9 to 100 %. */
  @Test
  void table_beginsWithTheJudgesErrors_andSaysWhetherThereIsAFloor() {
    String table = new GridReport(cells(), WORTH).markdown();
    assertThat(table)
        .contains("tells the object of 19 of 20 held-out drawings: 95.0 % (76.4 to 99.1)")
        .contains("tells the style of 20 of 20 held-out drawings: 100.0 % (83.9 to 100.0)")
        .contains("fish          90.00 %  cup 1")
        .contains("to the retrained model: not measured, as no second retraining");
    List<GridCell> more = new ArrayList<>(cells());
    more.add(
        cell(
            "exact.retrain-again", 1, List.of(score("image.retrained-distance", 0.04)), List.of()));
    assertThat(new GridReport(more, WORTH).markdown())
        .contains("Floor of the distance to the retrained model: 0.040, which");
  }

  @Test
  void csv_hasEveryScoreAttackAndNeighbour_withIntervals() throws Exception {
    new GridReport(cells(), WORTH).write(folder);
    List<String> csv = Files.readAllLines(folder.resolve("grid.csv"));
    assertThat(csv)
        .contains(
            "style:neon,image.esd,1,image.esd1,image.ua,0.7,0.35,0.7,20,3,"
                + "\"Wilson's, over pictures\"",
            "style:neon,none,0,none0,image.ira,,,,0,0,\"there is none\"",
            "style:neon,image.esd,2,image.esd2,attacks,,,,,,\"not attacked\"")
        .anyMatch(l -> l.startsWith("style:neon,image.esd,all,,image.ua,0.7999"))
        .anyMatch(l -> l.startsWith("style:neon,image.esd,1,image.esd1,attack.strong lead,0.5,"))
        .anyMatch(l -> l.contains("esd3,image.neighbour-damage of object fish,0.6,,,,,"))
        .anyMatch(l -> l.contains("image.uce,all,,image.ua,0.5,,,,2,\"no interval: 2 seeds"));
    for (String line : csv) {
      assertThat(line.replaceAll("\"[^\"]*\"", "").chars().filter(c -> c == ',')).hasSize(10);
    }
  }
}
