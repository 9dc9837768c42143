package palimpsest.methods.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import palimpsest.testkit.LossAndGradient;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.Checkpoint;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;

/** A file of testkit/golden/losses: examples, losses of a PyTorch implementation, gradients. */
public record GoldenFile(JsonNode root) {
  private static final Path GOLDEN = Path.of("../testkit/golden");
  private static final double PERCENT = 0.01; // 1e-4 relative

  public static GoldenFile read(String name) {
    try {
      return new GoldenFile(
          new ObjectMapper().readTree(GOLDEN.resolve("losses").resolve(name).toFile()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A model of testkit/golden/llama; whoever calls closes it. */
  public static Llama model(String name) {
    try (Checkpoint checkpoint = Checkpoint.read(GOLDEN.resolve("llama").resolve(name))) {
      return new Llama(checkpoint.config(), Weights.of(checkpoint.weights()));
    }
  }

  /** The examples of a set, such as {@code "forget"}. */
  public List<TokenizedExample> examples(String set) {
    List<TokenizedExample> all = new ArrayList<>();
    for (JsonNode e : root.get(set).get("examples")) {
      IntStream ids = IntStream.concat(ints(e.get("prompt_ids")), ints(e.get("answer_ids")));
      all.add(new TokenizedExample(ids.toArray(), e.get("prompt_ids").size()));
    }
    return all;
  }

  /** Value, norm of the gradient and its norm by parameter are those of the file. */
  void assertEqual(String loss, Llama model, LossAndGradient got) {
    assertEqual(loss, 0, model, got);
  }

  /**
   * The same.
   *
   * @param constant what the file's value has beside ours
   */
  void assertEqual(String loss, double constant, Llama model, LossAndGradient got) {
    JsonNode expected = root.get("losses").get(loss);
    assertClose("value", got.loss() + constant, expected.get("value"));
    assertClose("gradient", got.norm(), expected.get("gradient_norm"));
    JsonNode norms = expected.get("gradient_norm_by_parameter");
    assertThat(model.weights().tensors()).hasSize(norms.size());
    try (PointerScope scope = new PointerScope()) {
      model
          .weights()
          .tensors()
          .forEach((name, t) -> assertClose(name, t.grad().norm().item_double(), norms.get(name)));
    }
  }

  private static void assertClose(String what, double got, JsonNode expected) {
    assertThat(got).as(what).isCloseTo(expected.asDouble(), withinPercentage(PERCENT));
  }

  private static IntStream ints(JsonNode list) {
    return IntStream.range(0, list.size()).map(i -> list.get(i).asInt());
  }
}
