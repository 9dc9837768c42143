package palimpsest.discovery;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Place;

/** The fields of one JSON record, and which of the known formats they make. */
final class RecordFields {
  static final String PERTURBED = "perturbed_answer";

  private enum Format {
    TOFU("question", "answer"),
    PROMPT("prompt", "completion"),
    INPUT("input", "output"),
    TEXT("", "text");

    final String given;
    final String learned;

    Format(String given, String learned) {
      this.given = given;
      this.learned = learned;
    }

    @Override
    public String toString() {
      return given.isEmpty() ? "{" + learned + "}" : "{" + given + ", " + learned + "}";
    }
  }

  private static final Set<String> PROBES =
      Set.of("paraphrased_question", "paraphrased_answer", PERTURBED);

  private final String where;
  private final Map<String, String> texts = new LinkedHashMap<>();
  private final Map<String, String> wrong = new LinkedHashMap<>();
  private List<String> perturbed = List.of();

  RecordFields(String where) {
    this.where = where;
  }

  void put(String key, String value) {
    texts.put(key, value);
  }

  /** A value that is no string: of interest only where the key turns out to matter. */
  void wrong(String key, String type) {
    wrong.put(key, type);
  }

  void perturbed(List<String> answers) {
    perturbed = answers;
  }

  void send(Place place, RecordSink sink) {
    Format format = format();
    String prompt = format == Format.TEXT ? "" : text(format.given);
    String completion = text(format.learned);
    sink.accept(place, prompt, completion, format == Format.TOFU ? probe() : Example.Probe.NONE);
  }

  private Format format() {
    List<Format> begun = new ArrayList<>();
    List<Format> whole = new ArrayList<>();
    for (Format f : Format.values()) {
      boolean given = f == Format.TEXT || has(f.given);
      boolean learned = has(f.learned);
      if (given && learned) {
        whole.add(f);
      } else if (f == Format.TEXT ? learned : given || learned) {
        begun.add(f);
      }
    }
    if (whole.size() > 1) {
      throw error("record fits both " + whole.get(0) + " and " + whole.get(1) + ": keep one");
    }
    if (whole.size() == 1) {
      return whole.get(0);
    }
    if (!begun.isEmpty()) {
      Format f = begun.get(0);
      String lacking = has(f.given) ? f.learned : f.given;
      String there = has(f.given) ? f.given : f.learned;
      throw error("record has \"" + there + "\" but no \"" + lacking + "\"");
    }
    throw error(
        "record fits no format: wanted {question, answer}, {prompt, completion},"
            + " {input, output} or {text}, got keys "
            + shown(keys()));
  }

  private List<String> keys() {
    List<String> keys = new ArrayList<>(texts.keySet());
    keys.addAll(wrong.keySet());
    return keys;
  }

  private static String shown(List<String> keys) {
    List<String> first = new ArrayList<>();
    for (String key : keys.subList(0, Math.min(8, keys.size()))) {
      first.add(Excerpt.line(key, 40));
    }
    return first + (keys.size() > 8 ? " and " + (keys.size() - 8) + " more" : "");
  }

  private boolean has(String key) {
    return texts.containsKey(key) || wrong.containsKey(key);
  }

  private String text(String key) {
    String value = optional(key);
    if (value == null) {
      throw error("\"" + key + "\" must be a string, got " + wrong.get(key));
    }
    return value;
  }

  private @Nullable String optional(String key) {
    String value = texts.get(key);
    if (value != null && !wellFormed(value)) {
      throw error("\"" + key + "\" holds half a surrogate pair: no Unicode text");
    }
    return value;
  }

  private Example.Probe probe() {
    for (String key : PROBES) {
      String type = wrong.get(key);
      if (type != null && !type.equals("null")) {
        throw error("\"" + key + "\" must be a string, got " + type);
      }
    }
    String single = optional(PERTURBED);
    for (String answer : perturbed) {
      if (!wellFormed(answer)) {
        throw error("\"" + PERTURBED + "\" holds half a surrogate pair: no Unicode text");
      }
    }
    return new Example.Probe(
        optional("paraphrased_question"),
        optional("paraphrased_answer"),
        single == null ? perturbed : List.of(single));
  }

  private static boolean wellFormed(String s) {
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      if (Character.isSurrogate(c)) {
        if (Character.isLowSurrogate(c)
            || i + 1 == s.length()
            || !Character.isLowSurrogate(s.charAt(++i))) {
          return false;
        }
      }
    }
    return true;
  }

  private InvalidRequest error(String what) {
    return new InvalidRequest(where + ": " + what);
  }
}
