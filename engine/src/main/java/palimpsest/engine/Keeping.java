package palimpsest.engine;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.train.Course;
import palimpsest.torch.train.Placement;

/**
 * How many checkpoints of a training stay for replays: as many as were asked for and as surely fit;
 * none where neither is given.
 *
 * @param checkpoints at most
 * @param bytes that they may take together
 */
public record Keeping(OptionalInt checkpoints, OptionalLong bytes) {
  /** No checkpoint stays. */
  public static final Keeping NONE = of(0);

  private static final Pattern SIZE = Pattern.compile("(\\d{1,15}(?:\\.\\d{1,6})?)([KMGT]?)B?");
  private static final int LISTED = 16;

  public Keeping {
    checkpoints.ifPresent(n -> Check.atLeast(n, 0, "kept checkpoints"));
    bytes.ifPresent(n -> Check.atLeast(n, 0, "bytes of kept checkpoints"));
  }

  /** At most so many, whatever they take. */
  public static Keeping of(int checkpoints) {
    return new Keeping(OptionalInt.of(checkpoints), OptionalLong.empty());
  }

  /**
   * Reads a number of bytes such as {@code 500M} or {@code 1.5G}; a K is 1000.
   *
   * @throws InvalidRequest if it is none
   */
  public static long bytes(String text) {
    Matcher size = SIZE.matcher(text.strip().toUpperCase(Locale.ROOT));
    if (!size.matches()) {
      throw new InvalidRequest("wanted a size in bytes such as 500M or 1.5G, got \"" + text + "\"");
    }
    int thousands = " KMGT".indexOf(size.group(2).isEmpty() ? ' ' : size.group(2).charAt(0));
    BigDecimal bytes = new BigDecimal(size.group(1)).scaleByPowerOfTen(3 * thousands);
    if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new InvalidRequest("wanted a size below 9000000T, got \"" + text + "\"");
    }
    return bytes.longValue();
  }

  /**
   * How many that is.
   *
   * @param each bytes that one takes at most
   * @throws InvalidRequest if not even one fits
   */
  int count(long each) {
    int wanted = checkpoints.orElse(bytes.isPresent() ? Integer.MAX_VALUE : 0);
    long fit = bytes.isPresent() ? bytes.getAsLong() / each : wanted;
    if (wanted > 0 && fit < 1) {
      throw new InvalidRequest(
          String.format(
              Locale.ROOT,
              "no checkpoint fits into %,d bytes: one takes up to %,d; give as many or more",
              bytes.orElse(0),
              each));
    }
    return (int) Math.min(wanted, fit);
  }

  /**
   * The steps of a run to come whose checkpoints stay, which a person is told.
   *
   * @param examples in the run's data
   * @param each bytes that a checkpoint takes at most
   * @throws InvalidRequest if not even one fits
   */
  public NavigableSet<Integer> steps(Course course, int examples, long each, Console console) {
    Placement placement = new Placement(course.steps(), Placement.firstTouches(course, examples));
    NavigableSet<Integer> kept = placement.best(count(each));
    lines(placement, kept, each).forEach(console::say);
    return kept;
  }

  /** What a person is told before the first step; nothing where none is kept. */
  List<String> lines(Placement placement, NavigableSet<Integer> kept, long each) {
    if (kept.isEmpty()) {
      return List.of();
    }
    double cost = placement.cost(kept);
    return List.of(
        String.format(
            Locale.ROOT,
            "Keeping %d checkpoint%s for replays, after step%s %s: at most %,d bytes",
            kept.size(),
            kept.size() == 1 ? "" : "s",
            kept.size() == 1 ? "" : "s",
            list(kept),
            kept.size() * each),
        String.format(
            Locale.ROOT,
            "A replay without one record, each as likely, takes %.1f of %d steps on average (%.1f"
                + " %%)",
            cost,
            placement.steps(),
            100 * cost / placement.steps()));
  }

  private static String list(NavigableSet<Integer> kept) {
    String some =
        kept.stream().limit(LISTED).map(String::valueOf).collect(Collectors.joining(", "));
    return kept.size() > LISTED ? some + ", ..., " + kept.last() : some;
  }
}
