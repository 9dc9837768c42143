package palimpsest.torch.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import palimpsest.api.Decoding;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.Checkpoint;
import palimpsest.torch.text.TokenizedExample;

/** Against the outputs of Hugging Face transformers in testkit/golden/llama. */
class LlamaGoldenTest {
  private static final Path GOLDEN = Path.of("../testkit/golden/llama");

  static Stream<Path> fixtures() throws IOException {
    try (Stream<Path> folders = Files.list(GOLDEN)) {
      return folders
          .filter(f -> Files.exists(f.resolve("expected.json")))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void logits_everyPosition_equalTransformers(Path fixture) throws IOException {
    JsonNode expected = read(fixture);
    try (Llama model = load(fixture);
        PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      JsonNode ids = expected.get("input_ids");
      int width = ids.get(0).size();
      Tensor z = model.logits(longs(ids), ids.size(), width).contiguous();
      FloatPointer p = z.data_ptr_float();
      double worst = 0;
      int at = 0;
      for (JsonNode row : expected.get("logits")) {
        for (JsonNode position : row) {
          for (JsonNode logit : position) {
            worst = Math.max(worst, Math.abs(p.get(at++) - logit.asDouble()));
          }
        }
      }
      assertThat(at).isEqualTo((int) z.numel());
      assertThat(worst).isLessThan(1e-4);
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void greedy_twentyTokens_equalTransformers(Path fixture) throws IOException {
    JsonNode greedy = read(fixture).get("greedy");
    try (Llama model = load(fixture)) {
      Decoder decoder =
          new Decoder(new Alone(model, Corruption.NONE), token -> false, ids -> "", Decoder.FREE);
      int[] prompt = ints(greedy.get("prompt_ids"));
      int[] shorter = {prompt[0], 7};
      // decoded beside a shorter prompt, which is padded: the company must not matter
      List<List<int[]>> answers =
          decoder.decode(List.of(shorter, prompt), Decoding.greedy(greedy.get("new_ids").size()));
      assertThat(answers.get(1).get(0)).isEqualTo(ints(greedy.get("new_ids")));
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void tokenLogProb_paddedBatch_equalsTransformers(Path fixture) throws IOException {
    JsonNode answer = read(fixture).get("answer_logprob");
    int[] prompt = ints(answer.get("prompt_ids"));
    int[] completion = ints(answer.get("answer_ids"));
    int[] all = new int[prompt.length + completion.length];
    System.arraycopy(prompt, 0, all, 0, prompt.length);
    System.arraycopy(completion, 0, all, prompt.length, completion.length);
    int[] longer = new int[all.length + 5];
    System.arraycopy(all, 0, longer, 0, all.length);
    TokenBatch batch =
        TokenBatch.of(
            List.of(new TokenizedExample(all, prompt.length), new TokenizedExample(longer, 2)));
    try (Llama model = load(fixture);
        PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      FloatPointer p = model.tokenLogProb(batch).data_ptr_float();
      for (int i = 0; i < completion.length; i++) {
        assertThat((double) p.get(i))
            .isCloseTo(answer.get("logprobs").get(i).asDouble(), within(1e-4));
      }
      double sum = model.sequenceLogProb(batch).data_ptr_float().get(0);
      assertThat(sum).isCloseTo(answer.get("sum").asDouble(), within(1e-3));
    }
  }

  static Llama load(Path fixture) {
    try (Checkpoint checkpoint = Checkpoint.read(fixture)) {
      return new Llama(checkpoint.config(), Weights.of(checkpoint.weights()));
    }
  }

  private static JsonNode read(Path fixture) throws IOException {
    return new ObjectMapper().readTree(fixture.resolve("expected.json").toFile());
  }

  private static long[] longs(JsonNode rows) {
    List<Long> all = new ArrayList<>();
    rows.forEach(row -> row.forEach(id -> all.add(id.asLong())));
    return all.stream().mapToLong(l -> l).toArray();
  }

  private static int[] ints(JsonNode list) {
    int[] values = new int[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i).asInt();
    }
    return values;
  }
}
