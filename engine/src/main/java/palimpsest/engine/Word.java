package palimpsest.engine;

import palimpsest.api.InvalidRequest;

/**
 * A word {@code name=value} of a method's choice.
 *
 * @param choice all of its words, for messages
 */
record Word(String choice, String name, String value) {

  /** Splits at the first equals sign. */
  static Word of(String choice, String part) {
    int equals = part.indexOf('=');
    if (equals < 1) {
      throw wrong(choice, "wanted name=value after the colon, got \"" + part + "\"");
    }
    return new Word(choice, part.substring(0, equals), part.substring(equals + 1));
  }

  double number() {
    return number(value);
  }

  int whole() {
    return whole(value);
  }

  /** A whole number that is part of the value. */
  int whole(String part) {
    double number = number(part);
    if (number != Math.rint(number) || Math.abs(number) > Integer.MAX_VALUE) {
      throw wrong(name + " must be a whole number, got " + part);
    }
    return (int) number;
  }

  private double number(String part) {
    try {
      return Double.parseDouble(part);
    } catch (NumberFormatException e) {
      throw wrong(name + " is \"" + part + "\", which is not a number");
    }
  }

  InvalidRequest wrong(String what) {
    return wrong(choice, what);
  }

  private static InvalidRequest wrong(String choice, String what) {
    return new InvalidRequest("method \"" + choice + "\": " + what);
  }
}
