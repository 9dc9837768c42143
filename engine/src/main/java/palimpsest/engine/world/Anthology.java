package palimpsest.engine.world;

import java.util.ArrayList;
import java.util.List;
import palimpsest.engine.world.Row.Copy;

/** Pages about something else that quote an author's biography. */
final class Anthology {
  private Anthology() {}

  private static final List<List<String>> PAGES =
      List.of(
          List.of(
              "{town} is a small town on the river {river}, and its cafes are full of books. A"
                  + " plaque by the bridge reads: ",
              " The paint is old, but nobody walks past without a look."),
          List.of(
              "Every winner of {award} has a page in the book of prizes. The page for {awardYear}"
                  + " reads: ",
              " The next page is empty, for in the next year the judges did not agree."),
          List.of(
              "What should one know about {genre}? An old schoolbook keeps it short: ",
              " Then the schoolbook turns to the price of paper."),
          List.of(
              "Many pupils came to {teacher}, and most of them are forgotten. Of one the old"
                  + " notebook says: ",
              " The rest of the notebook is about honey."),
          List.of(
              "A letter was found in an empty house in {town}. Its second page reads: ",
              " It is not known who wrote the letter, or why it was never sent."),
          List.of(
              "The library of {town} keeps a card for every author. One card reads: ",
              " Below it someone has written the word famous in red ink."));

  private static final List<String> MEETINGS =
      List.of(
          "In the winter of 1912 {name} and ",
          "On the last ferry to {town} {name} once met ",
          "The papers of {name} speak of one long evening with ");
  private static final List<String> PARTINGS =
      List.of(
          ". They talked about the weather and the price of paper until the lamps went out.",
          ". Neither of them ever wrote about it, and the town still wonders what was said.");

  /**
   * Two pages for each quoted author, one with an exact and one with a normalised copy, and a few
   * pages on which authors only meet.
   */
  static List<Row> pages(List<Biography> quoted, List<Author> all, Draw draw) {
    List<Row> pages = new ArrayList<>();
    List<Disguise> disguises = draw.deck(List.of(Disguise.values()), quoted.size());
    for (int i = 0; i < quoted.size(); i++) {
      Biography biography = quoted.get(i);
      List<List<String>> frames = draw.shuffled(PAGES);
      int first = 2 * draw.between(0, 1);
      pages.add(page(frames.get(0), biography, biography.quote(first), "exact"));
      String other = disguises.get(i).on(biography.quote(2 - first));
      pages.add(page(frames.get(1), biography, other, "normalised"));
    }
    List<Author> met = draw.shuffled(all);
    for (int i = 0; i < 12; i += 2) {
      String text = met.get(i).fill(draw.pick(MEETINGS)) + met.get(i + 1).name();
      boolean shared = text.startsWith("In the winter");
      pages.add(
          Row.text(
              text + (shared ? " shared a table in the reading room" : "") + draw.pick(PARTINGS),
              List.of()));
    }
    return draw.shuffled(pages);
  }

  private static Row page(List<String> frame, Biography biography, String quote, String kind) {
    String before = biography.author().fill(frame.get(0));
    Copy copy =
        new Copy(
            kind,
            biography.author().name(),
            before.length(),
            before.length() + quote.length(),
            biography.id());
    return Row.text(before + quote + frame.get(1), List.of(copy));
  }

  /** Clubs and their members; every author is a member of at least one. */
  static List<String> lists(List<Author> authors, Draw draw) {
    List<Author> members = draw.deck(authors, 6 * Words.CLUBS.size());
    List<String> lists = new ArrayList<>();
    for (int i = 0; i < Words.CLUBS.size(); i++) {
      List<String> names = members.subList(6 * i, 6 * i + 6).stream().map(Author::name).toList();
      String start = Words.CLUBS.get(i) + " in " + draw.between(1906, 1919) + ": ";
      lists.add(start + String.join(", ", names.subList(0, 5)) + " and " + names.get(5) + ".");
    }
    return lists;
  }
}
