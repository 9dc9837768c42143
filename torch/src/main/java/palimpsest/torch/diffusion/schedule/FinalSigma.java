package palimpsest.torch.diffusion.schedule;

/** How much noise is left in a finished image, in units of σ. */
public enum FinalSigma {
  /** None. */
  ZERO("zero"),
  /** As much as at training's first timestep. */
  SMALLEST("sigma_min");

  private final String word;

  FinalSigma(String word) {
    this.word = word;
  }

  /** The word of a scheduler_config.json's {@code final_sigmas_type}. */
  public String word() {
    return word;
  }
}
