package palimpsest.torch.llm;

import static org.bytedeco.pytorch.global.torch.log_softmax;
import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Trace;
import palimpsest.torch.text.TokenizedExample;

/**
 * The one pass that every likelihood metric lives on: for each label token its log-probability,
 * whether it was the argmax, and mean and variance of the log-probability under the model.
 */
final class Tracer {
  private static final int ROWS = 32;

  /** Tokens of a rectangle, so that its logits fit: rows are fewer where they are long. */
  private static final int TOKENS = 4096;

  private final Llama model;

  Tracer(Llama model) {
    this.model = model;
  }

  /** Traces in the order of the examples. */
  List<Trace> trace(List<String> ids, List<TokenizedExample> examples) {
    int[] byLength =
        IntStream.range(0, examples.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> examples.get(i).ids().length))
            .mapToInt(i -> i)
            .toArray();
    Trace[] traces = new Trace[examples.size()];
    int at = 0;
    while (at < byLength.length) {
      int end = at + 1;
      while (end < byLength.length
          && end - at < ROWS
          && (end - at + 1) * examples.get(byLength[end]).ids().length <= TOKENS) {
        end++;
      }
      int[] rows = Arrays.copyOfRange(byLength, at, end);
      List<TokenizedExample> chosen = new ArrayList<>();
      for (int row : rows) {
        chosen.add(examples.get(row));
      }
      List<Trace> some = rectangle(Arrays.stream(rows).mapToObj(ids::get).toList(), chosen);
      for (int i = 0; i < rows.length; i++) {
        traces[rows[i]] = some.get(i);
      }
      at = end;
    }
    return List.of(traces);
  }

  private List<Trace> rectangle(List<String> ids, List<TokenizedExample> examples) {
    TokenBatch batch = TokenBatch.of(examples);
    int n = batch.labelTokens();
    float[] logProb = new float[n];
    float[] mean = new float[n];
    float[] square = new float[n];
    long[] best = new long[n];
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor log = log_softmax(model.labelLogits(batch), 1); // (L, V)
      Tensor p = log.exp(); // (L, V)
      Tensor weighted = p.mul(log); // (L, V)
      copy(log.gather(1, tensor(batch.labels()).view(-1, 1)).view(-1), logProb);
      copy(weighted.sum(1), mean);
      copy(weighted.mul(log).sum(1), square);
      Tensor argmax = log.argmax(new LongOptional(1), false).contiguous(); // (L)
      new LongPointer(argmax.data_ptr_long()).get(best);
    }
    List<Trace> traces = new ArrayList<>();
    int at = 0;
    for (int row = 0; row < examples.size(); row++) {
      traces.add(one(ids.get(row), batch, at, row, new Pass(logProb, mean, square, best)));
      at += batch.lengths()[row];
    }
    return traces;
  }

  /** Arrays of a pass, one value per label token. */
  @SuppressWarnings("ArrayRecordComponent") // lives for one call
  private record Pass(float[] logProb, float[] mean, float[] square, long[] best) {}

  private static Trace one(String id, TokenBatch batch, int from, int row, Pass pass) {
    int n = batch.lengths()[row];
    int[] tokens = new int[n];
    double[] logProb = new double[n];
    boolean[] hit = new boolean[n];
    double[] mean = new double[n];
    double[] variance = new double[n];
    for (int i = 0; i < n; i++) {
      int at = from + i;
      tokens[i] = (int) batch.labels()[at];
      logProb[i] = Math.min(0, pass.logProb[at]);
      hit[i] = pass.best[at] == batch.labels()[at];
      mean[i] = pass.mean[at];
      variance[i] = Math.max(0, pass.square[at] - mean[i] * mean[i]);
    }
    return new Trace(id, tokens, logProb, hit, mean, variance);
  }

  private static void copy(Tensor values, float[] to) {
    new FloatPointer(values.contiguous().data_ptr_float()).get(to);
  }
}
