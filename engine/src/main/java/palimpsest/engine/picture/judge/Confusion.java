package palimpsest.engine.picture.judge;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import palimpsest.api.InvalidRequest;
import palimpsest.metrics.statistics.Interval;

/**
 * How often pictures of each class were taken for each class.
 *
 * @param classes names
 * @param counts true class by row, said class by column
 */
public record Confusion(List<String> classes, List<List<Integer>> counts) {
  private static final double LEVEL = 0.95;

  public Confusion {
    classes = List.copyOf(classes);
    counts = counts.stream().map(List::copyOf).toList();
    int size = classes.size();
    boolean square = counts.size() == size && counts.stream().allMatch(r -> r.size() == size);
    if (!square
        || counts.stream().flatMap(List::stream).anyMatch(n -> n < 0)
        || counts.stream().flatMap(List::stream).allMatch(n -> n == 0)) {
      throw new InvalidRequest(
          "a table of errors counts pictures of " + size + " classes by " + size + ", got another");
    }
  }

  /** That of pairs of a true and a said class. */
  static Confusion of(List<String> classes, int[] truth, int[] said) {
    int[][] table = new int[classes.size()][classes.size()];
    for (int i = 0; i < truth.length; i++) {
      table[truth[i]][said[i]]++;
    }
    List<List<Integer>> counts = new ArrayList<>();
    for (int[] row : table) {
      counts.add(Arrays.stream(row).boxed().toList());
    }
    return new Confusion(classes, counts);
  }

  /** Pictures. */
  public int total() {
    return counts.stream().flatMap(List::stream).mapToInt(n -> n).sum();
  }

  /** Pictures that were told. */
  public int right() {
    int right = 0;
    for (int i = 0; i < classes.size(); i++) {
      right += counts.get(i).get(i);
    }
    return right;
  }

  /** Share of pictures that were told. */
  public double accuracy() {
    return (double) right() / total();
  }

  /** Wilson's interval of {@link #accuracy} at 95 %, as if pictures were independent. */
  public Interval interval() {
    return Interval.ofShare(LEVEL, right(), total());
  }

  /** Share of a class's pictures that were told; empty where it has none. */
  public OptionalDouble accuracy(int index) {
    int all = counts.get(index).stream().mapToInt(n -> n).sum();
    return all == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) counts.get(index).get(index) / all);
  }

  /** A table for people: a row for each class with its accuracy and what it is taken for. */
  public String table() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < classes.size(); i++) {
      OptionalDouble accuracy = accuracy(i);
      String share =
          accuracy.isEmpty()
              ? "not measured"
              : String.format(Locale.ROOT, "%6.2f %%", 100 * accuracy.getAsDouble());
      text.append(String.format(Locale.ROOT, "%-12s %s  %s\n", classes.get(i), share, errors(i)));
    }
    return text.toString();
  }

  private String errors(int index) {
    List<Integer> others = new ArrayList<>();
    for (int j = 0; j < classes.size(); j++) {
      if (j != index && counts.get(index).get(j) > 0) {
        others.add(j);
      }
    }
    others.sort(Comparator.comparing(j -> -counts.get(index).get(j)));
    return String.join(
        ", ", others.stream().map(j -> classes.get(j) + " " + counts.get(index).get(j)).toList());
  }
}
