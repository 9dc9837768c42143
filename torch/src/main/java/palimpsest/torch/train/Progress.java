package palimpsest.torch.train;

/**
 * How far a run is.
 *
 * @param step steps taken, from 1
 * @param steps steps in all
 * @param loss the step's loss, in the objective's unit
 * @param tokens tokens read by this process so far, prompts included, padding not
 * @param nanos time spent by this process so far
 */
public record Progress(int step, int steps, double loss, long tokens, long nanos) {

  public double tokensPerSecond() {
    return tokens * 1e9 / Math.max(1, nanos);
  }
}
