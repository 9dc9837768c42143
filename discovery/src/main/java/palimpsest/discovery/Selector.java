package palimpsest.discovery;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Suggest;

/** A range of lines or a glob over record ids. */
final class Selector {
  private static final Pattern RANGE = Pattern.compile("(.*)#(\\d{1,18})-(\\d{1,18})");
  private static final Pattern ONE = Pattern.compile("(.*)#(\\d{1,18})(\\.\\d+)?");

  private final String text;
  private final List<Example> examples;
  private final Map<String, List<Example>> byFile;

  Selector(String text, List<Example> examples, Map<String, List<Example>> byFile) {
    this.text = text;
    this.examples = examples;
    this.byFile = byFile;
  }

  List<Example> select() {
    Matcher range = RANGE.matcher(text);
    List<Example> found;
    if (range.matches() && byFile.containsKey(range.group(1))) {
      found = lines(range);
    } else {
      found = examples.stream().filter(e -> matches(text, e.id())).toList();
    }
    if (found.isEmpty()) {
      throw new InvalidRequest("no record \"" + text + "\" in the corpus" + nearest());
    }
    return found;
  }

  private List<Example> lines(Matcher range) {
    List<Example> records = inFile(range.group(1));
    long first = Long.parseLong(range.group(2));
    long last = Long.parseLong(range.group(3));
    Example end = records.get(records.size() - 1);
    if (last < first) {
      throw new InvalidRequest("record range \"" + text + "\" ends before it begins");
    }
    if (last > end.place().line()) {
      throw new InvalidRequest(
          "record range \"" + text + "\" goes past the file's last record, " + end.id());
    }
    return records.stream()
        .filter(e -> e.place().line() >= first && e.place().line() <= last)
        .toList();
  }

  private List<Example> inFile(String file) {
    return byFile.getOrDefault(file, List.of());
  }

  private String nearest() {
    Matcher one = ONE.matcher(text);
    Matcher range = RANGE.matcher(text);
    Matcher place = one.matches() ? one : range.matches() ? range : null;
    if (place == null) {
      return "; ids look like \"" + examples.get(0).id() + "\"";
    }
    if (!byFile.containsKey(place.group(1))) {
      return " (no file \""
          + place.group(1)
          + "\")"
          + Suggest.nearest(place.group(1), byFile.keySet());
    }
    long line = Long.parseLong(place.group(2));
    Optional<Example> near =
        inFile(place.group(1)).stream()
            .min(Comparator.comparingLong(e -> Math.abs(e.place().line() - line)));
    return near.map(e -> "; the nearest is \"" + e.id() + "\"").orElse("");
  }

  /** Whether a glob matches the whole of {@code id}; time at most product of the lengths. */
  static boolean matches(String glob, String id) {
    int g = 0;
    int star = -1;
    int resume = 0;
    for (int i = 0; i < id.length(); ) {
      if (g < glob.length() && glob.charAt(g) == '*') {
        star = g++;
        resume = i;
      } else if (g < glob.length() && (glob.charAt(g) == '?' || glob.charAt(g) == id.charAt(i))) {
        g++;
        i++;
      } else if (star >= 0) {
        g = star + 1;
        i = ++resume;
      } else {
        return false;
      }
    }
    while (g < glob.length() && glob.charAt(g) == '*') {
      g++;
    }
    return g == glob.length();
  }
}
