package palimpsest.discovery;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Target;

/** What a request asks to search for, in the words of one vocabulary. */
final class Query {
  /** From so many words on a prompt is a text of its own, below it a question. */
  static final int CONTEXT_WORDS = 32;

  /** How a record's short text must stand out: surprise at least this by ln(N + 1). */
  private static final double RARITY = 1.5;

  private static final int RARE_WORDS = 3;

  final Vocabulary vocabulary = new Vocabulary();
  final List<Passage> names = new ArrayList<>();
  final List<Passage> passages = new ArrayList<>();

  /** The listed records by id. */
  final Map<String, Example> listed = new LinkedHashMap<>();

  /** Words of the request's names that stand in a listed record, by its id. */
  private final Map<String, Set<Integer>> namedIn = new HashMap<>();

  private final FoldedText reader = new FoldedText();

  Query(Target target, Corpus corpus) {
    for (String name : target.names()) {
      names.add(searchable("name:" + name, name));
    }
    int number = 1;
    for (String text : target.texts()) {
      passages.add(searchable("text:" + number++, text));
    }
    for (String selector : target.records()) {
      corpus.select(selector).forEach(e -> listed.put(e.id(), e));
    }
    listed.values().forEach(this::addRecord);
  }

  private Passage searchable(String name, String text) {
    Passage passage = Passage.of(name, text, null, reader, vocabulary);
    if (passage.length() == 0) {
      throw new InvalidRequest(
          "target \"" + Excerpt.line(text, 60) + "\" has no letter or digit to search for");
    }
    return passage;
  }

  private void addRecord(Example e) {
    String name = "record:" + e.id();
    Passage completion = Passage.of(name, e.completion(), e, reader, vocabulary);
    if (completion.length() > 0) {
      passages.add(completion);
    }
    Passage prompt = Passage.of(name, e.prompt(), e, reader, vocabulary);
    if (prompt.length() >= CONTEXT_WORDS) {
      passages.add(prompt);
    }
    Set<Integer> words = new HashSet<>();
    IntStream.concat(IntStream.of(prompt.words()), IntStream.of(completion.words()))
        .forEach(words::add);
    Set<Integer> called = new HashSet<>();
    for (Passage each : names) {
      if (IntStream.of(each.words()).allMatch(words::contains)) {
        IntStream.of(each.words()).forEach(called::add);
      }
    }
    namedIn.put(e.id(), called);
  }

  /** Words of the requested names by which a listed record calls its subject; possibly none. */
  Set<Integer> named(Example listedRecord) {
    return namedIn.getOrDefault(listedRecord.id(), Set.of());
  }

  /**
   * Whether an occurrence counts by itself: anything that the request says itself, and of a listed
   * record's texts those of {@code minWords} words or of three rare ones.
   */
  boolean tells(Passage p, int minWords) {
    if (p.source() == null || p.length() >= minWords) {
      return true;
    }
    return p.length() >= RARE_WORDS
        && p.surprise(vocabulary) >= RARITY * Math.log(vocabulary.records() + 1.0);
  }
}
