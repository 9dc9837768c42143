package palimpsest.api;

/** Checks of arguments that a person may have typed: what, got, wanted. */
public final class Check {
  private Check() {}

  public static double positive(double value, String what) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new InvalidRequest(
          what + (value > 0 ? " must be finite, got " : " must be > 0, got ") + value);
    }
    return value;
  }

  public static double nonNegative(double value, String what) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new InvalidRequest(
          what + (value > 0 ? " must be finite, got " : " must be >= 0, got ") + value);
    }
    return value;
  }

  public static double fraction(double value, String what) {
    if (!(value >= 0 && value <= 1)) {
      throw new InvalidRequest(what + " must be between 0 and 1, got " + value);
    }
    return value;
  }

  public static long atLeast(long value, long least, String what) {
    if (value < least) {
      throw new InvalidRequest(what + " must be at least " + least + ", got " + value);
    }
    return value;
  }

  public static String notBlank(String value, String what) {
    if (value.isBlank()) {
      throw new InvalidRequest(what + " must not be blank");
    }
    return value;
  }
}
