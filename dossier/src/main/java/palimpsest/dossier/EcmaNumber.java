package palimpsest.dossier;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;

/**
 * A double as ECMAScript writes it: the fewest digits that read back as the same double, of those
 * the nearest to it.
 *
 * <p>Own code, since {@link Double#toString(double)} of Java 17 sometimes gives a digit too many
 * (JDK-4511638, repaired in 19).
 *
 * @see <a href="https://tc39.es/ecma262/#sec-numeric-types-number-tostring">ECMA-262,
 *     Number::toString</a>
 */
final class EcmaNumber {
  private static final List<RoundingMode> NEAREST_FIRST =
      List.of(RoundingMode.HALF_EVEN, RoundingMode.DOWN, RoundingMode.UP);

  private EcmaNumber() {}

  static String of(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("JSON has no number " + value);
    }
    if (value == 0) {
      return "0"; // -0 too
    }
    if (value == Math.rint(value) && Math.abs(value) < 1L << 53) {
      return Long.toString((long) value);
    }
    BigDecimal shortest = shortest(Math.abs(value));
    String digits = shortest.unscaledValue().toString();
    int point = digits.length() - shortest.scale(); // value = 0.digits * 10^point
    return (value < 0 ? "-" : "") + format(digits, point);
  }

  private static String format(String digits, int point) {
    int k = digits.length();
    if (k <= point && point <= 21) {
      return digits + "0".repeat(point - k);
    }
    if (0 < point && point <= 21) {
      return digits.substring(0, point) + "." + digits.substring(point);
    }
    if (-6 < point && point <= 0) {
      return "0." + "0".repeat(-point) + digits;
    }
    int exponent = point - 1;
    String mantissa = k == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
    return mantissa + "e" + (exponent < 0 ? "-" : "+") + Math.abs(exponent);
  }

  /** Without trailing zeros; one digit fewer at a time, as long as that reads back the same. */
  private static BigDecimal shortest(double value) {
    BigDecimal exact = new BigDecimal(value);
    int precision = new BigDecimal(Double.toString(value)).stripTrailingZeros().precision();
    BigDecimal best = rounded(exact, precision, value);
    while (precision > 1) {
      BigDecimal shorter = rounded(exact, --precision, value);
      if (shorter == null) {
        break;
      }
      best = shorter;
    }
    if (best == null) {
      throw new IllegalStateException("no decimal reads back as " + value);
    }
    return best.stripTrailingZeros();
  }

  /** The nearest decimal of so many digits that reads back as {@code value}, if there is one. */
  private static @org.jspecify.annotations.Nullable BigDecimal rounded(
      BigDecimal exact, int precision, double value) {
    for (RoundingMode mode : NEAREST_FIRST) {
      BigDecimal candidate = exact.round(new MathContext(precision, mode));
      if (candidate.doubleValue() == value) {
        return candidate;
      }
    }
    return null;
  }
}
