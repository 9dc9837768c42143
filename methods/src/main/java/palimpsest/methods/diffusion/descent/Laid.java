package palimpsest.methods.diffusion.descent;

import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.Denoiser;

/**
 * What is trained, laid over a model that stays as it is until this is settled: the model below is
 * the frozen start, without a second copy of what is not trained.
 */
public interface Laid extends AutoCloseable {

  /** The denoiser with what is trained. */
  Denoiser denoiser();

  /** Texts as encoded with what is trained. */
  Texts texts();

  /** What is trained, and nothing else. */
  Weights weights();

  /** Writes it into the model below. */
  void settle();

  /** Whether back-propagation reached the model below; returns what it was before. */
  boolean recordBelow(boolean on);

  @Override
  void close();
}
