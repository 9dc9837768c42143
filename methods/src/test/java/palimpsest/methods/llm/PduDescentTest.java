package palimpsest.methods.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.Interrupted;
import palimpsest.api.Recipe;
import palimpsest.testkit.LeakCheck;
import palimpsest.testkit.RandomExamples;
import palimpsest.testkit.TinyModels;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Descent;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.Objective;
import palimpsest.torch.train.Progress;
import palimpsest.torch.train.RunFolder;
import palimpsest.torch.train.Stepping;

/** The weight λ of PDU as the training loop moves it. */
@ExtendWith(LeakCheck.class)
class PduDescentTest {
  private static final GoldenFile GOLDEN = GoldenFile.read("tokens.json");
  private static final Recipe RECIPE =
      new Recipe(3, 3, 2, 3e-3, 0, Recipe.Decay.LINEAR, 0.01, 1, 7);

  @TempDir Path folder;

  /** A step's λ, its retain loss and the λ of the next. */
  private record Dual(double weight, double loss, double next) {}

  private final List<Dual> duals = new ArrayList<>();
  private final List<Double> losses = new ArrayList<>();

  /** Three epochs of one step each; the reported loss is without the constant -λε. */
  @ParameterizedTest
  @CsvSource({"pdu_dual, 1, 6", "pdu_dual_clamped, 2, 7"})
  void lambda_threeSteps_equalPyTorch(String name, double dualStep, double limit) {
    JsonNode expected = GOLDEN.root().get(name);
    Recipe recipe = new Recipe(3, 3, 3, 1e-3, 0, Recipe.Decay.CONSTANT, 0.01, 1, 1);
    try (Llama model = GoldenFile.model("gqa-tied")) {
      descent(
              new Pdu(1, 1, dualStep, limit, 0),
              GOLDEN.examples("forget"),
              GOLDEN.examples("retain"),
              recipe,
              Optional.empty(),
              () -> false)
          .run(model);
      assertThat(duals).hasSize(3);
      for (int i = 0; i < 3; i++) {
        JsonNode step = expected.get("steps").get(i);
        double lambda = step.get("multiplier").asDouble();
        assertThat(duals.get(i).weight).isCloseTo(lambda, within(1e-5));
        assertThat(duals.get(i).loss).isCloseTo(step.get("retain_loss").asDouble(), within(1e-4));
        assertThat(duals.get(i).next)
            .isCloseTo(step.get("multiplier_after").asDouble(), within(1e-4));
        assertThat(losses.get(i) - lambda * limit)
            .isCloseTo(step.get("loss").asDouble(), withinPercentage(0.01));
      }
      try (PointerScope scope = new PointerScope();
          AutoGradMode off = new AutoGradMode(false)) {
        assertThat(model.weights().flat().norm().item_double())
            .isCloseTo(expected.get("weights_norm_after").asDouble(), withinPercentage(0.001));
      }
    }
  }

  /**
   * Two steps an epoch and one epoch of warm-up: λ stays for two steps, then moves by η (nll - ε).
   */
  @Test
  void lambda_inWarmup_stays() {
    run(new Pdu(1, 2, 0.5, 3, 1), Optional.empty(), () -> false);
    assertThat(duals).hasSize(6);
    assertThat(duals.subList(0, 2)).allSatisfy(d -> assertThat(d.next).isEqualTo(2));
    for (int i = 2; i < 6; i++) {
      Dual d = duals.get(i);
      assertThat(d.next).isEqualTo(d.weight + 0.5 * (d.loss - 3)).isGreaterThan(d.weight);
    }
  }

  /** λ starts at 0 and is raised by a broken limit: retain examples are read all the same. */
  @Test
  void lambda_fromZero_isRaised() {
    assertThat(new Pdu(1, 0, 1, 0.3, 0).needsRetain()).isTrue();
    assertThat(new Pdu(1, 0, 0, 0.3, 0).needsRetain()).isFalse();
    run(new Pdu(1, 0, 1, 0.3, 0), Optional.empty(), () -> false);
    assertThat(duals.get(0).weight).isZero();
    assertThat(duals.get(1).weight).isGreaterThan(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void resume_stoppedAnywhere_lambdaAndWeightsEqualUninterrupted(int stopAt) {
    Pdu method = new Pdu(1, 1, 0.5, 3, 1);
    String whole = run(method, Optional.of(at("whole")), () -> false);
    List<Dual> uninterrupted = List.copyOf(duals);
    duals.clear();
    int[] asked = {0};
    assertThatThrownBy(() -> run(method, Optional.of(at("cut")), () -> asked[0]++ == stopAt))
        .isInstanceOf(Interrupted.class);
    assertThat(run(method, Optional.of(at("cut")), () -> false)).isEqualTo(whole);
    assertThat(duals).isEqualTo(uninterrupted);
    assertThat(folder.resolve("cut/ledger.jsonl"))
        .hasSameTextualContentAs(folder.resolve("whole/ledger.jsonl"));
  }

  private RunFolder at(String name) {
    return new RunFolder(folder.resolve(name), "{}", 4);
  }

  private String run(Pdu method, Optional<RunFolder> run, BooleanSupplier stop) {
    try (Llama model = TinyModels.llama(1)) {
      descent(method, RandomExamples.of(6, 3), RandomExamples.of(5, 4), RECIPE, run, stop)
          .run(model);
      return model.weights().digest();
    }
  }

  /** The method's objective; what its rule does is noted. */
  private Descent descent(
      Pdu method,
      List<TokenizedExample> forget,
      List<TokenizedExample> retain,
      Recipe recipe,
      Optional<RunFolder> run,
      BooleanSupplier stop) {
    Objective objective = method.objective(Materials.NONE, method.retainLoss());
    Objective.Beside beside = objective.beside().orElseThrow();
    Objective.WeightRule noted =
        (weight, loss, epoch) -> {
          double next = beside.rule().next(weight, loss, epoch);
          duals.add(new Dual(weight, loss, next));
          return next;
        };
    Objective watched =
        new Objective(
            objective.loss(),
            Optional.of(new Objective.Beside(beside.loss(), beside.weight(), noted)));
    return new Descent(forget, retain, watched, recipe, Stepping.PLAIN, run, this::note, stop);
  }

  private void note(Progress progress) {
    losses.add(progress.loss());
  }
}
