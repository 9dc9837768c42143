package palimpsest.api;

import java.util.Optional;

/**
 * What a metric judges.
 *
 * @param subject the model under judgement
 * @param reference the model retrained without the data, where there is one
 * @param original the model before the remedy, where it was evaluated
 */
public record Trial(Evidence subject, Optional<Evidence> reference, Optional<Evidence> original) {

  /** A trial without the model before the remedy. */
  public Trial(Evidence subject, Optional<Evidence> reference) {
    this(subject, reference, Optional.empty());
  }
}
