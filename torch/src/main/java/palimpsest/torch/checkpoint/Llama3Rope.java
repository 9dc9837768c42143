package palimpsest.torch.checkpoint;

import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;

/**
 * Stretches the wavelengths of rotary embeddings as Llama 3.1 does: those longer than {@code
 * originalMaxPositions / lowFrequencyFactor} by {@code factor}, those shorter than {@code
 * originalMaxPositions / highFrequencyFactor} not at all, the rest smoothly in between.
 *
 * @param factor stretch of the longest wavelengths, at least 1
 * @param lowFrequencyFactor positive
 * @param highFrequencyFactor more than {@code lowFrequencyFactor}
 * @param originalMaxPositions context length before the stretch
 */
public record Llama3Rope(
    double factor,
    double lowFrequencyFactor,
    double highFrequencyFactor,
    int originalMaxPositions) {
  public Llama3Rope {
    if (!(factor >= 1) || Double.isInfinite(factor)) {
      throw new InvalidRequest("rope_scaling factor must be >= 1, got " + factor);
    }
    Check.positive(lowFrequencyFactor, "rope_scaling low_freq_factor");
    Check.positive(highFrequencyFactor, "rope_scaling high_freq_factor");
    if (highFrequencyFactor <= lowFrequencyFactor) {
      throw new InvalidRequest(
          "rope_scaling high_freq_factor must be > low_freq_factor "
              + lowFrequencyFactor
              + ", got "
              + highFrequencyFactor);
    }
    Check.atLeast(originalMaxPositions, 1, "rope_scaling original_max_position_embeddings");
  }
}
