package palimpsest.torch.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import palimpsest.api.Decoding;
import palimpsest.api.Trace;
import palimpsest.torch.checkpoint.LlamaConfig;
import palimpsest.torch.text.TokenizedExample;

/** Two models together, and one that reads corrupted prompts, against whole passes in float64. */
class PredictorTest {
  private static final int VOCABULARY = 50;
  private static final LlamaConfig CONFIG =
      LlamaConfig.plain(VOCABULARY, 16, 32, 2, 4, 2, 64, true);
  private static final Combination HALF = (z, other) -> z.sub(other, new Scalar(0.5));

  /** Prompts with an even first token: all but the last token are read with the opposite sign. */
  private static final Corruption EVEN =
      (prompt, embeddings) -> {
        if (prompt[0] % 2 == 0) {
          embeddings.narrow(0, 0, prompt.length - 1L).neg_();
        }
      };

  private Llama model;
  private Llama other;

  @BeforeEach
  void open() {
    model = strong(CONFIG, 4);
    other = strong(CONFIG.withLayers(1), 5);
  }

  @AfterEach
  void close() {
    model.close();
    other.close();
  }

  /** Weights thirty times the usual, so that attention, not the last token alone, decides. */
  private static Llama strong(LlamaConfig config, long seed) {
    Llama made = new Llama(config, InitialWeights.draw(config, seed));
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      made.weights().flat().narrow(0, 0, made.weights().decayed()).mul_(new Scalar(30));
    }
    return made;
  }

  private Predictor alone() {
    return new Alone(model, Corruption.NONE);
  }

  private Predictor together() {
    return new Combined(alone(), new Alone(other, Corruption.NONE), HALF);
  }

  /** log p = z - log Σ exp z with z = z_model - ½ z_other, each from a pass of its own. */
  @Test
  void trace_combined_equalsTheFormula() {
    List<TokenizedExample> examples = examples(40);
    List<Trace> traces = trace(together(), examples);
    for (int i = 0; i < examples.size(); i++) {
      TokenizedExample e = examples.get(i);
      for (int t = 0; t < e.completionLength(); t++) {
        int at = e.promptLength() + t;
        double[] z = last(model, e.ids(), at);
        double[] b = last(other, e.ids(), at);
        Arrays.setAll(z, v -> z[v] - 0.5 * b[v]);
        double sum = Arrays.stream(z).map(Math::exp).sum();
        assertThat(traces.get(i).logProb()[t])
            .isCloseTo(z[e.ids()[at]] - Math.log(sum), within(1e-4));
        assertThat(traces.get(i).hit()[t]).isEqualTo(best(z) == e.ids()[at]);
      }
    }
  }

  /** log p = z - log Σ exp z with z = ½ (z_model + z_other), each from a pass of its own. */
  @Test
  void trace_averaged_equalsTheFormula() {
    List<TokenizedExample> examples = examples(20);
    Predictor both = new Averaged(List.of(alone(), new Alone(other, Corruption.NONE)));
    List<Trace> traces = trace(both, examples);
    for (int i = 0; i < examples.size(); i++) {
      TokenizedExample e = examples.get(i);
      for (int t = 0; t < e.completionLength(); t++) {
        int at = e.promptLength() + t;
        double[] z = last(model, e.ids(), at);
        double[] b = last(other, e.ids(), at);
        Arrays.setAll(z, v -> (z[v] + b[v]) / 2);
        double sum = Arrays.stream(z).map(Math::exp).sum();
        assertThat(traces.get(i).logProb()[t])
            .isCloseTo(z[e.ids()[at]] - Math.log(sum), within(1e-4));
      }
    }
  }

  /** Two caches against none: each token is the argmax of two whole passes over what precedes. */
  @Test
  void greedy_combinedWithCaches_equalsWholePasses() {
    List<int[]> prompts = prompts(60);
    List<List<int[]>> answers = decode(together(), prompts);
    for (int i = 0; i < prompts.size(); i++) {
      int[] ids = Arrays.copyOf(prompts.get(i), prompts.get(i).length + 8);
      for (int n = prompts.get(i).length; n < ids.length; n++) {
        double[] z = last(model, ids, n);
        double[] b = last(other, ids, n);
        Arrays.setAll(z, v -> z[v] - 0.5 * b[v]);
        ids[n] = best(z);
      }
      assertThat(answers.get(i).get(0))
          .as("prompt %s", i)
          .isEqualTo(Arrays.copyOfRange(ids, prompts.get(i).length, ids.length));
    }
  }

  /** A combination that takes the model's logits as they are is the model, bit for bit. */
  @Test
  void combined_baseAlone_isTheModelBitForBit() {
    Predictor same = new Combined(alone(), new Alone(other, Corruption.NONE), (z, o) -> z);
    assertThat(trace(same, examples(20)))
        .usingRecursiveComparison()
        .isEqualTo(trace(alone(), examples(20)));
    assertThat(decode(same, prompts(20)))
        .usingRecursiveComparison()
        .isEqualTo(decode(alone(), prompts(20)));
  }

  /** Decoded in company; each prompt's corruption is its own, and the answer is not corrupted. */
  @Test
  void corrupted_someOfManyPrompts_equalsWholePassesOverChangedEmbeddings() {
    Predictor corrupted = new Alone(model, EVEN);
    List<int[]> prompts = prompts(60);
    List<List<int[]>> answers = decode(corrupted, prompts);
    List<List<int[]>> plain = decode(alone(), prompts);
    int changed = 0;
    for (int i = 0; i < prompts.size(); i++) {
      int[] prompt = prompts.get(i);
      int[] ids = Arrays.copyOf(prompt, prompt.length + 8);
      for (int n = prompt.length; n < ids.length; n++) {
        ids[n] = best(lastCorrupted(ids, n, prompt));
      }
      int[] answer = answers.get(i).get(0);
      assertThat(answer).isEqualTo(Arrays.copyOfRange(ids, prompt.length, ids.length));
      if (prompt[0] % 2 == 1) {
        assertThat(answer).isEqualTo(plain.get(i).get(0));
      }
      changed += Arrays.equals(answer, plain.get(i).get(0)) ? 0 : 1;
    }
    assertThat(changed).isGreaterThan(10);
  }

  @Test
  void corrupted_traces_seeTheCorruptionOnlyWhereItActs() {
    List<TokenizedExample> examples = examples(40);
    List<Trace> traces = trace(new Alone(model, EVEN), examples);
    List<Trace> plain = trace(alone(), examples);
    for (int i = 0; i < examples.size(); i++) {
      TokenizedExample e = examples.get(i);
      if (e.ids()[0] % 2 == 1) {
        assertThat(traces.get(i).logProb()).isEqualTo(plain.get(i).logProb());
      }
      int[] prompt = Arrays.copyOf(e.ids(), e.promptLength());
      double[] z = lastCorrupted(e.ids(), e.promptLength(), prompt);
      double sum = Arrays.stream(z).map(Math::exp).sum();
      assertThat(traces.get(i).logProb()[0])
          .isCloseTo(z[e.ids()[e.promptLength()]] - Math.log(sum), within(1e-4));
    }
  }

  @Test
  void decodeAndTrace_manyTimes_nativeMemoryIsFlat() {
    Predictor all = new Combined(new Alone(model, EVEN), new Alone(other, EVEN), HALF);
    decode(all, prompts(20));
    trace(all, examples(20));
    long objects = Pointer.totalCount();
    for (int i = 0; i < 3; i++) {
      decode(all, prompts(20));
      trace(all, examples(20));
    }
    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(objects);
  }

  private static List<Trace> trace(Predictor predictor, List<TokenizedExample> examples) {
    List<String> names = IntStream.range(0, examples.size()).mapToObj(i -> "e" + i).toList();
    return new Tracer(predictor).trace(names, examples);
  }

  private static List<List<int[]>> decode(Predictor predictor, List<int[]> prompts) {
    return new Decoder(predictor, token -> false, PredictorTest::spell, Decoder.FREE)
        .decode(prompts, Decoding.greedy(8));
  }

  private static String spell(int[] ids) {
    return Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(" "));
  }

  /** Logits of what follows the first {@code n} tokens. */
  private static double[] last(Llama model, int[] ids, int n) {
    long[] before = IntStream.range(0, n).mapToLong(i -> ids[i]).toArray();
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      return doubles(model.logits(before, 1, n).narrow(1, n - 1L, 1));
    }
  }

  private double[] lastCorrupted(int[] ids, int n, int[] prompt) {
    long[] before = IntStream.range(0, n).mapToLong(i -> ids[i]).toArray();
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor t = org.bytedeco.pytorch.global.torch.tensor(before).view(1, n);
      Tensor x = model.embed(t); // (1, n, E)
      EVEN.corrupt(prompt, x.select(0, 0).narrow(0, 0, prompt.length));
      return doubles(model.head(model.hiddenOf(x, null)).narrow(1, n - 1L, 1));
    }
  }

  private static double[] doubles(Tensor row) {
    float[] z = new float[VOCABULARY];
    FloatPointer pointer = row.contiguous().data_ptr_float();
    pointer.get(z);
    return IntStream.range(0, z.length).mapToDouble(v -> z[v]).toArray();
  }

  private static int best(double[] z) {
    int best = 0;
    for (int v = 1; v < z.length; v++) {
      best = z[v] > z[best] ? v : best;
    }
    return best;
  }

  private static List<int[]> prompts(int count) {
    Random random = new Random(6);
    return IntStream.range(0, count)
        .mapToObj(i -> random.ints(1 + random.nextInt(9), 0, VOCABULARY).toArray())
        .toList();
  }

  private static List<TokenizedExample> examples(int count) {
    Random random = new Random(8);
    List<TokenizedExample> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] ids = random.ints(6 + random.nextInt(12), 0, VOCABULARY).toArray();
      all.add(new TokenizedExample(ids, 1 + random.nextInt(4)));
    }
    return all;
  }
}
