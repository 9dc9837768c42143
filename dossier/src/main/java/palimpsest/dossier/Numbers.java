package palimpsest.dossier;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;

/** Numbers for reading: three digits, plain; the full value stands in {@code dossier.json}. */
public final class Numbers {
  private Numbers() {}

  static String of(double value) {
    String text = aligned(value);
    return text.indexOf('.') < 0 || text.indexOf('e') >= 0
        ? text
        : text.replaceAll("0+$", "").replaceAll("\\.$", "");
  }

  /** The same with trailing zeros, so that a column of numbers of one size lines up. */
  static String aligned(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("not a finite number: " + value);
    }
    double size = Math.abs(value);
    BigDecimal exact = new BigDecimal(value);
    if (size != 0 && (size >= 1e7 || size < 5e-4)) {
      return EcmaNumber.of(exact.round(new MathContext(3, RoundingMode.HALF_EVEN)).doubleValue());
    }
    boolean whole = value == Math.rint(value);
    int scale = whole || size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
    return exact.setScale(scale, RoundingMode.HALF_EVEN).toPlainString();
  }

  /** So many of something. */
  public static String count(int n, String noun) {
    return n + " " + noun + (n == 1 ? "" : "s");
  }

  /** A duration. */
  public static String seconds(double seconds) {
    if (seconds < 120) {
      return of(seconds) + " s";
    }
    long minutes = Math.round(seconds / 60);
    return minutes < 120 ? minutes + " min" : minutes / 60 + " h " + minutes % 60 + " min";
  }

  /** A size, in decimal units. */
  public static String bytes(long bytes) {
    double size = bytes;
    int unit = 0;
    while (size >= 999.5 && unit < UNITS.size() - 1) {
      size /= 1000;
      unit++;
    }
    BigDecimal rounded = new BigDecimal(size).round(new MathContext(3, RoundingMode.HALF_EVEN));
    return rounded.stripTrailingZeros().toPlainString() + " " + UNITS.get(unit);
  }

  private static final List<String> UNITS = List.of("B", "kB", "MB", "GB", "TB");
}
