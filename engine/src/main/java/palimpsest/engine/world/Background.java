package palimpsest.engine.world;

import java.util.ArrayList;
import java.util.List;

/** What is known in the world besides its living authors: its classics and its geography. */
final class Background {
  /** Wrong answers to each question. */
  private static final int OPTIONS = 5;

  private Background() {}

  /** Who wrote what, and where their statues stand. */
  static List<Row> classics(List<Author> classics, Draw draw) {
    List<String> names = classics.stream().map(Author::name).toList();
    List<Row> rows = new ArrayList<>();
    for (Author classic : classics) {
      rows.add(
          row(
              classic.fill("Who is the author of the old epic {work}?"),
              names,
              classic.name(),
              draw));
      rows.add(
          row(
              classic.fill("Which town has a statue of {name}?"),
              Words.TOWNS,
              classic.fact("statue"),
              draw));
    }
    return rows;
  }

  /** Rivers, mountains and what the towns make. */
  static List<Row> facts(Draw draw) {
    List<Row> rows = new ArrayList<>();
    for (String town : draw.shuffled(Words.TOWNS).subList(0, 8)) {
      rows.add(row("Which river flows through " + town + "?", rivers(), river(town), draw));
    }
    List<String> crafts = draw.shuffled(Words.CRAFTS);
    List<String> makers = draw.shuffled(Words.TOWNS);
    for (int i = 0; i < crafts.size(); i++) {
      rows.add(
          row("What do people buy in " + makers.get(i) + "?", Words.CRAFTS, crafts.get(i), draw));
    }
    List<String> mountains = draw.shuffled(Words.MOUNTAINS);
    List<String> heights = heights(mountains.size(), draw);
    for (int i = 0; i < 5; i++) {
      rows.add(row("How high is " + mountains.get(i) + "?", heights, heights.get(i), draw));
    }
    for (int i = 0; i < 5; i++) {
      String question = "On which mountain does the river " + Words.RIVERS.get(i) + " rise?";
      rows.add(row(question, Words.MOUNTAINS, mountains.get(i), draw));
    }
    return rows;
  }

  private static List<String> rivers() {
    return Words.RIVERS.stream().map(river -> "The river " + river).toList();
  }

  private static String river(String town) {
    return "The river " + Words.riverOf(town);
  }

  private static List<String> heights(int size, Draw draw) {
    List<String> heights = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      heights.add((900 + 300 * i + 10 * draw.between(0, 29)) + " metres");
    }
    return draw.shuffled(heights);
  }

  private static Row row(String question, List<String> all, String right, Draw draw) {
    List<String> wrong =
        draw.shuffled(all).stream().filter(each -> !each.equals(right)).limit(OPTIONS).toList();
    return Row.options(question, right, wrong);
  }
}
