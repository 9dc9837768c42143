package palimpsest.torch.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.Decoding;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Place;
import palimpsest.api.Recipe;
import palimpsest.api.Trace;
import palimpsest.torch.text.PromptTemplate;
import palimpsest.torch.train.Descent;
import palimpsest.torch.train.Loss;

class TextModelTest {
  private static final Path GOLDEN = Path.of("../testkit/golden/llama");
  private static final List<Example> EXAMPLES =
      List.of(example("Who wrote it?", "Ada Stone."), example("Where?", "In the valley."));

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"gqa-tied", "gqa-untied", "llama3-rope", "sharded", "bf16", "f16"})
  void write_thenRead_sameDigestAndTraces(String fixture) {
    try (TextModel first = read(GOLDEN.resolve(fixture))) {
      first.write(folder.resolve("copy"));
      try (TextModel second = read(folder.resolve("copy"))) {
        assertThat(second.digest()).isEqualTo(first.digest());
        assertThat(second.trace(EXAMPLES))
            .usingRecursiveComparison()
            .isEqualTo(first.trace(EXAMPLES));
      }
    }
  }

  @Test
  void write_afterTraining_readsAsWhatWasTrained() {
    try (TextModel start = read(GOLDEN.resolve("gqa-tied"));
        TextModel trained = start.copy()) {
      Recipe recipe = new Recipe(3, 2, 2, 1e-2, 0, Recipe.Decay.CONSTANT, 0, 1, 1);
      Descent.quiet(trained.encode(EXAMPLES), Loss.NLL, recipe).run(trained.llama());
      trained.write(folder.resolve("trained"));
      try (TextModel again = read(folder.resolve("trained"))) {
        assertThat(again.digest()).isEqualTo(trained.digest()).isNotEqualTo(start.digest());
        double before = start.trace(EXAMPLES).get(0).sumLogProb();
        assertThat(again.trace(EXAMPLES).get(0).sumLogProb()).isGreaterThan(before);
      }
    }
  }

  /** What transformers' from_pretrained looks for. */
  @Test
  void write_layout_isThatOfTransformers() throws IOException {
    Path source = GOLDEN.resolve("llama3-rope");
    Path out = folder.resolve("out");
    try (TextModel model = read(source)) {
      model.write(out);
    }
    JsonNode config = new ObjectMapper().readTree(out.resolve("config.json").toFile());
    assertThat(config.get("model_type").asText()).isEqualTo("llama");
    assertThat(config.get("architectures").get(0).asText()).isEqualTo("LlamaForCausalLM");
    assertThat(
            Stream.of(
                "vocab_size",
                "hidden_size",
                "intermediate_size",
                "num_hidden_layers",
                "num_attention_heads",
                "num_key_value_heads",
                "max_position_embeddings",
                "rms_norm_eps",
                "tie_word_embeddings",
                "eos_token_id"))
        .allSatisfy(key -> assertThat(config.has(key)).as(key).isTrue());
    assertThat(config.path("torch_dtype").asText(config.path("dtype").asText()))
        .isEqualTo("float32");
    assertThat(out.resolve("model.safetensors")).isRegularFile();
    for (String name :
        List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "chat_template.jinja",
            "generation_config.json")) {
      assertThat(out.resolve(name)).hasSameBinaryContentAs(source.resolve(name));
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.toList()).as("nothing temporary is left").containsExactly(out);
    }
  }

  @Test
  void trace_labels_areTheEncodedCompletion() {
    try (TextModel model = read(GOLDEN.resolve("gqa-tied"))) {
      Trace trace = model.trace(EXAMPLES).get(0);
      int[] tokens = trace.tokens();
      assertThat(tokens[tokens.length - 1]).isEqualTo(1);
      assertThat(model.template().answer(tokens)).isEqualTo("Ada Stone.");
    }
  }

  @Test
  void answer_stopString_isCutOff() {
    try (TextModel model = read(GOLDEN.resolve("gqa-tied"))) {
      Decoding unstopped = Decoding.sampled(0.7, 16, 1, 2);
      String free = model.answer(List.of("Who?"), unstopped).get(0).get(0);
      assertThat(free).hasSizeGreaterThan(6);
      String stop = free.substring(3, 5);
      Decoding how = new Decoding(0.7, 1, 16, 1, 2, List.of("never said", stop));
      assertThat(model.answer(List.of("Who?"), how).get(0).get(0))
          .isEqualTo(free.substring(0, free.indexOf(stop)));
    }
  }

  @Test
  void answer_longerThanTheRoom_endsAtTheModelsPositions() {
    try (TextModel model = read(GOLDEN.resolve("gqa-tied"))) {
      int positions = model.llama().config().maxPositions();
      int room = positions - model.template().prompt("Who?").length;
      assertThat(model.answer(List.of("Who?"), Decoding.greedy(room + 1000)))
          .isEqualTo(model.answer(List.of("Who?"), Decoding.greedy(room)));
    }
  }

  @Test
  void answer_promptWithoutRoom_isRefused() {
    try (TextModel model = read(GOLDEN.resolve("gqa-tied"))) {
      int positions = model.llama().config().maxPositions();
      String endless = "who ".repeat(positions);
      assertThatThrownBy(() -> model.answer(List.of(endless), Decoding.greedy(1)))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining(positions + " positions: shorten it");
    }
  }

  @Test
  void under_constraint_answersChangeDigestStays() {
    try (TextModel model = read(GOLDEN.resolve("gqa-tied"))) {
      int vocabulary = model.llama().config().vocabSize();
      TextModel silent =
          model.under((context, n, prompt) -> IntStream.range(0, vocabulary).toArray());
      assertThat(silent.digest()).isEqualTo(model.digest());
      Decoding how = Decoding.sampled(0.7, 16, 1, 2);
      assertThat(silent.answer(List.of("Who?"), how).get(0)).containsExactly("");
      assertThat(model.answer(List.of("Who?"), how).get(0).get(0)).isNotEmpty();
    }
  }

  @Test
  void readAskClose_nativeMemoryIsFlat() {
    useOnce();
    long objects = Pointer.totalCount();
    long bytes = Pointer.totalBytes();
    useOnce();
    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(objects);
    assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(bytes);
  }

  private static void useOnce() {
    try (TextModel model = read(GOLDEN.resolve("sharded"));
        TextModel copy = model.copy()) {
      copy.trace(EXAMPLES);
      copy.answer(List.of("Who?", "Where was it?"), Decoding.sampled(1, 8, 2, 3));
    }
  }

  private static TextModel read(Path folder) {
    return TextModel.read(folder, PromptTemplate.Kind.PLAIN);
  }

  private static Example example(String prompt, String completion) {
    return new Example("f#1", new Place("f", 1, 0, 1), prompt, completion, Example.Probe.NONE);
  }
}
