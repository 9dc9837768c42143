package palimpsest.api;

/**
 * What a model thought of each token of one answer, teacher-forced; all arrays have the answer's
 * length in tokens, its end token included as the last.
 *
 * @param exampleId the example
 * @param tokens the answer's token ids
 * @param logProb log p of each token, in nats, at most 0
 * @param hit whether the token was the model's argmax at its position
 * @param mean expectation of log p under the model's own distribution at each position
 * @param variance variance of log p under that distribution, at least 0
 */
@SuppressWarnings("ArrayRecordComponent") // measured data, compared by value nowhere
public record Trace(
    String exampleId,
    int[] tokens,
    double[] logProb,
    boolean[] hit,
    double[] mean,
    double[] variance) {

  public Trace {
    int n = tokens.length;
    if (n == 0
        || logProb.length != n
        || hit.length != n
        || mean.length != n
        || variance.length != n) {
      throw new IllegalArgumentException(
          exampleId + ": trace arrays differ in length or are empty");
    }
  }

  /** Answer tokens, the end token included. */
  public int length() {
    return tokens.length;
  }

  /** Sum of the log-probabilities of all tokens, the end token included. */
  public double sumLogProb() {
    double sum = 0;
    for (double l : logProb) {
      sum += l;
    }
    return sum;
  }

  /** Sum of the log-probabilities of the tokens before the end token. */
  public double sumLogProbWithoutEnd() {
    double sum = 0;
    for (int i = 0; i < length() - 1; i++) {
      sum += logProb[i];
    }
    return sum;
  }

  /** Mean log-probability of a token, the end token included. */
  public double meanLogProb() {
    return sumLogProb() / length();
  }
}
