package palimpsest.torch.llm;

import static org.bytedeco.pytorch.global.torch.log_softmax;
import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Trace;
import palimpsest.torch.text.TokenizedExample;

/**
 * The one pass that every likelihood metric lives on: for each label token its log-probability,
 * whether it was the argmax, and mean and variance of the log-probability under the model.
 */
final class Tracer {
  private static final int ROWS = 32;

  /** Tokens of a rectangle: rows are fewer where they are long. */
  private static final int TOKENS = 4096;

  /** Label tokens whose distributions are held at once, whatever the vocabulary. */
  private static final int SLICE = 256;

  private final Predictor model;

  Tracer(Predictor model) {
    this.model = model;
  }

  /** Traces in the order of the examples. */
  List<Trace> trace(List<String> ids, List<TokenizedExample> examples) {
    Trace[] traces = new Trace[examples.size()];
    for (int[] rows : TokenBatch.rectangles(examples, ROWS, TOKENS)) {
      List<Trace> some =
          rectangle(
              Arrays.stream(rows).mapToObj(ids::get).toList(),
              Arrays.stream(rows).mapToObj(examples::get).toList());
      for (int i = 0; i < rows.length; i++) {
        traces[rows[i]] = some.get(i);
      }
    }
    return List.of(traces);
  }

  private List<Trace> rectangle(List<String> ids, List<TokenizedExample> examples) {
    TokenBatch batch = TokenBatch.of(examples);
    int n = batch.labelTokens();
    float[] logProb = new float[n];
    float[] mean = new float[n];
    float[] variance = new float[n];
    long[] best = new long[n];
    Pass pass = new Pass(logProb, mean, variance, best);
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Predictor.LabelLogits logits = model.labels(batch);
      for (int at = 0; at < n; at += SLICE) {
        slice(logits, batch, at, Math.min(n, at + SLICE), pass);
      }
    }
    List<Trace> traces = new ArrayList<>();
    int at = 0;
    for (int row = 0; row < examples.size(); row++) {
      traces.add(one(ids.get(row), batch, at, row, pass));
      at += batch.lengths()[row];
    }
    return traces;
  }

  /** Arrays of a pass, one value per label token. */
  @SuppressWarnings("ArrayRecordComponent") // lives for one call
  private record Pass(float[] logProb, float[] mean, float[] variance, long[] best) {}

  private void slice(Predictor.LabelLogits logits, TokenBatch batch, int from, int to, Pass pass) {
    try (PointerScope scope = new PointerScope()) {
      Tensor log = log_softmax(logits.slice(from, to - from), 1); // (l, V)
      Tensor labels = tensor(Arrays.copyOfRange(batch.labels(), from, to)); // (l)
      Tensor p = log.exp(); // (l, V)
      Tensor mean = p.mul(log).sum(new long[] {1}, true, new ScalarTypeOptional()); // (l, 1)
      Tensor variance = log.sub(mean).square_().mul_(p).sum(1); // (l)
      copy(log.gather(1, labels.view(-1, 1)), pass.logProb, from);
      copy(mean, pass.mean, from);
      copy(variance, pass.variance, from);
      Tensor argmax = log.argmax(new LongOptional(1), false).contiguous(); // (l)
      new LongPointer(argmax.data_ptr_long()).get(pass.best, from, to - from);
    }
  }

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
      variance[i] = pass.variance[at];
    }
    return new Trace(id, tokens, logProb, hit, mean, variance);
  }

  private static void copy(Tensor values, float[] to, int from) {
    Tensor flat = values.contiguous();
    new FloatPointer(flat.data_ptr_float()).get(to, from, (int) flat.numel());
  }
}
