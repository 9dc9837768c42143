package palimpsest.engine.drawing;

import java.util.SplittableRandom;

/**
 * The random draws of one picture: an independent stream for each purpose, so that no draw depends
 * on how many came before it for another.
 *
 * @param seed of the set
 * @param item the picture's number
 */
record Draws(long seed, long item) {

  /** What is drawn. */
  enum Purpose {
    POSE,
    COLOURS,
    GROUND,
    TEXTURE,
    WORDS
  }

  /** The stream of a purpose. */
  SplittableRandom of(Purpose purpose) {
    return new SplittableRandom(mix(mix(mix(seed) ^ item) ^ number(purpose.name())));
  }

  /** The draws of a picture that has a name. */
  static Draws of(long seed, String name) {
    return new Draws(seed, number(name));
  }

  /** A number for a name: a polynomial of its UTF-16 units, mixed. */
  private static long number(String name) {
    long number = 0;
    for (int i = 0; i < name.length(); i++) {
      number = 1_000_003 * number + name.charAt(i);
    }
    return mix(number);
  }

  /** A uniform draw between two bounds. */
  static double between(SplittableRandom random, double low, double high) {
    return low + (high - low) * random.nextDouble();
  }

  /** A bijection of 64-bit words in which every bit of the input moves half of the output's. */
  static long mix(long word) {
    long z = word + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 32)) * 0xD6E8FEB86659FD93L;
    z = (z ^ (z >>> 32)) * 0xD6E8FEB86659FD93L;
    return z ^ (z >>> 32);
  }
}
