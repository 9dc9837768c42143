package palimpsest.methods.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static palimpsest.methods.llm.ByHand.FORGET;
import static palimpsest.methods.llm.ByHand.example;

import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.methods.RetainLoss;
import palimpsest.testkit.LeakCheck;
import palimpsest.testkit.TinyModels;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Descent;
import palimpsest.torch.train.Loss;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.Objective;
import palimpsest.torch.train.ReferenceLogProb;
import palimpsest.torch.train.Stepping;

/** Derived by hand: task vectors and UNDO. */
@ExtendWith(LeakCheck.class)
class StagedMethodsTest {
  private static final Recipe RECIPE = new Recipe(3, 2, 2, 1e-3, 0, Recipe.Decay.CONSTANT, 0, 1, 9);
  private static final List<TokenizedExample> RETAIN =
      List.of(example(1, 7, 71, 200, 1), example(2, 250, 30, 31, 1), example(2, 60, 61, 62, 1));

  private Llama model;

  @BeforeEach
  void open() {
    model = TinyModels.llama(1);
  }

  @AfterEach
  void close() {
    model.close();
  }

  private static StagesRig rig(Llama model) {
    return new StagesRig(model, FORGET, RETAIN, List.of(), RECIPE);
  }

  /** θ - 0 (θ_ft - θ) = θ, bit for bit. */
  @Test
  void taskVector_scaleZero_leavesTheDigest() {
    String before = model.weights().digest();
    assertThat(rig(model).run(new TaskVector(0)).steps).isEqualTo(3);
    assertThat(model.weights().digest()).isEqualTo(before);
  }

  /** θ_ft from a descent of its own; the edit element by element in double precision. */
  @ParameterizedTest
  @ValueSource(doubles = {0.5, 1, 5})
  void taskVector_scaleA_isThetaLessATimesTheWay(double scale) {
    float[] theta = values(model);
    float[] tuned;
    try (Llama copy = model.copy()) {
      Descent.quiet(FORGET, Loss.NLL, RECIPE).run(copy);
      tuned = values(copy);
    }
    rig(model).run(new TaskVector(scale));
    float[] got = values(model);
    for (int i = 0; i < got.length; i++) {
      double expected = theta[i] - scale * ((double) tuned[i] - theta[i]);
      assertThat((double) got[i]).as("parameter %s", i).isCloseTo(expected, within(5e-7));
    }
    assertThat(distance(theta, got)).isGreaterThan(0.01);
  }

  /** What training makes likelier, going back makes unlikelier. */
  @Test
  void taskVector_forgetSet_becomesLessLikely() {
    double before = nll(model, FORGET);
    rig(model).run(new TaskVector(1));
    assertThat(nll(model, FORGET)).isGreaterThan(before);
  }

  /** All weights 1, N = ½, α = 0.3, β = 2: matrices 0.7 + 0.6 · ½ = 1, vectors 0.7. */
  @Test
  void undoDamage_onesAndHalves_byHand() {
    Scopes.withoutGradient(() -> model.weights().flat().fill_(new Scalar(1.0)).numel());
    new Undo(0, 1, 0.3, 2, 1, 1).damage(model.weights(), (name, n) -> n.fill_(new Scalar(0.5)));
    try (PointerScope scope = new PointerScope()) {
      model
          .weights()
          .tensors()
          .forEach(
              (name, t) -> {
                double expected = t.dim() == 2 ? 1 : 0.7;
                assertThat(t.min().item_double()).as(name).isCloseTo(expected, within(1e-6));
                assertThat(t.max().item_double()).as(name).isCloseTo(expected, within(1e-6));
              });
    }
  }

  /** Undamaged, the student is its teacher: KL is 0 and so is its gradient, up to rounding. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void undo_alphaZero_isTheInnerStage(int inner) {
    Undo undo = new Undo(inner, 0.5, 0, 0.1, 1, 1e-3);
    float[] start = values(model);
    float[] suppressed;
    try (Llama copy = model.copy()) {
      suppress(copy, inner);
      suppressed = values(copy);
    }
    StagesRig rig = rig(model).run(undo);
    assertThat(rig.descents).containsExactly("suppress", "distil");
    assertThat(rig.steps).isEqualTo(undo.steps(RECIPE, FORGET.size(), RETAIN.size())).isEqualTo(5);
    assertThat(distance(suppressed, values(model))).isLessThan(1e-4 * distance(suppressed, start));
  }

  /** The two inner stages, put together here from the losses themselves. */
  private static void suppress(Llama model, int inner) {
    Loss forget =
        inner == 1
            ? (m, b) -> Loss.nll(m, b).mul(new Scalar(-0.5))
            : (m, b) -> new MaxEntropy(0.5, 1).forgetting(m, b, Materials.NONE);
    new Descent(
            FORGET,
            RETAIN,
            Objective.of(forget, Loss.NLL, 1),
            RECIPE,
            Stepping.PLAIN,
            Optional.empty(),
            p -> {},
            () -> false)
        .run(model);
  }

  /** A longer distillation brings the damaged model nearer to its teacher's outputs. */
  @Test
  void undo_distilledLonger_isNearerToTheTeacher() {
    try (Llama teacher = model.copy();
        Llama hardly = model.copy()) {
      suppress(teacher, 0);
      rig(hardly).run(new Undo(0, 0.5, 0.4, 0.5, 1, 1e-6));
      rig(model).run(new Undo(0, 0.5, 0.4, 0.5, 30, 3));
      assertThat(divergence(teacher, model)).isLessThan(0.5 * divergence(teacher, hardly));
    }
  }

  @Test
  void parameters_outOfRange_areRefused() {
    assertThatThrownBy(() -> new TaskVector(-1))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("scale must be >= 0, got -1.0");
    assertThatThrownBy(() -> new Undo(2, 1, 0.4, 0.1, 1, 1))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("inner must be 0");
    assertThatThrownBy(() -> new Undo(0, 1, 1.1, 0.1, 1, 1))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("alpha must be between 0 and 1, got 1.1");
    assertThatThrownBy(() -> new Undo(0, 1, 0.4, 0.1, Integer.MAX_VALUE, 1).steps(RECIPE, 9, 1))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("steps: wanted 1 to 2^31");
  }

  private static double divergence(Llama teacher, Llama student) {
    Materials materials = LossRig.from(teacher, ReferenceLogProb.NONE);
    return Scopes.withoutGradient(
        () ->
            new RetainLoss.Divergence()
                .of(student, Batch.whole(RETAIN, 0, 1, 2), materials)
                .item_double());
  }

  private static double nll(Llama model, List<TokenizedExample> data) {
    return Scopes.withoutGradient(() -> model.nll(Batch.whole(data, 0, 1).tokens()).item_double());
  }

  private static float[] values(Llama model) {
    Weights weights = model.weights();
    float[] values = new float[(int) weights.count()];
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      new FloatPointer(weights.flat().data_ptr_float()).get(values);
    }
    return values;
  }

  private static double distance(float[] one, float[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += Math.pow((double) one[i] - other[i], 2);
    }
    return Math.sqrt(sum);
  }
}
