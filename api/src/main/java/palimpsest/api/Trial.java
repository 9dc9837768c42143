package palimpsest.api;

import java.util.Optional;

/**
 * What a metric judges.
 *
 * @param subject the model under judgement
 * @param reference the model retrained without the data, where there is one
 */
public record Trial(Evidence subject, Optional<Evidence> reference) {}
