package palimpsest.methods.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.pytorch.global.torch.ScalarType;
import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.empty;
import static org.bytedeco.pytorch.global.torch.eye;
import static org.bytedeco.pytorch.global.torch.linalg_lstsq;
import static org.bytedeco.pytorch.global.torch.zeros;
import static palimpsest.methods.llm.ByHand.example;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.api.UnsupportedModel;
import palimpsest.testkit.LeakCheck;
import palimpsest.testkit.TinyModels;
import palimpsest.torch.Scopes;
import palimpsest.torch.checkpoint.LlamaConfig;
import palimpsest.torch.llm.InitialWeights;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.llm.TokenBatch;
import palimpsest.torch.text.TokenizedExample;

/** Derived by hand: the closed form of LUNAR and what it does to a model. */
@ExtendWith(LeakCheck.class)
class LunarTest {
  private static final List<TokenizedExample> FORGET = List.of(example(1, 40, 8, 1));
  private static final List<TokenizedExample> RETAIN = List.of(example(1, 71, 200, 1));
  private static final List<TokenizedExample> UNANSWERABLE =
      List.of(example(3, 9, 8, 7, 1), example(2, 30, 4, 1));

  private Llama model;

  @BeforeEach
  void open() {
    model = TinyModels.llama(1);
    try (PointerScope scope = new PointerScope(); // at 0.02 states hardly differ
        AutoGradMode off = new AutoGradMode(false)) {
      model.weights().flat().narrow(0, 0, model.weights().decayed()).mul_(new Scalar(20.0));
    }
  }

  @AfterEach
  void close() {
    model.close();
  }

  private static StagesRig rig(Llama model, int microBatch) {
    Recipe recipe = new Recipe(1, 4, microBatch, 1e-3, 0, Recipe.Decay.CONSTANT, 0, 1, 9);
    return new StagesRig(model, FORGET, RETAIN, UNANSWERABLE, recipe);
  }

  /**
   * The squares that it minimises, as one least-squares problem of stacked rows that LAPACK solves
   * by orthogonal factors: X_f D' = c r, X_r D' = 0, √λ D' = 0.
   */
  @Test
  void solve_randomProblem_isTheLeastSquares() {
    double lambda = 0.3;
    try (PointerScope scope = new PointerScope()) {
      Random random = new Random(5);
      Tensor forget = matrix(random, 7, 5);
      Tensor retain = matrix(random, 9, 5);
      Tensor r = matrix(random, 1, 3);
      Tensor gram = forget.t().matmul(forget).add(retain.t().matmul(retain));
      Tensor got = new Lunar(0, 2, 1).solve(gram, forget.sum(0), r.view(-1), lambda); // (3, 5)
      Tensor ridge = eye(5, doubles()).mul(new Scalar(Math.sqrt(lambda)));
      Tensor rows = cat(new TensorVector(forget, retain, ridge), 0); // (21, 5)
      Tensor targets = zeros(new long[] {21, 3}, doubles());
      targets.narrow(0, 0, 7).add_(r.mul(new Scalar(2.0)));
      Tensor brute = linalg_lstsq(rows, targets).get0(); // (5, 3)
      assertThat(got.sub(brute.t()).abs().max().item_double()).isLessThan(1e-10);
      assertThat(got.norm().item_double()).isGreaterThan(0.1);
    }
  }

  /**
   * x_f = (1, 0), x_r = (0, 1), r = (3, 4), c = 2. Sums of squares: I. λ = 1: v = (I + I)⁻¹ x_f =
   * (½, 0), D x_f = c r / 2 = (3, 4), D x_r = 0; without a ridge D x_f would be c r.
   */
  @Test
  void solve_orthogonalInputs_byHand() {
    try (PointerScope scope = new PointerScope()) {
      Tensor both = eye(2, doubles());
      Tensor forget = float64(1, 0);
      Tensor r = float64(3, 4);
      assertThat(values(new Lunar(0, 2, 1).solve(both, forget, r, 1)))
          .containsExactly(new double[] {3, 0, 4, 0}, within(1e-12));
      assertThat(values(new Lunar(0, 2, 1).solve(both, forget, r, 0)))
          .containsExactly(new double[] {6, 0, 8, 0}, within(1e-12));
    }
  }

  /**
   * One token each way and hardly a ridge: both wishes are met. The forget question's state moves
   * by c r, with c = 1 to where the unanswerable ones have theirs, and the retain one's stays.
   */
  @Test
  void change_oneTokenQuestions_landWhereItPoints() {
    float[] refused = mean(states(model, 1, UNANSWERABLE), 2);
    float[] kept = states(model, 1, RETAIN);
    float[] before = states(model, 1, FORGET);
    rig(model, 4).run(new Lunar(1, 1, 1e-9));
    assertThat(states(model, 1, FORGET)).containsExactly(refused, within(1e-4f));
    assertThat(states(model, 1, RETAIN)).containsExactly(kept, within(1e-4f));
    assertThat(Math.abs(before[0] - refused[0])).isGreaterThan(0.01f);
  }

  @Test
  void change_onlyOneMatrix_ofTheLayer() {
    Set<String> changed = new HashSet<>();
    try (Llama before = model.copy()) {
      rig(model, 4).run(Lunar.defaults());
      try (PointerScope scope = new PointerScope()) {
        model
            .weights()
            .tensors()
            .forEach(
                (name, t) -> {
                  if (!t.equal(before.weights().tensor(name))) {
                    changed.add(name);
                  }
                });
      }
    }
    assertThat(changed).containsExactly("model.layers.1.mlp.down_proj.weight"); // 2 · 22 / 32
  }

  @Test
  void change_coefficientZero_leavesTheDigest() {
    String before = model.weights().digest();
    rig(model, 4).run(new Lunar(0, 0, 0.1));
    assertThat(model.weights().digest()).isEqualTo(before);
  }

  /** Sums over batches are sums over all. */
  @Test
  void change_rowByRow_isTheSame() {
    try (Llama other = model.copy()) {
      rig(model, 4).run(Lunar.defaults());
      rig(other, 1).run(Lunar.defaults());
      String down = "model.layers.1.mlp.down_proj.weight";
      try (PointerScope scope = new PointerScope()) {
        Tensor apart = model.weights().tensor(down).sub(other.weights().tensor(down));
        assertThat(apart.abs().max().item_double()).isLessThan(1e-5);
      }
    }
  }

  @Test
  void require_layerThatIsNot_isRefused() {
    assertThatThrownBy(() -> new Lunar(2, 2, 0.1).require(model))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage(
            "layer must be at most 1, got 2: the model has 2 decoder layers, numbered from 0");
    assertThatThrownBy(() -> Lunar.defaults().with(Map.of("layer", -2.0)))
        .isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> new Lunar(-1, 2, 0))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("ridge must be > 0, got 0.0");
  }

  @Test
  void change_oneLayer_takesIt() {
    LlamaConfig config = LlamaConfig.plain(300, 16, 32, 1, 4, 2, 128, true);
    try (Llama one = new Llama(config, InitialWeights.draw(config, 3))) {
      String before = one.weights().digest();
      rig(one, 4).run(Lunar.defaults());
      assertThat(one.weights().digest()).isNotEqualTo(before);
    }
  }

  @Test
  void change_modelOfZeros_isRefused() {
    Scopes.withoutGradient(() -> model.weights().flat().zero_().numel());
    assertThatThrownBy(() -> rig(model, 4).run(Lunar.defaults()))
        .isInstanceOf(UnsupportedModel.class)
        .hasMessageContaining("mean square of what enters mlp.down_proj of layer 1 is 0.0");
  }

  @Test
  void unanswerable_questions_areShortAndDiffer() {
    List<String> all = Unanswerable.questions();
    assertThat(all).doesNotHaveDuplicates().hasSizeGreaterThan(10);
    assertThat(all).allSatisfy(q -> assertThat(q).matches("[A-Z][ -~]{10,34}\\?"));
  }

  private static TensorOptions doubles() {
    return new TensorOptions(ScalarType.Double);
  }

  private static Tensor matrix(Random random, int rows, int columns) {
    return float64(random.doubles((long) rows * columns, -1, 1).toArray()).view(rows, columns);
  }

  static Tensor float64(double... values) {
    Tensor t = empty(new long[] {values.length}, doubles(), new MemoryFormatOptional());
    new DoublePointer(t.data_ptr_double()).put(values);
    return t;
  }

  private static double[] values(Tensor t) {
    double[] values = new double[(int) t.numel()];
    t.contiguous().data_ptr_double().get(values);
    return values;
  }

  private static float[] states(Llama model, int layer, List<TokenizedExample> data) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor h = model.promptStates(TokenBatch.of(data), layer).contiguous(); // (B, E)
      float[] values = new float[(int) h.numel()];
      h.data_ptr_float().get(values);
      return values;
    }
  }

  private static float[] mean(float[] rows, int count) {
    float[] mean = new float[rows.length / count];
    for (int i = 0; i < rows.length; i++) {
      mean[i % mean.length] += rows[i] / count;
    }
    return mean;
  }
}
