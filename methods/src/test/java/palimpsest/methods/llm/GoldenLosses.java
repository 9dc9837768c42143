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
import org.bytedeco.javacpp.PointerScope;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.Checkpoint;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;

/** Examples, losses and gradients of a PyTorch implementation, from testkit/golden/losses. */
record GoldenLosses(JsonNode root) {
  private static final Path GOLDEN = Path.of("../testkit/golden");
  private static final double PERCENT = 0.01; // 1e-4 relative

  static GoldenLosses read(String file) throws IOException {
    return new GoldenLosses(
        new ObjectMapper().readTree(GOLDEN.resolve("losses").resolve(file).toFile()));
  }

  /** A model of testkit/golden/llama; whoever calls closes it. */
  static Llama model(String name) {
    try (Checkpoint checkpoint = Checkpoint.read(GOLDEN.resolve("llama").resolve(name))) {
      return new Llama(checkpoint.config(), Weights.of(checkpoint.weights()));
    }
  }

  List<TokenizedExample> examples(String set) {
    List<TokenizedExample> all = new ArrayList<>();
    for (JsonNode e : root.get(set).get("examples")) {
      IntStream ids = IntStream.concat(ints(e.get("prompt_ids")), ints(e.get("answer_ids")));
      all.add(new TokenizedExample(ids.toArray(), e.get("prompt_ids").size()));
    }
    return all;
  }

  /** That value, gradient norm and the norm of every parameter's gradient are those of a case. */
  void check(String name, LossRig.Result got, Llama model) {
    JsonNode expected = root.get("losses").get(name);
    check(name, got.loss(), expected.get("value"));
    check(name, got.norm(), expected.get("gradient_norm"));
    JsonNode each = expected.get("gradient_norm_by_parameter");
    assertThat(model.weights().tensors()).hasSize(each.size());
    try (PointerScope scope = new PointerScope()) {
      model
          .weights()
          .tensors()
          .forEach(
              (parameter, t) ->
                  check(parameter, t.grad().norm().item_double(), each.get(parameter)));
    }
  }

  private static void check(String what, double got, JsonNode expected) {
    assertThat(got).as(what).isCloseTo(expected.asDouble(), withinPercentage(PERCENT));
  }

  private static IntStream ints(JsonNode list) {
    return IntStream.range(0, list.size()).map(i -> list.get(i).asInt());
  }
}
