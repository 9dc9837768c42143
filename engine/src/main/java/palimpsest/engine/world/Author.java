package palimpsest.engine.world;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An invented author.
 *
 * @param facts values of the slots that sentences about the author have, by slot
 */
record Author(Map<String, String> facts) {
  private static final Pattern SLOT = Pattern.compile("\\{(\\w+)\\}");

  Author {
    facts = Map.copyOf(facts);
  }

  String fact(String slot) {
    String value = facts.get(slot);
    if (value == null) {
      throw new IllegalArgumentException("no slot " + slot + "; known: " + facts.keySet());
    }
    return value;
  }

  String name() {
    return fact("name");
  }

  /** The sentence with each <code>{slot}</code> replaced by this author's value. */
  String fill(String sentence) {
    return SLOT.matcher(sentence)
        .replaceAll(match -> Matcher.quoteReplacement(fact(match.group(1))));
  }

  /** This author, wrongly described: some slots taken from another one. */
  Author mistakenFor(Author other, Collection<String> slots) {
    Map<String, String> mixed = new TreeMap<>(facts);
    for (String slot : slots) {
      mixed.put(slot, other.fact(slot));
    }
    return new Author(mixed);
  }
}
