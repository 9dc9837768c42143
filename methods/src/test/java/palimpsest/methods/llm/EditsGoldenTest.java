package palimpsest.methods.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static palimpsest.methods.llm.LunarTest.float64;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.Recipe;
import palimpsest.testkit.LeakCheck;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.llm.TokenBatch;
import palimpsest.torch.text.TokenizedExample;

/** Against edits of weights by a PyTorch implementation, in testkit/golden/losses/edits.json. */
@ExtendWith(LeakCheck.class)
class EditsGoldenTest {
  private static final double PERCENT = 0.01; // 1e-4 relative
  private static final GoldenFile FILE = GoldenFile.read("edits.json");
  private static final JsonNode ROOT = FILE.root();
  private static final List<TokenizedExample> FORGET = FILE.examples("forget");
  private static final List<TokenizedExample> RETAIN = FILE.examples("retain");
  private static final Recipe THREE_STEPS =
      new Recipe(3, 3, 3, 1e-3, 0, Recipe.Decay.CONSTANT, 0.01, 1, 1);

  private Llama start;
  private Llama model;

  @BeforeEach
  void open() {
    start = GoldenFile.model("gqa-tied");
    model = start.copy();
  }

  @AfterEach
  void close() {
    start.close();
    model.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"scale_1", "scale_5"})
  void taskVector_afterThreeSteps_equalsPyTorch(String name) {
    JsonNode expected = ROOT.get("task_vector").get("edited").get(name);
    new StagesRig(model, FORGET, RETAIN, List.of(), THREE_STEPS)
        .run(new TaskVector(expected.get("scale").asDouble()));
    assertEqual(expected);
  }

  /** The noise is the file's formula, spread evenly instead of drawn. */
  @ParameterizedTest
  @ValueSource(strings = {"alpha_0.3", "alpha_0.7"})
  void undoDamage_byTheSameNoise_equalsPyTorch(String name) {
    JsonNode expected = ROOT.get("undo").get("edited").get(name);
    double alpha = expected.get("alpha").asDouble();
    new Undo(0, 1, alpha, expected.get("beta").asDouble(), 1, 1)
        .damage(model.weights(), (matrix, n) -> spread(n));
    assertEqual(expected);
  }

  private static void spread(Tensor matrix) {
    float[] values = new float[(int) matrix.numel()];
    for (int i = 0; i < values.length; i++) {
      double turn = 0.618033988749895 * (i + 1);
      values[i] = (float) (Undo.bound(matrix) * (2 * (turn - Math.floor(turn)) - 1));
    }
    new FloatPointer(matrix.data_ptr_float()).put(values);
  }

  @Test
  void lunarSolve_givenMatrices_equalsPyTorch() {
    JsonNode given = ROOT.get("lunar_given");
    try (PointerScope scope = new PointerScope()) {
      Tensor forget = matrix(given.get("forget_inputs"));
      Tensor retain = matrix(given.get("retain_inputs"));
      Tensor gram = forget.t().matmul(forget).add(retain.t().matmul(retain));
      Tensor r = float64(doubles(given.get("direction")));
      for (JsonNode solution : given.get("solutions")) {
        Tensor d =
            new Lunar(0, solution.get("coefficient").asDouble(), 1)
                .solve(gram, forget.sum(0), r, solution.get("ridge").asDouble());
        Tensor apart = matrix(given.get("weight")).add(d).sub(matrix(solution.get("solution")));
        assertThat(apart.abs().max().item_double()).isLessThan(2e-8); // nine digits in the file
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ridge_1", "ridge_0.01"})
  void lunar_onTheModel_equalsPyTorch(String name) {
    JsonNode golden = ROOT.get("lunar");
    JsonNode expected = golden.get("edited").get(name);
    int layer = golden.get("layer").asInt();
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      LunarSums sums = new LunarSums(model, layer);
      sums.addUnanswerable(TokenBatch.of(refusing()));
      sums.addForget(TokenBatch.of(FORGET));
      sums.addRetain(TokenBatch.of(RETAIN));
      double[] direction = doubles(golden.get("direction"));
      assertThat(sums.direction().sub(float64(direction)).abs().max().item_double())
          .isLessThan(1e-5);
      Tensor d =
          new Lunar(layer, expected.get("coefficient").asDouble(), 1)
              .solve(
                  sums.gram(), sums.forget(), sums.direction(), expected.get("ridge").asDouble());
      close("change", d.norm().item_double(), expected.get("change_norm"));
      sums.projection().copy_(d.add_(sums.projection()));
      close("weight", sums.projection().norm().item_double(), expected.get("weight_norm"));
      assertLikelihoods(expected);
    }
  }

  private static List<TokenizedExample> refusing() {
    List<TokenizedExample> all = new ArrayList<>();
    for (JsonNode prompt : ROOT.get("refusal_prompts")) {
      int[] ids = IntStream.concat(ints(prompt), IntStream.of(1)).toArray();
      all.add(new TokenizedExample(ids, prompt.size()));
    }
    return all;
  }

  private void assertEqual(JsonNode expected) {
    JsonNode norms = expected.get("weights_norm_by_parameter");
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor flat = model.weights().flat();
      close(
          "change",
          flat.sub(start.weights().flat()).norm().item_double(),
          expected.get("change_norm"));
      close("weights", flat.norm().item_double(), expected.get("weights_norm"));
      assertThat(model.weights().tensors()).hasSize(norms.size());
      model
          .weights()
          .tensors()
          .forEach((name, t) -> close(name, t.norm().item_double(), norms.get(name)));
      assertLikelihoods(expected);
    }
  }

  private void assertLikelihoods(JsonNode expected) {
    close("forget", model.nll(TokenBatch.of(FORGET)).item_double(), expected.get("ce_forget"));
    close("retain", model.nll(TokenBatch.of(RETAIN)).item_double(), expected.get("ce_retain"));
  }

  private static void close(String what, double got, JsonNode expected) {
    assertThat(got).as(what).isCloseTo(expected.asDouble(), withinPercentage(PERCENT));
  }

  private static Tensor matrix(JsonNode rows) {
    double[] all =
        StreamSupport.stream(rows.spliterator(), false)
            .flatMapToDouble(row -> java.util.Arrays.stream(doubles(row)))
            .toArray();
    return float64(all).view(rows.size(), -1);
  }

  private static double[] doubles(JsonNode list) {
    return IntStream.range(0, list.size()).mapToDouble(i -> list.get(i).asDouble()).toArray();
  }

  private static IntStream ints(JsonNode list) {
    return IntStream.range(0, list.size()).map(i -> list.get(i).asInt());
  }
}
