package palimpsest.dossier;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Numbers for reading: three digits, plain; the full value stands in {@code dossier.json}. */
final class Numbers {
  private Numbers() {}

  static String of(double value) {
    if (value == 0 || !Double.isFinite(value)) {
      return value == 0 ? "0" : Double.toString(value);
    }
    double size = Math.abs(value);
    BigDecimal exact = new BigDecimal(value);
    if (size >= 1e7 || size < 1e-4) {
      return EcmaNumber.of(exact.round(new MathContext(3, RoundingMode.HALF_EVEN)).doubleValue());
    }
    if (size >= 100) {
      return exact
          .setScale(size >= 1000 ? 0 : 1, RoundingMode.HALF_EVEN)
          .stripTrailingZeros()
          .toPlainString();
    }
    int scale = size >= 10 ? 1 : size >= 1 ? 2 : 3;
    BigDecimal rounded = exact.setScale(scale, RoundingMode.HALF_EVEN);
    return (rounded.signum() == 0
            ? exact.round(new MathContext(2, RoundingMode.HALF_EVEN))
            : rounded)
        .stripTrailingZeros()
        .toPlainString();
  }

  static String count(int n, String noun) {
    return n + " " + noun + (n == 1 ? "" : "s");
  }

  static String seconds(double seconds) {
    if (seconds < 120) {
      return of(seconds) + " s";
    }
    long minutes = Math.round(seconds / 60);
    return minutes < 120 ? minutes + " min" : minutes / 60 + " h " + minutes % 60 + " min";
  }
}
