package palimpsest.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.pytorch.global.torch.tensor;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import palimpsest.api.Interrupted;
import palimpsest.api.Recipe;
import palimpsest.torch.checkpoint.LlamaConfig;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.llm.InitialWeights;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;

/** Wrappers and sign descent, by hand on losses linear or square in one vector of weights. */
class DirectionTest {
  private static final LlamaConfig TINY = LlamaConfig.plain(40, 16, 32, 2, 4, 2, 64, true);
  private static final String VECTOR = "model.norm.weight";
  private static final List<TokenizedExample> DATA = DescentTest.data(12);
  private static final Direction.Parts ANY =
      new Direction.Parts(List.of(Batch.whole(DATA, 0)), List.of(Batch.whole(DATA, 1)));
  private static final Loss ASCENT = (model, batch) -> Loss.nll(model, batch).neg();

  @TempDir Path folder;

  private Llama model;

  @BeforeEach
  void open() {
    model = new Llama(TINY, InitialWeights.draw(TINY, 3));
  }

  @AfterEach
  void close() {
    model.close();
  }

  /**
   * The forget gradient (-1, 1) goes against the retain gradient (1, 0): <f, r> = -1 takes f to (0,
   * 1), and 3 (1, 0) is added, the retain gradient itself.
   */
  @Test
  void rectified_partlyOpposed_losesTheConflict() {
    try (Direction rectified = new Direction.Rectified(0).of(model.weights())) {
      assertGradient(rectified, linear(-1, 1), linear(1, 0), 3, 3, 1);
      assertGradient(rectified, linear(-1, 1), linear(1, 0), 0, 0, 1);
    }
  }

  /** f = -2 r: nothing of it is left. */
  @Test
  void rectified_opposed_leavesRetainAlone() {
    try (Direction rectified = new Direction.Rectified(0).of(model.weights())) {
      assertGradient(rectified, linear(-2, -4), linear(1, 2), 0.5, 0.5, 1);
    }
  }

  /** <f, r> is 0, then positive, then r is 0: the plain sum. */
  @ParameterizedTest
  @CsvSource({"0, 2, 1, 0", "1, 2, 1, 0", "-1, 2, 0, 0"})
  void rectified_noConflict_isPlainSum(float f1, float f2, float r1, float r2) {
    Loss forget = linear(f1, f2);
    Loss retain = linear(r1, r2);
    try (Direction rectified = new Direction.Rectified(0.5).of(model.weights());
        Direction sum = new Direction.Sum().of(model.weights())) {
      assertGradient(rectified, forget, retain, 2, f1 + 2 * r1, f2 + 2 * r2);
      assertGradient(sum, forget, retain, 2, f1 + 2 * r1, f2 + 2 * r2);
    }
  }

  /**
   * s = ½, retain gradients (1, 0), then (0, 1): r = (½, 0), then (¼, ½). In the second step f =
   * (-1, 0) has <f, r> = -¼ and |r|² = 5/16, so it becomes f + ⅘ r = (-⅘, ⅖), and (0, 1) is added.
   */
  @Test
  void rectified_smoothed_remembersRetainGradients() {
    try (Direction rectified = new Direction.Rectified(0.5).of(model.weights())) {
      assertGradient(rectified, linear(-1, 0), linear(1, 0), 1, 1, 0);
      assertGradient(rectified, linear(-1, 0), linear(0, 1), 1, -0.8, 1.4);
    }
  }

  /** L = ½ |v|² has gradient v: at v + ρ v/|v| it is (1 + ρ/|v|) v; v = (3, 4), ρ = 1: 1.2 v. */
  @Test
  void sharpnessAware_square_isTakenFurtherOut() {
    set(3, 4);
    String before = model.weights().digest();
    try (Direction aware = new Direction.SharpnessAware(1).of(model.weights())) {
      assertGradient(aware, DirectionTest::square, linear(1, 0), 2, 1.2 * 3 + 2, 1.2 * 4);
    }
    assertThat(model.weights().digest()).isEqualTo(before);
  }

  /** No gradient, no direction to climb: the weights stay, and so does the retain gradient. */
  @Test
  void sharpnessAware_zeroGradient_staysPut() {
    try (Direction aware = new Direction.SharpnessAware(1).of(model.weights())) {
      assertGradient(aware, linear(0, 0), linear(1, 0), 2, 2, 0);
    }
  }

  /** To climb by ρ = 0 is to stay. */
  @Test
  void sharpnessAware_radiusZero_isPlainSum() {
    Objective objective = Objective.of(ASCENT, Loss.NLL, 0.5);
    try (Direction aware = new Direction.SharpnessAware(0).of(model.weights());
        Direction sum = new Direction.Sum().of(model.weights())) {
      assertThat(gradient(aware, objective, 0.5)).isEqualTo(gradient(sum, objective, 0.5));
    }
  }

  /** v - η sign(g); where g is 0 nothing moves, and vectors do not decay but matrices do. */
  @Test
  void signDescent_oneStep_byHand() {
    set(3, 4, 5);
    float matrix = first("model.layers.0.mlp.up_proj.weight");
    fill(Objective.of(linear(1e-6f, 0, -7)));
    try (Optimiser sign = new SignDescent(model.weights(), 0.1)) {
      sign.step(0.5, 1);
      assertThat(sign.steps()).isEqualTo(1);
    }
    assertThat(Arrays.copyOf(values(VECTOR), 3)).containsExactly(2.5f, 4, 5.5f);
    assertThat(first("model.layers.0.mlp.up_proj.weight"))
        .isCloseTo(matrix * 0.95f, within(Math.abs(matrix) * 1e-6f));
  }

  @Test
  void rectified_resumed_equalsUninterrupted() {
    Stepping rectified = new Stepping(Optimiser.Kind.ADAMW, new Direction.Rectified(0.5));
    assertResumes(rectified);
    Stepping plain = Stepping.PLAIN;
    assertThat(descend(rectified, "again", () -> false))
        .isNotEqualTo(descend(plain, "plain", () -> false));
  }

  @Test
  void signDescentAndSharpnessAware_resumed_equalUninterrupted() {
    assertResumes(new Stepping(Optimiser.Kind.SIGN, new Direction.SharpnessAware(0.05)));
  }

  private void assertResumes(Stepping stepping) {
    String whole = descend(stepping, "whole", () -> false);
    for (int stopAt : new int[] {1, 4}) {
      int[] asked = {0};
      String cut = "cut" + stopAt;
      assertThatThrownBy(() -> descend(stepping, cut, () -> asked[0]++ == stopAt))
          .isInstanceOf(Interrupted.class);
      assertThat(descend(stepping, cut, () -> false)).isEqualTo(whole);
      assertThat(folder.resolve(cut).resolve("ledger.jsonl"))
          .hasSameTextualContentAs(folder.resolve("whole").resolve("ledger.jsonl"));
    }
  }

  private String descend(Stepping stepping, String run, BooleanSupplier stop) {
    Recipe recipe = new Recipe(2, 4, 2, 3e-3, 0, Recipe.Decay.CONSTANT, 0.01, 1, 7);
    try (Llama fresh = new Llama(TINY, InitialWeights.draw(TINY, 3))) {
      new Descent(
              DATA.subList(0, 9),
              DATA,
              Objective.of(ASCENT, Loss.NLL, 1),
              recipe,
              stepping,
              Optional.of(new RunFolder(folder.resolve(run), "{}", 3)),
              p -> {},
              stop)
          .run(fresh);
      return fresh.weights().digest();
    }
  }

  private void assertGradient(
      Direction direction, Loss forget, Loss retain, double weight, double... expected) {
    float[] got = gradient(direction, Objective.of(forget, retain, weight), weight);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) got[i]).as("element %d", i).isCloseTo(expected[i], within(1e-6));
    }
  }

  /** The gradient of {@link #VECTOR} first, then that of all. */
  private float[] gradient(Direction direction, Objective objective, double weight) {
    zero(model);
    direction.fill(model, objective, weight, ANY);
    try (PointerScope scope = new PointerScope()) {
      float[] own = floats(model.weights().tensor(VECTOR).grad());
      float[] all = floats(model.weights().gradient());
      float[] both = Arrays.copyOf(own, own.length + all.length);
      System.arraycopy(all, 0, both, own.length, all.length);
      return both;
    }
  }

  private void fill(Objective objective) {
    try (Direction sum = new Direction.Sum().of(model.weights())) {
      gradient(sum, objective, 0);
    }
  }

  /** a v, whose gradient is a. */
  private static Loss linear(float... a) {
    return (m, batch) -> {
      Tensor v = m.weights().tensor(VECTOR);
      return v.mul(tensor(Arrays.copyOf(a, (int) v.numel()))).sum();
    };
  }

  private static Tensor square(CausalLm m, Batch batch) {
    return m.weights().tensor(VECTOR).square().sum().mul(new Scalar(0.5));
  }

  /** These values first, then zeros. */
  private void set(float... first) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor v = model.weights().tensor(VECTOR);
      v.copy_(tensor(Arrays.copyOf(first, (int) v.numel())));
    }
  }

  private float first(String name) {
    return values(name)[0];
  }

  private float[] values(String name) {
    return floats(model.weights().tensor(name));
  }

  private static float[] floats(Tensor t) {
    float[] values = new float[(int) t.numel()];
    new FloatPointer(t.data_ptr_float()).get(values);
    return values;
  }

  private static void zero(Llama m) {
    try (PointerScope scope = new PointerScope()) {
      m.weights().gradient().zero_();
    }
  }
}
