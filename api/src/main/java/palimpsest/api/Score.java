package palimpsest.api;

import java.util.List;
import java.util.function.Function;

/** A measurement, or the reason why there is none; never a default and never NaN. */
public sealed interface Score permits Score.Measured, Score.NotMeasured {

  <T> T fold(Function<Measured, T> measured, Function<NotMeasured, T> notMeasured);

  /**
   * A value with its explanation.
   *
   * @param because the tree whose root is the value
   * @param warnings what a reader must know to read it, such as saturation; possibly none
   */
  record Measured(Explanation because, List<String> warnings) implements Score {
    public Measured {
      warnings = List.copyOf(warnings);
    }

    public Measured(Explanation because) {
      this(because, List.of());
    }

    public double value() {
      return because.value();
    }

    @Override
    public <T> T fold(Function<Measured, T> measured, Function<NotMeasured, T> notMeasured) {
      return measured.apply(this);
    }
  }

  /**
   * No value, and why.
   *
   * @param reason what was missing and, where possible, how to supply it
   */
  record NotMeasured(String reason) implements Score {
    public NotMeasured {
      Check.notBlank(reason, "reason for not measuring");
    }

    @Override
    public <T> T fold(Function<Measured, T> measured, Function<NotMeasured, T> notMeasured) {
      return notMeasured.apply(this);
    }
  }
}
