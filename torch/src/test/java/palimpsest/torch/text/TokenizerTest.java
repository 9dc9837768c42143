package palimpsest.torch.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.checkpoint.JsonFile;
import palimpsest.torch.checkpoint.LlamaConfig;

class TokenizerTest {
  static final Path GOLDEN = Path.of("../testkit/golden/llama");

  @TempDir Path folder;

  private static int[] ids(JsonNode list) {
    return IntStream.range(0, list.size()).map(i -> list.get(i).intValue()).toArray();
  }

  /** The golden tokenizer with some of its JSON changed. */
  private Path edited(String file, Consumer<ObjectNode> edit) throws IOException {
    for (String name : new String[] {"tokenizer.json", "tokenizer_config.json"}) {
      Files.copy(GOLDEN.resolve("mha").resolve(name), folder.resolve(name));
    }
    ObjectNode json = JsonFile.read(folder.resolve(file));
    edit.accept(json);
    JsonFile.write(folder.resolve(file), json);
    return folder;
  }

  @ParameterizedTest
  @ValueSource(strings = {"mha", "llama3-rope"})
  void encodeAndDecode_goldenTexts_areThoseOfTransformers(String name) {
    Path golden = GOLDEN.resolve(name);
    JsonNode cases = JsonFile.read(golden.resolve("expected.json")).get("tokenizer");
    assertThat(cases).hasSizeGreaterThan(3);
    try (Tokenizer tokenizer = Tokenizer.load(golden)) {
      for (JsonNode each : cases) {
        String text = each.get("text").asText();
        assertThat(tokenizer.encode(text)).as(text).isEqualTo(ids(each.get("ids")));
        assertThat(tokenizer.encodeWithSpecial(text)).isEqualTo(ids(each.get("ids_with_specials")));
        assertThat(tokenizer.decode(ids(each.get("ids"))))
            .isEqualTo(each.get("decoded_skipping_specials").asText());
      }
      assertThat(
              tokenizer.encode(
                  JsonFile.read(golden.resolve("expected.json")).at("/input_text/0").asText()))
          .startsWith(281, 225, 79);
    }
  }

  @Test
  void load_golden_knowsItsSpecialTokens() {
    try (Tokenizer tokenizer = Tokenizer.load(GOLDEN.resolve("llama3-rope"))) {
      assertThat(tokenizer.vocabSize()).isEqualTo(300);
      assertThat(tokenizer.bos()).hasValue(0);
      assertThat(tokenizer.end()).hasValue(1);
      assertThat(tokenizer.eos()).containsExactly(1, 4);
      assertThat(tokenizer.pad()).hasValue(2);
      assertThat(tokenizer.tokenToId("<|im_start|>")).hasValue(3);
      assertThat(tokenizer.tokenToId("nothing like it")).isEmpty();
      assertThat(tokenizer.chatTemplate()).isPresent();
    }
  }

  @Test
  void decode_specialTokens_areLeftOut() {
    try (Tokenizer tokenizer = Tokenizer.load(GOLDEN.resolve("mha"))) {
      int[] word = tokenizer.encode("The");
      int[] around =
          IntStream.concat(
                  IntStream.of(0), IntStream.concat(IntStream.of(word), IntStream.of(1, 2)))
              .toArray();
      assertThat(tokenizer.decode(around)).isEqualTo("The");
      assertThat(tokenizer.decode(new int[0])).isEmpty();
    }
  }

  @Test
  void decode_idBeyondTheVocabulary_hasNoText() {
    try (Tokenizer tokenizer = Tokenizer.load(GOLDEN.resolve("mha"))) {
      int[] word = tokenizer.encode("The");
      int[] filled = IntStream.concat(IntStream.of(word), IntStream.of(300, 5000)).toArray();
      assertThat(tokenizer.decode(filled)).isEqualTo("The");
      assertThat(tokenizer.decode(new int[] {300})).isEmpty();
      assertThatThrownBy(() -> tokenizer.decode(new int[] {-1}))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void load_missingFile_isCorrupt() {
    assertThatThrownBy(() -> Tokenizer.load(folder))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("has no tokenizer.json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0}}}",
        "{\"model\":{\"vocab\":{\"a\":-1}}}",
        "{\"model\":{\"vocab\":{\"a\":99999999}}}",
        "{\"model\":{\"vocab\":{\"a\":\"b\"}}}",
        "{\"model\":{\"type\":\"Nothing\",\"vocab\":{\"a\":0},\"merges\":[]}}"
      })
  void load_garbledFile_isCorruptInOneLine(String json) throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), json);
    assertThatThrownBy(() -> Tokenizer.load(folder))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("tokenizer.json")
        .hasMessageNotContaining("\n");
  }

  @Test
  void load_specialTokenOutsideTheVocabulary_isCorrupt() throws IOException {
    Path changed = edited("tokenizer_config.json", json -> json.put("eos_token", "<|gone|>"));
    assertThatThrownBy(() -> Tokenizer.load(changed))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("eos_token <|gone|> is not in tokenizer.json");
  }

  /** Truncation and padding that somebody left in the file must not reach an example. */
  @Test
  void encode_fileWithTruncationAndPadding_ignoresBoth() throws IOException {
    Path changed =
        edited(
            "tokenizer.json",
            json -> {
              json.putObject("truncation")
                  .put("direction", "Right")
                  .put("max_length", 3)
                  .put("strategy", "LongestFirst")
                  .put("stride", 0);
              json.putObject("padding")
                  .put("direction", "Right")
                  .put("pad_id", 2)
                  .put("pad_type_id", 0)
                  .put("pad_token", "<|pad|>")
                  .putNull("pad_to_multiple_of")
                  .putObject("strategy")
                  .put("Fixed", 64);
            });
    try (Tokenizer tokenizer = Tokenizer.load(changed)) {
      String text = "The keeper of the library set the page by the window";
      assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
      assertThat(tokenizer.encode("a")).hasSize(1);
    }
  }

  @Test
  void requireFits_modelWithFewerRows_isRefused() {
    try (Tokenizer tokenizer = Tokenizer.load(GOLDEN.resolve("mha"))) {
      tokenizer.requireFits(LlamaConfig.plain(300, 8, 8, 1, 2, 2, 16, true));
      assertThatThrownBy(
              () -> tokenizer.requireFits(LlamaConfig.plain(299, 8, 8, 1, 2, 2, 16, true)))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("300 tokens, the model only 299");
    }
  }
}
