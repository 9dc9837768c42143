package palimpsest.torch.train;

import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.text.TokenizedExample;

/**
 * Log-probabilities of whole completions under the frozen starting model, computed once: one number
 * per example instead of a second model in memory and a forward pass per step.
 *
 * @param perExample sum over the label tokens, by the example's index in its data set
 */
@SuppressWarnings("ArrayRecordComponent") // a cache, compared by value nowhere
public record ReferenceLogProb(float[] perExample) {
  private static final int ROWS = 4;

  /** One pass over the data with the model as it is now. */
  public static ReferenceLogProb of(CausalLm model, List<TokenizedExample> data) {
    float[] values = new float[data.size()];
    for (int at = 0; at < data.size(); at += ROWS) {
      int from = at;
      int[] rows = java.util.stream.IntStream.range(at, Math.min(data.size(), at + ROWS)).toArray();
      float[] some =
          Scopes.withoutGradient(
              () -> {
                float[] sums = new float[rows.length];
                Tensor t = model.sequenceLogProb(Batch.select(data, rows)); // (B)
                new FloatPointer(t.data_ptr_float()).get(sums);
                return sums;
              });
      System.arraycopy(some, 0, values, from, some.length);
    }
    return new ReferenceLogProb(values);
  }

  /** The values of a batch's examples, (B), no gradient. */
  public Tensor of(Batch batch) {
    float[] values = new float[batch.examples().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = perExample[batch.examples()[i]];
    }
    return tensor(values);
  }
}
