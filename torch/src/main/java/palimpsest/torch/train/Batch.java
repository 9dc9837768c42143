package palimpsest.torch.train;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.llm.TokenBatch;
import palimpsest.torch.text.TokenizedExample;

/**
 * The part of a step's examples that passes through the model at once, knowing the whole step's
 * denominators: micro-batches divide the work, not the arithmetic.
 *
 * @param rows the examples
 * @param tokens the examples as one rectangle
 * @param examples the examples' indices in their data set, in the order of the rows
 * @param step the whole step that they are a part of
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, compared by value nowhere
public record Batch(List<TokenizedExample> rows, TokenBatch tokens, int[] examples, Step step) {

  /**
   * A whole optimiser step's examples.
   *
   * @param rows the examples
   * @param examples their indices in their data set
   * @param epoch pass over the data, from 0
   */
  public record Step(List<TokenizedExample> rows, int[] examples, int epoch) {

    /** The step of these examples. */
    public static Step of(List<TokenizedExample> data, int[] examples, int epoch) {
      return new Step(select(data, examples), examples, epoch);
    }

    /** Label tokens of all of them. */
    public long labelTokens() {
      return rows.stream().mapToLong(TokenizedExample::completionLength).sum();
    }
  }

  /** These rows of a data set as a part of a step. */
  public static Batch of(List<TokenizedExample> data, int[] examples, Step step) {
    List<TokenizedExample> rows = select(data, examples);
    return new Batch(rows, TokenBatch.of(rows), examples, step);
  }

  /** These examples as a step of their own, in the first epoch. */
  public static Batch whole(List<TokenizedExample> data, int... examples) {
    return of(data, examples, Step.of(data, examples, 0));
  }

  static List<TokenizedExample> select(List<TokenizedExample> data, int... examples) {
    return Arrays.stream(examples).mapToObj(data::get).toList();
  }

  /** This micro-batch's share of the mean over the step's label tokens, (L) to (). */
  public Tensor tokenMean(Tensor perToken) {
    return perToken.sum().div(new Scalar((double) step.labelTokens()));
  }

  /** This micro-batch's share of the mean over the step's examples, (B) to (). */
  public Tensor exampleMean(Tensor perExample) {
    return perExample.sum().div(new Scalar((double) step.examples.length));
  }
}
