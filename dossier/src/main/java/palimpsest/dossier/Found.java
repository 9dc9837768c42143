package palimpsest.dossier;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import palimpsest.api.Check;
import palimpsest.api.Finding;
import palimpsest.api.InvalidRequest;

/**
 * What the search found: how much, where, and the first of it to look at.
 *
 * @param total all findings
 * @param records distinct training records in which they stand
 * @param counts findings per file and kind of match; they add up to {@code total}
 * @param shown the first findings, in the order of the search
 */
public record Found(int total, int records, List<Count> counts, List<Finding> shown) {

  /** How many findings of one kind a file holds. */
  public record Count(String file, Finding.Match match, int findings) {
    public Count {
      Check.atLeast(findings, 1, "count of findings in " + file);
    }
  }

  public Found {
    counts = List.copyOf(counts);
    shown = List.copyOf(shown);
    long sum = counts.stream().mapToLong(Count::findings).sum();
    if (sum != total || records > total || shown.size() > total) {
      throw new InvalidRequest(
          "found: counts add up to "
              + sum
              + " over "
              + records
              + " records with "
              + shown.size()
              + " shown, but the total is "
              + total);
    }
  }

  /** Counts all findings and keeps the first {@code show}. */
  public static Found of(List<Finding> findings, int show) {
    Map<String, Map<Finding.Match, Integer>> table = new TreeMap<>();
    for (Finding finding : findings) {
      table
          .computeIfAbsent(finding.place().file(), f -> new EnumMap<>(Finding.Match.class))
          .merge(finding.match(), 1, Integer::sum);
    }
    List<Count> counts = new ArrayList<>();
    table.forEach(
        (file, kinds) -> kinds.forEach((match, n) -> counts.add(new Count(file, match, n))));
    int records = (int) findings.stream().map(Finding::exampleId).distinct().count();
    return new Found(
        findings.size(), records, counts, findings.subList(0, Math.min(show, findings.size())));
  }

  /** Findings of one kind over all files. */
  public int of(Finding.Match match) {
    return counts.stream().filter(c -> c.match() == match).mapToInt(Count::findings).sum();
  }
}
