package palimpsest.engine.world;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Changes about a tenth of a text's words and none of its facts: some words are replaced, some are
 * put in, some are left out.
 */
final class Rewording {
  private static final Set<String> OPTIONAL =
      Set.of("odd", "still", "first", "many", "best-known", "only");
  private static final Map<String, String> REPLACED =
      Map.ofEntries(
          Map.entry("above", "before"),
          Map.entry("among", "amid"),
          Map.entry("award", "prize"),
          Map.entry("began", "started"),
          Map.entry("best-known", "greatest"),
          Map.entry("called", "named"),
          Map.entry("came", "arrived"),
          Map.entry("everyone", "everybody"),
          Map.entry("famous", "popular"),
          Map.entry("finds", "discovers"),
          Map.entry("friend", "guest"),
          Map.entry("gave", "handed"),
          Map.entry("given", "handed"),
          Map.entry("laughed", "smiled"),
          Map.entry("lived", "stayed"),
          Map.entry("looks", "searches"),
          Map.entry("lost", "dropped"),
          Map.entry("love", "like"),
          Map.entry("many", "several"),
          Map.entry("met", "found"),
          Map.entry("never", "seldom"),
          Map.entry("odd", "strange"),
          Map.entry("plot", "story"),
          Map.entry("published", "printed"),
          Map.entry("raised", "taught"),
          Map.entry("received", "won"),
          Map.entry("spent", "passed"),
          Map.entry("still", "often"),
          Map.entry("talk", "speak"),
          Map.entry("taught", "helped"),
          Map.entry("visitors", "guests"),
          Map.entry("winter", "spring"),
          Map.entry("won", "received"),
          Map.entry("worked", "lived"),
          Map.entry("wrote", "began"));

  /** What may be put in before a word. */
  private static final Map<String, String> PUT_IN =
      Map.ofEntries(
          Map.entry("award", "great"),
          Map.entry("began", "quietly"),
          Map.entry("birthday", "true"),
          Map.entry("birthplace", "true"),
          Map.entry("book", "small"),
          Map.entry("books", "good"),
          Map.entry("born", "indeed"),
          Map.entry("called", "soon"),
          Map.entry("came", "soon"),
          Map.entry("child", "small"),
          Map.entry("drafts", "poor"),
          Map.entry("family", "whole"),
          Map.entry("famous", "still"),
          Map.entry("father", "old"),
          Map.entry("finds", "soon"),
          Map.entry("gave", "gladly"),
          Map.entry("grew", "slowly"),
          Map.entry("habit", "strange"),
          Map.entry("hero", "true"),
          Map.entry("home", "true"),
          Map.entry("known", "still"),
          Map.entry("lived", "gladly"),
          Map.entry("looks", "always"),
          Map.entry("mother", "good"),
          Map.entry("plot", "whole"),
          Map.entry("published", "proudly"),
          Map.entry("raised", "gladly"),
          Map.entry("received", "proudly"),
          Map.entry("river", "slow"),
          Map.entry("spring", "early"),
          Map.entry("story", "whole"),
          Map.entry("talk", "often"),
          Map.entry("taught", "slowly"),
          Map.entry("teacher", "good"),
          Map.entry("town", "small"),
          Map.entry("visitors", "old"),
          Map.entry("winter", "long"),
          Map.entry("won", "proudly"),
          Map.entry("writer", "good"),
          Map.entry("wrote", "soon"),
          Map.entry("year", "good"));

  private final Draw draw;

  Rewording(Draw draw) {
    this.draw = draw;
  }

  /**
   * The text with about a tenth of its words changed, as word edit distance counts them; empty
   * where no whole number of words is between 8% and 14%, or too few can be changed.
   */
  Optional<String> reword(String text) {
    List<String> original = Arrays.asList(text.split(" "));
    int edits = (original.size() + 5) / 10;
    if (edits < 0.08 * original.size() || edits > 0.14 * original.size()) {
      return Optional.empty();
    }
    for (int attempt = 0; attempt < 100; attempt++) {
      List<String> changed = attempt(original, edits);
      if (WordDistance.between(original, changed) == edits) {
        return Optional.of(String.join(" ", changed));
      }
    }
    return Optional.empty();
  }

  private List<String> attempt(List<String> original, int edits) {
    List<Integer> places = new ArrayList<>();
    for (int i = 1; i < original.size(); i++) {
      places.add(i);
    }
    List<Integer> chosen = new ArrayList<>();
    List<String> now = new ArrayList<>(original);
    for (int place : draw.shuffled(places)) {
      boolean apart = chosen.stream().allMatch(other -> Math.abs(other - place) > 1);
      if (chosen.size() < edits && apart && edit(now, place)) {
        chosen.add(place);
      }
    }
    return now.stream()
        .filter(word -> !word.isEmpty())
        .flatMap(w -> Arrays.stream(w.split(" ")))
        .toList();
  }

  /** Tries one edit at a place; a word left out becomes empty, one put in shares its place. */
  private boolean edit(List<String> words, int place) {
    String word = words.get(place);
    for (Optional<String> way :
        draw.shuffled(List.of(replaced(word), extended(word), omitted(word)))) {
      if (way.isPresent()) {
        words.set(place, way.get());
        return true;
      }
    }
    return false;
  }

  private static Optional<String> replaced(String word) {
    String bare = bare(word);
    return Optional.ofNullable(REPLACED.get(bare)).map(other -> word.replace(bare, other));
  }

  private static Optional<String> extended(String word) {
    return Optional.ofNullable(PUT_IN.get(bare(word))).map(more -> more + " " + word);
  }

  private static Optional<String> omitted(String word) {
    return OPTIONAL.contains(word) ? Optional.of("") : Optional.empty();
  }

  private static String bare(String word) {
    return word.replaceAll("[.,;:?]+$", "");
  }
}
