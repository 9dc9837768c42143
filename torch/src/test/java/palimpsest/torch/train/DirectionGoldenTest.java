package palimpsest.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.bytedeco.pytorch.global.torch.log_sigmoid;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.Recipe;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.Checkpoint;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;

/** Wrappers and sign descent against PyTorch, in testkit/golden/losses/wrappers.json. */
class DirectionGoldenTest {
  private static final Loss ASCENT = (model, batch) -> Loss.nll(model, batch).neg();

  private final JsonNode golden = golden();

  @ParameterizedTest
  @ValueSource(
      strings = {"gru_opposed", "gru_ga", "gru_ga_moving", "gru_npo_moving", "gru_refusal"})
  void rectified_twoSteps_equalPyTorch(String name) {
    JsonNode expected = golden.get(name);
    boolean refusal = name.equals("gru_refusal");
    Direction.Parts parts =
        new Direction.Parts(
            whole(refusal ? "idk_forget" : "forget"),
            whole(name.equals("gru_opposed") ? "mixed" : "retain"));
    double average = expected.get("parameters").get("average").asDouble();
    double weight = expected.get("parameters").get("retain_weight").asDouble();
    try (Llama start = load("gqa-tied");
        Direction rectified = new Direction.Rectified(1 - average).of(start.weights())) {
      Loss forget = refusal ? Loss.NLL : name.contains("npo") ? npo(parts) : ASCENT;
      for (JsonNode step : expected.get("steps")) {
        zero(start);
        Direction.Losses got =
            rectified.fill(start, Objective.of(forget, Loss.NLL, weight), weight, parts);
        assertClose(got.data(), step.get("forget_loss"));
        assertClose(got.companions().orElseThrow(), step.get("retain_loss"));
        assertNorms(start, step.get("total"));
        move(start, -expected.get("parameters").get("rate").asDouble());
      }
      assertThat(norm(start.weights().flat()))
          .isCloseTo(expected.get("weights_norm_after").asDouble(), withinPercentage(0.001));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sam_npo", "sam_npo_small"})
  void sharpnessAware_equalsPyTorch(String name) {
    JsonNode expected = golden.get(name);
    Direction.Parts parts = new Direction.Parts(whole("forget"), whole("retain"));
    double radius = expected.get("parameters").get("radius").asDouble();
    List<Double> seen = new ArrayList<>();
    try (Llama start = load("gqa-tied");
        Direction aware = new Direction.SharpnessAware(radius).of(start.weights())) {
      String before = start.weights().digest();
      Loss npo = npo(parts);
      Loss noted =
          (m, batch) -> {
            Tensor loss = npo.of(m, batch);
            seen.add(loss.item_double());
            return loss;
          };
      zero(start);
      aware.fill(start, Objective.of(noted, Loss.NLL, 1), 1, parts);
      assertClose(seen.get(1), expected.get("forget_loss_at_perturbed"));
      assertNorms(start, expected.get("total"));
      zero(start);
      aware.fill(start, Objective.of(noted), 0, parts);
      assertNorms(start, expected.get("forget_at_perturbed"));
      assertThat(start.weights().digest()).isEqualTo(before);
    }
  }

  /** Signs of gradients near 0 may differ between machines, so weights have a wider bound. */
  @Test
  void signDescent_twoSteps_equalPyTorch() {
    JsonNode expected = golden.get("sign_grad_diff");
    Recipe recipe = new Recipe(2, 3, 3, 1e-3, 0, Recipe.Decay.CONSTANT, 0, 0, 1);
    List<Double> losses = new ArrayList<>();
    Stepping signs = new Stepping(Optimiser.Kind.SIGN, new Direction.Sum());
    Objective objective = Objective.of(ASCENT, Loss.NLL, 1);
    try (Llama start = load("gqa-tied");
        Llama moved = load("gqa-tied")) {
      new Descent(
              DescentTest.examples(golden.get("forget")),
              DescentTest.examples(golden.get("retain")),
              objective,
              recipe,
              signs,
              Optional.empty(),
              p -> losses.add(p.loss()),
              () -> false)
          .run(moved);
      assertClose(losses.get(0), expected.get("steps").get(0).get("loss"));
      assertClose(losses.get(1), expected.get("steps").get(1).get("loss"));
      try (PointerScope scope = new PointerScope();
          AutoGradMode off = new AutoGradMode(false)) {
        assertThat(norm(moved.weights().flat().sub(start.weights().flat())))
            .isCloseTo(expected.get("change_norm").asDouble(), withinPercentage(0.1));
        moved
            .weights()
            .tensors()
            .forEach(
                (name, t) ->
                    assertThat(norm(t))
                        .as(name)
                        .isCloseTo(
                            expected.get("weights_norm_after_by_parameter").get(name).asDouble(),
                            withinPercentage(0.01)));
      }
    }
  }

  private static void zero(Llama m) {
    try (PointerScope scope = new PointerScope()) {
      m.weights().gradient().zero_();
    }
  }

  private static void move(Llama m, double by) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      m.weights().flat().add_(m.weights().gradient(), new Scalar(by));
    }
  }

  private static double norm(Tensor t) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      return t.norm().item_double();
    }
  }

  private static void assertNorms(Llama m, JsonNode expected) {
    assertThat(GradientNorm.of(m.weights()))
        .isCloseTo(expected.get("gradient_norm").asDouble(), withinPercentage(0.01));
    JsonNode norms = expected.get("gradient_norm_by_parameter");
    assertThat(m.weights().tensors()).hasSize(norms.size());
    try (PointerScope scope = new PointerScope()) {
      m.weights()
          .tensors()
          .forEach(
              (name, t) ->
                  assertThat(norm(t.grad()))
                      .as(name)
                      .isCloseTo(norms.get(name).asDouble(), withinPercentage(0.01)));
    }
  }

  private static void assertClose(double got, JsonNode expected) {
    assertThat(got).isCloseTo(expected.asDouble(), withinPercentage(0.01));
  }

  private List<Batch> whole(String set) {
    List<TokenizedExample> data = DescentTest.examples(golden.get(set));
    return List.of(Batch.whole(data, IntStream.range(0, data.size()).toArray()));
  }

  /** -(2/β) mean log σ(-β (logp - logp_ref)), β = 0.1. */
  private static Loss npo(Direction.Parts parts) {
    ReferenceLogProb reference;
    try (Llama mha = load("mha")) {
      reference = ReferenceLogProb.of(mha, parts.data().get(0).rows());
    }
    return (m, batch) -> {
      Tensor gap = m.sequenceLogProb(batch.tokens()).sub(reference.sequences(batch)); // (B)
      return batch.exampleMean(log_sigmoid(gap.mul(new Scalar(-0.1)))).mul(new Scalar(-20.0));
    };
  }

  private static Llama load(String name) {
    try (Checkpoint checkpoint =
        Checkpoint.read(Path.of("../testkit/golden/llama").resolve(name))) {
      return new Llama(checkpoint.config(), Weights.of(checkpoint.weights()));
    }
  }

  private static JsonNode golden() {
    try {
      return new ObjectMapper()
          .readTree(Path.of("../testkit/golden/losses/wrappers.json").toFile());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
