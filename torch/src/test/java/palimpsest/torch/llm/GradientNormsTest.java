package palimpsest.torch.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.Checkpoint;
import palimpsest.torch.text.TokenizedExample;

class GradientNormsTest {
  private static final Path GOLDEN = Path.of("../testkit/golden");

  @Test
  void norms_goldenExamples_equalPyTorch() throws IOException {
    JsonNode cases =
        new ObjectMapper()
            .readTree(GOLDEN.resolve("metrics/gradient_norms.json").toFile())
            .get("cases");
    List<TokenizedExample> examples = new ArrayList<>();
    cases.forEach(c -> examples.add(example(c)));
    try (Checkpoint checkpoint = Checkpoint.read(GOLDEN.resolve("llama/gqa-tied"));
        Llama model = new Llama(checkpoint.config(), Weights.of(checkpoint.weights()));
        PointerScope scope = new PointerScope()) {
      double[] got = GradientNorms.of(model, examples);
      assertThat(model.weights().tensors()).hasSize(cases.get(0).get("tensors").asInt());
      for (int i = 0; i < got.length; i++) {
        double wanted = cases.get(i).get("mean_norm").asDouble();
        assertThat(got[i]).isCloseTo(wanted, within(1e-4 * wanted));
      }
      assertThat(model.weights().gradient().abs().sum().item_double()).isZero();
    }
  }

  /** Long rows are multiplied out, short ones paired; ids repeat, and rows are padded. */
  @ParameterizedTest
  @ValueSource(strings = {"gqa-tied", "gqa-untied", "mha"})
  void norms_ofABatch_equalABackwardPassForEachExample(String folder) {
    Random random = new Random(3);
    try (Checkpoint checkpoint = Checkpoint.read(GOLDEN.resolve("llama/" + folder));
        Llama model = new Llama(checkpoint.config(), Weights.of(checkpoint.weights()))) {
      List<TokenizedExample> examples = new ArrayList<>();
      for (int length : new int[] {3, 40, 2, 11, 30, 5}) {
        int[] ids = random.ints(length, 0, 20).toArray();
        examples.add(new TokenizedExample(ids, 1 + random.nextInt(length - 1)));
      }
      double[] got = GradientNorms.of(model, examples);
      for (int i = 0; i < got.length; i++) {
        double wanted = byBackward(model, examples.get(i));
        assertThat(got[i]).isCloseTo(wanted, within(1e-5 * wanted));
      }
    }
  }

  private static double byBackward(Llama model, TokenizedExample example) {
    try (PointerScope scope = new PointerScope()) {
      model.weights().gradient().zero_();
      model.tokenLogProb(TokenBatch.of(List.of(example))).mean().neg().backward();
      return model.weights().tensors().values().stream()
          .mapToDouble(parameter -> parameter.grad().norm().item_double())
          .average()
          .orElseThrow();
    }
  }

  private static TokenizedExample example(JsonNode c) {
    IntStream ids =
        Stream.of("prompt_ids", "answer_ids")
            .flatMap(name -> StreamSupport.stream(c.get(name).spliterator(), false))
            .mapToInt(JsonNode::asInt);
    return new TokenizedExample(ids.toArray(), c.get("prompt_ids").size());
  }
}
