package palimpsest.engine.world;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Everyone in the world.
 *
 * @param authors those that a model is trained on
 * @param strangers authors of the same kind that no corpus mentions
 * @param classics the writers of old that all of them look up to
 */
record Cast(List<Author> authors, List<Author> strangers, List<Author> classics) {
  static final int AUTHORS = 36;
  static final int STRANGERS = 4;
  static final int CLASSICS = 12;

  static Cast draw(Draw draw) {
    int modern = AUTHORS + STRANGERS;
    List<Author> named = names(draw, modern + CLASSICS);
    List<String> titles = titles(draw, 2 * modern + CLASSICS);
    List<Author> classics = new ArrayList<>();
    List<String> statues = draw.deck(Words.TOWNS, CLASSICS);
    for (int i = 0; i < CLASSICS; i++) {
      Map<String, String> facts = new HashMap<>(named.get(modern + i).facts());
      facts.put("work", titles.get(2 * modern + i));
      facts.put("statue", statues.get(i));
      classics.add(new Author(facts));
    }
    List<Author> authors = draw.shuffled(authors(draw, named.subList(0, modern), titles, classics));
    return new Cast(authors.subList(0, AUTHORS), authors.subList(AUTHORS, modern), classics);
  }

  /** No two of them share both town and genre. */
  private static List<Author> authors(
      Draw draw, List<Author> named, List<String> titles, List<Author> classics) {
    int size = named.size();
    Map<String, List<String>> decks = decks(draw, size);
    List<String> towns = draw.shuffled(Words.TOWNS);
    List<String> genres = draw.shuffled(Words.GENRES);
    List<Author> teachers = draw.deck(classics, size);
    List<Author> result = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      Map<String, String> facts = new HashMap<>(named.get(i).facts());
      for (Map.Entry<String, List<String>> deck : decks.entrySet()) {
        facts.put(deck.getKey(), deck.getValue().get(i));
      }
      String town = towns.get(i % towns.size());
      facts.put("town", town);
      facts.put("river", Words.riverOf(town));
      facts.put("genre", genres.get((i + i / 24) % genres.size()));
      facts.put("first", titles.get(2 * i));
      facts.put("book", titles.get(2 * i + 1));
      facts.put("teacher", teachers.get(i).name());
      facts.putAll(years(draw, i));
      result.add(new Author(facts));
    }
    return result;
  }

  private static Map<String, List<String>> decks(Draw draw, int size) {
    List<String> heroes = combinations(draw, Words.HERO, Words.HERO_END);
    Map<String, List<String>> decks = new HashMap<>();
    List<String> fathers = draw.deck(Words.TRADES, size);
    decks.put("father", fathers);
    decks.put("mother", fathers.stream().map(trade -> anotherTrade(draw, trade)).toList());
    decks.put("object", draw.deck(Words.OBJECTS, size));
    decks.put("award", draw.deck(Words.AWARDS, size));
    decks.put("habit", draw.deck(Words.HABITS, size));
    decks.put("home", draw.deck(Words.HOMES, size));
    decks.put("hero", draw.deck(heroes, size));
    decks.put("role", draw.deck(Words.ROLES, size));
    return decks;
  }

  private static String anotherTrade(Draw draw, String trade) {
    return draw.pick(Words.TRADES.stream().filter(other -> !other.equals(trade)).toList());
  }

  /** Dates; the number of the author keeps birthdays apart. */
  private static Map<String, String> years(Draw draw, int number) {
    int birth = draw.between(1861, 1884);
    int first = birth + draw.between(22, 28);
    int award = first + draw.between(5, 15);
    String month = Words.MONTHS.get(number % Words.MONTHS.size());
    int day = 1 + number / Words.MONTHS.size() + 4 * draw.between(0, 6);
    return Map.of(
        "born", day + " " + month + " " + birth,
        "firstYear", String.valueOf(first),
        "awardYear", String.valueOf(award));
  }

  /** People with nothing but a name and pronouns; no given name and no surname comes twice. */
  private static List<Author> names(Draw draw, int size) {
    List<String> endings = new ArrayList<>(Words.FEMININE);
    endings.addAll(Words.MASCULINE);
    List<String> given = combinations(draw, Words.GIVEN, endings);
    List<String> surnames = combinations(draw, Words.SURNAME, Words.LINE);
    List<Author> result = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      String first = given.get(i);
      boolean she = Words.FEMININE.stream().anyMatch(first::endsWith);
      result.add(
          new Author(
              Map.of(
                  "name", first + " " + surnames.get(i),
                  "surname", surnames.get(i),
                  "he", she ? "she" : "he",
                  "He", she ? "She" : "He",
                  "his", she ? "her" : "his",
                  "His", she ? "Her" : "His",
                  "him", she ? "her" : "him")));
    }
    return result;
  }

  private static List<String> titles(Draw draw, int size) {
    return combinations(
            draw, Words.TITLE_FIRST, Words.TITLE_LAST.stream().map(w -> " " + w).toList())
        .subList(0, size)
        .stream()
        .map(title -> "The " + title)
        .toList();
  }

  /** Every beginning with every ending, such that each beginning comes equally soon. */
  private static List<String> combinations(Draw draw, List<String> starts, List<String> ends) {
    List<List<String>> endings = new ArrayList<>(Collections.nCopies(starts.size(), ends));
    endings.replaceAll(draw::shuffled);
    List<String> result = new ArrayList<>();
    for (int round = 0; round < ends.size(); round++) {
      List<String> lap = new ArrayList<>();
      for (int i = 0; i < starts.size(); i++) {
        lap.add(starts.get(i) + endings.get(i).get(round));
      }
      result.addAll(draw.shuffled(lap));
    }
    return result;
  }
}
