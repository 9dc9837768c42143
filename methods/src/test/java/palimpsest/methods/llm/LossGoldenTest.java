package palimpsest.methods.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import palimpsest.methods.DescentMethod;
import palimpsest.testkit.LeakCheck;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.Checkpoint;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.ReferenceLogProb;

/** Against losses and gradients of a PyTorch implementation, in testkit/golden/losses. */
@ExtendWith(LeakCheck.class)
class LossGoldenTest {
  private static final Path GOLDEN = Path.of("../testkit/golden");
  private static final double PERCENT = 0.01; // 1e-4 relative

  static Stream<Arguments> losses() {
    return Stream.of(
        Arguments.of("ga", "mha", new GradientAscent()),
        Arguments.of("grad_diff", "mha", new GradDiff(1, 1)),
        Arguments.of("npo_forget", "mha", new Npo(0.1, 0)),
        Arguments.of("simnpo_forget", "mha", new SimNpo(0.5, 0, 1, 0)),
        Arguments.of("simnpo_margin", "mha", new SimNpo(0.5, 2, 0.125, 1)),
        Arguments.of("wga", "mha", new WeightedAscent(0.25, 1)),
        Arguments.of("satimp", "mha", new SatImp(0.25, 2, 0.1, 1)),
        Arguments.of("npo", "mha", new Npo(0.1, 1)),
        Arguments.of("npo_forget_reference_is_model", "gqa-tied", new Npo(0.1, 0)));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void loss_andEveryGradient_equalPyTorch(String name, String start, DescentMethod method)
      throws IOException {
    JsonNode golden = new ObjectMapper().readTree(GOLDEN.resolve("losses/losses.json").toFile());
    List<TokenizedExample> forget = examples(golden.get("forget"));
    JsonNode expected = golden.get("losses").get(name);
    try (Llama model = load("gqa-tied");
        Llama reference = load(start)) {
      LossRig rig =
          new LossRig(
              model,
              Materials.of(ReferenceLogProb.of(reference, forget)),
              forget,
              examples(golden.get("retain")));
      LossRig.Result got = rig.of(method);
      assertThat(got.loss()).isCloseTo(expected.get("value").asDouble(), withinPercentage(PERCENT));
      assertThat(got.norm())
          .isCloseTo(expected.get("gradient_norm").asDouble(), withinPercentage(PERCENT));
      assertEachNorm(model, expected.get("gradient_norm_by_parameter"));
    }
  }

  private static void assertEachNorm(Llama model, JsonNode expected) {
    assertThat(model.weights().tensors()).hasSize(expected.size());
    try (PointerScope scope = new PointerScope()) {
      model
          .weights()
          .tensors()
          .forEach(
              (name, t) ->
                  assertThat(t.grad().norm().item_double())
                      .as(name)
                      .isCloseTo(expected.get(name).asDouble(), withinPercentage(PERCENT)));
    }
  }

  private static Llama load(String name) {
    try (Checkpoint checkpoint = Checkpoint.read(GOLDEN.resolve("llama").resolve(name))) {
      return new Llama(checkpoint.config(), Weights.of(checkpoint.weights()));
    }
  }

  private static List<TokenizedExample> examples(JsonNode split) {
    List<TokenizedExample> all = new ArrayList<>();
    for (JsonNode e : split.get("examples")) {
      IntStream ids = IntStream.concat(ints(e.get("prompt_ids")), ints(e.get("answer_ids")));
      all.add(new TokenizedExample(ids.toArray(), e.get("prompt_ids").size()));
    }
    return all;
  }

  private static IntStream ints(JsonNode list) {
    return IntStream.range(0, list.size()).map(i -> list.get(i).asInt());
  }
}
