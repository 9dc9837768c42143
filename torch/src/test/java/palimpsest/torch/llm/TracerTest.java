package palimpsest.torch.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import palimpsest.api.Trace;
import palimpsest.torch.checkpoint.LlamaConfig;
import palimpsest.torch.text.TokenizedExample;

/** Against float64 arithmetic on the logits of one example at a time. */
class TracerTest {
  private static final LlamaConfig CONFIG = LlamaConfig.plain(50, 16, 32, 2, 4, 2, 64, true);
  private final Llama model = new Llama(CONFIG, InitialWeights.draw(CONFIG, 4));

  @AfterEach
  void close() {
    model.close();
  }

  /** Forty rows and more than 256 label tokens: several rectangles, several slices. */
  @Test
  void trace_everyLabelToken_equalsFloat64() {
    scaleMatrices(8);
    List<TokenizedExample> examples = examples(40);
    List<Trace> traces =
        new Tracer(new Alone(model, Corruption.NONE)).trace(names(examples), examples);
    int hits = 0;
    int tokens = 0;
    for (int i = 0; i < examples.size(); i++) {
      Trace trace = traces.get(i);
      assertThat(trace.exampleId()).isEqualTo("e" + i);
      hits += check(trace, examples.get(i));
      tokens += trace.length();
    }
    assertThat(tokens).isGreaterThan(256);
    assertThat(hits).isBetween(1, tokens - 1);
  }

  /** All logits 0: log p = -ln 50 for every token, so its variance is 0, and the argmax is 0. */
  @Test
  void trace_uniformModel_isFlat() {
    scaleMatrices(0);
    int[] ids = {4, 0, 7, 0};
    Trace trace =
        new Tracer(new Alone(model, Corruption.NONE))
            .trace(List.of("e"), List.of(new TokenizedExample(ids, 1)))
            .get(0);
    for (int t = 0; t < 3; t++) {
      assertThat(trace.logProb()[t]).isCloseTo(-Math.log(50), within(1e-6));
      assertThat(trace.mean()[t]).isCloseTo(-Math.log(50), within(1e-5));
      assertThat(trace.variance()[t]).isBetween(0.0, 1e-9);
    }
    assertThat(trace.tokens()).containsExactly(0, 7, 0);
    assertThat(trace.hit()).containsExactly(true, false, true);
  }

  @Test
  void trace_logProbs_equalTheLossesTokenLogProb() {
    List<TokenizedExample> examples = examples(5);
    List<Trace> traces =
        new Tracer(new Alone(model, Corruption.NONE)).trace(names(examples), examples);
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      FloatPointer p = model.tokenLogProb(TokenBatch.of(examples)).data_ptr_float();
      int at = 0;
      for (Trace trace : traces) {
        for (double logProb : trace.logProb()) {
          assertThat(logProb).isCloseTo(p.get(at++), within(2e-6));
        }
      }
    }
  }

  private int check(Trace trace, TokenizedExample e) {
    int hits = 0;
    for (int i = 0; i < e.completionLength(); i++) {
      int t = e.promptLength() + i;
      double[] log = logDistribution(e.ids(), t);
      double mean = 0;
      double variance = 0;
      int best = 0;
      for (int v = 0; v < log.length; v++) {
        mean += Math.exp(log[v]) * log[v];
        best = log[v] > log[best] ? v : best;
      }
      for (double l : log) {
        variance += Math.exp(l) * (l - mean) * (l - mean);
      }
      assertThat(trace.tokens()[i]).isEqualTo(e.ids()[t]);
      assertThat(trace.logProb()[i]).isCloseTo(log[e.ids()[t]], within(2e-5));
      assertThat(trace.mean()[i]).isCloseTo(mean, within(2e-5));
      assertThat(trace.variance()[i]).isCloseTo(variance, within(1e-5 * Math.max(1, variance)));
      assertThat(trace.hit()[i]).isEqualTo(best == e.ids()[t]);
      hits += best == e.ids()[t] ? 1 : 0;
    }
    assertThat(trace.length()).isEqualTo(e.completionLength());
    return hits;
  }

  /** log p of every token at position {@code t}, given those before it. */
  private double[] logDistribution(int[] ids, int t) {
    long[] before = IntStream.range(0, t).mapToLong(i -> ids[i]).toArray();
    float[] logits = new float[CONFIG.vocabSize()];
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      FloatPointer z = model.logits(before, 1, t).contiguous().data_ptr_float();
      z.position((t - 1L) * logits.length).get(logits);
    }
    double sum = 0;
    for (float z : logits) {
      sum += Math.exp(z);
    }
    double[] log = new double[logits.length];
    for (int v = 0; v < log.length; v++) {
      log[v] = logits[v] - Math.log(sum);
    }
    return log;
  }

  private void scaleMatrices(double factor) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      model
          .weights()
          .flat()
          .narrow(0, 0, model.weights().decayed())
          .mul_(new org.bytedeco.pytorch.Scalar(factor));
    }
  }

  private static List<String> names(List<TokenizedExample> examples) {
    return IntStream.range(0, examples.size()).mapToObj(i -> "e" + i).toList();
  }

  private static List<TokenizedExample> examples(int count) {
    Random random = new Random(8);
    List<TokenizedExample> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] ids = random.ints(6 + random.nextInt(12), 0, 50).toArray();
      all.add(new TokenizedExample(ids, 1 + random.nextInt(4)));
    }
    return all;
  }
}
