package palimpsest.torch.train;

import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.llm.Sequences;
import palimpsest.torch.llm.TokenBatch;
import palimpsest.torch.text.TokenizedExample;

/**
 * Log-probabilities of label tokens under the frozen starting model, computed once: some numbers
 * per example instead of a second model in memory and a forward pass per step.
 *
 * @param perToken one value per label token, by example
 */
public record ReferenceLogProb(Map<TokenizedExample, float[]> perToken) {
  public static final ReferenceLogProb NONE = new ReferenceLogProb(Map.of());
  private static final int ROWS = 4;

  /** One pass over the data with the model as it is now. */
  public static ReferenceLogProb of(CausalLm model, List<TokenizedExample> data) {
    Map<TokenizedExample, float[]> values = new HashMap<>();
    for (int at = 0; at < data.size(); at += ROWS) {
      List<TokenizedExample> rows = data.subList(at, Math.min(data.size(), at + ROWS));
      TokenBatch batch = TokenBatch.of(rows);
      float[] some =
          Scopes.withoutGradient(
              () -> {
                float[] all = new float[batch.labelTokens()];
                Tensor t = model.tokenLogProb(batch).contiguous(); // (L)
                new FloatPointer(t.data_ptr_float()).get(all);
                return all;
              });
      int from = 0;
      for (int row = 0; row < rows.size(); row++) {
        int n = batch.lengths()[row];
        values.put(rows.get(row), java.util.Arrays.copyOfRange(some, from, from + n));
        from += n;
      }
    }
    return new ReferenceLogProb(values);
  }

  /** These values and those of another. */
  public ReferenceLogProb and(ReferenceLogProb other) {
    Map<TokenizedExample, float[]> all = new HashMap<>(perToken);
    all.putAll(other.perToken);
    return new ReferenceLogProb(all);
  }

  /** Log-probability of each label token of an example. */
  public float[] tokens(TokenizedExample example) {
    float[] values = perToken.get(example);
    if (values == null) {
      throw new IllegalArgumentException("the reference has not read this example");
    }
    return values;
  }

  /** Log-probability of each label token of a batch, (L), no gradient. */
  public Tensor tokens(Batch batch) {
    List<float[]> parts = new ArrayList<>();
    int size = 0;
    for (TokenizedExample row : batch.rows()) {
      float[] values = tokens(row);
      parts.add(values);
      size += values.length;
    }
    float[] all = new float[size];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return tensor(all);
  }

  /** Log-probability of each completion of a batch, summed over its label tokens, (B). */
  public Tensor sequences(Batch batch) {
    return Sequences.sum(tokens(batch), batch.tokens().lengths());
  }

  /** How much likelier each completion of a batch has become, log p - log p_ref, (B). */
  public Tensor logRatio(CausalLm model, Batch batch) {
    return model.sequenceLogProb(batch.tokens()).sub(sequences(batch));
  }
}
