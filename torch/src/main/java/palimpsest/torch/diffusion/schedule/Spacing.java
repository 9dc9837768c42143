package palimpsest.torch.diffusion.schedule;

import java.util.Arrays;
import java.util.Locale;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;

/**
 * Which of training's T timesteps a run of n steps visits, from the noisiest down (Lin et al. 2023,
 * table 2).
 *
 * <pre>
 * leading:  i ⌊T/n⌋ + offset,      i = n-1 ... 0
 * linspace: i (T-1)/(n-1),         i = n-1 ... 0
 * trailing: round(T - i T/n) - 1,  i = 0 ... n-1
 * </pre>
 *
 * <p>Halves round to even, as numpy's do. Exactly n timesteps come out: diffusers' trailing spacing
 * yields an n+1-th, timestep -1, for some n, such as 61 of 1000, where T / (T / n) rounds up.
 *
 * @param kind how they are spread
 * @param offset added by leading, {@code steps_offset}; the others do not read it
 * @see <a href="https://arxiv.org/abs/2305.08891">Lin et al. 2023</a>
 */
public record Spacing(Kind kind, int offset) {

  /** How timesteps are spread. */
  public enum Kind {
    /** Down to the first, not up to the last. */
    LEADING,
    /** From the last to the first. */
    LINSPACE,
    /** From the last, not down to the first. */
    TRAILING;

    /** The word of a scheduler_config.json's {@code timestep_spacing}. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Spacing {
    Check.atLeast(offset, 0, "steps_offset");
  }

  /** Down to the offset. */
  public static Spacing leading(int offset) {
    return new Spacing(Kind.LEADING, offset);
  }

  /** From the last to the first. */
  public static Spacing linspace() {
    return new Spacing(Kind.LINSPACE, 0);
  }

  /** From the last, not down to the first. */
  public static Spacing trailing() {
    return new Spacing(Kind.TRAILING, 0);
  }

  /**
   * The timesteps as they fall, descending, (n).
   *
   * @throws InvalidRequest if n is not in [1, T], or the offset leads past the last timestep
   */
  double[] timesteps(int trained, int steps) {
    checkSteps(trained, steps);
    double[] t =
        switch (kind) {
          case LEADING -> multiples(trained / steps, steps, offset);
          case LINSPACE -> even(trained - 1, steps);
          case TRAILING -> backwards(trained, (double) trained / steps, steps);
        };
    return inRange(t, trained);
  }

  /** The timesteps rounded, descending, (n). */
  int[] whole(int trained, int steps) {
    return rounded(timesteps(trained, steps));
  }

  static void checkSteps(int trained, int steps) {
    Check.atLeast(steps, 1, "steps");
    if (steps > trained) {
      throw new InvalidRequest(
          "steps must be at most the " + trained + " of training, got " + steps);
    }
  }

  static int[] rounded(double[] t) {
    return Arrays.stream(t).mapToInt(value -> (int) Math.rint(value)).toArray();
  }

  /** Refuses what lies past the last timestep of training. */
  static double[] inRange(double[] descending, int trained) {
    if (Math.rint(descending[0]) >= trained) {
      throw new InvalidRequest(
          "steps_offset leads to timestep "
              + (long) Math.rint(descending[0])
              + " of "
              + trained
              + "; take fewer steps");
    }
    return descending;
  }

  /** {@code (n-1) stride + offset ... offset}. */
  static double[] multiples(int stride, int n, int offset) {
    double[] t = new double[n];
    for (int i = 0; i < n; i++) {
      t[i] = (double) (n - 1 - i) * stride + offset;
    }
    return t;
  }

  /** {@code last ... 0}, evenly; 0 alone for n = 1, as numpy.linspace. */
  static double[] even(int last, int n) {
    double[] t = new double[n];
    double step = n > 1 ? last / (n - 1.0) : 0;
    for (int i = 0; i < n; i++) {
      t[i] = i == 0 && n > 1 ? last : (n - 1 - i) * step;
    }
    return t;
  }

  /** {@code round(from - i stride) - 1}, with numpy.arange's rounding of the stride. */
  static double[] backwards(int from, double stride, int n) {
    double[] t = new double[n];
    double step = (from - stride) - from;
    for (int i = 0; i < n; i++) {
      t[i] = Math.rint(from + i * step) - 1;
    }
    return t;
  }
}
