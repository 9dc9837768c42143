package palimpsest.torch.train;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.llm.TokenBatch;
import palimpsest.torch.text.TokenizedExample;

/**
 * The part of a step's examples that passes through the model at once, knowing the whole step's
 * denominators: micro-batches divide the work, not the arithmetic.
 *
 * @param tokens the examples as one rectangle
 * @param examples the examples' indices in their data set, in the order of the rows
 * @param stepTokens label tokens of the whole step
 * @param stepExamples examples of the whole step
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, compared by value nowhere
public record Batch(TokenBatch tokens, int[] examples, long stepTokens, int stepExamples) {

  /** These examples as a step of their own. */
  public static Batch whole(List<TokenizedExample> data, int... examples) {
    TokenBatch tokens = select(data, examples);
    return new Batch(tokens, examples, tokens.labelTokens(), examples.length);
  }

  static TokenBatch select(List<TokenizedExample> data, int... examples) {
    return TokenBatch.of(java.util.Arrays.stream(examples).mapToObj(data::get).toList());
  }

  /** This micro-batch's share of the mean over the step's label tokens, (L) to (). */
  public Tensor tokenMean(Tensor perToken) {
    return perToken.sum().div(new Scalar((double) stepTokens));
  }

  /** This micro-batch's share of the mean over the step's examples, (B) to (). */
  public Tensor exampleMean(Tensor perExample) {
    return perExample.sum().div(new Scalar((double) stepExamples));
  }
}
