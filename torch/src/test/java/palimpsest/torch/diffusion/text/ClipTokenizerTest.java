package palimpsest.torch.diffusion.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.checkpoint.JsonFile;

/** Against transformers' CLIPTokenizer in testkit/golden/diffusion/text. */
class ClipTokenizerTest {
  private static final Path GOLDEN = Path.of("../testkit/golden/diffusion/text");
  private static final List<String> LOW = List.of("Low low", "LOW, lower");

  @TempDir Path folder;

  static Stream<String> names() {
    JsonNode cases = JsonFile.read(GOLDEN.resolve("prompts.json")).get("cases");
    return StreamSupport.stream(cases.spliterator(), false).map(each -> each.get("name").asText());
  }

  private static JsonNode golden(String name) {
    for (JsonNode each : JsonFile.read(GOLDEN.resolve("prompts.json")).get("cases")) {
      if (each.get("name").asText().equals(name)) {
        return each;
      }
    }
    throw new AssertionError("no case " + name);
  }

  private Path laid(String name) throws IOException {
    return laid(name, folder);
  }

  /** The folder that the script laid out for a case. */
  static Path laid(String name, Path folder) throws IOException {
    if (name.equals("fast")) {
      return GOLDEN.resolve("tokenizer/fast");
    }
    for (String file : List.of("vocab.json", "merges.txt")) {
      Files.copy(GOLDEN.resolve("tokenizer").resolve(file), folder.resolve(file));
    }
    for (Map.Entry<String, JsonNode> file : golden(name).get("files").properties()) {
      JsonFile.write(folder.resolve(file.getKey()), file.getValue());
    }
    return folder;
  }

  private static int[] ids(JsonNode list) {
    return IntStream.range(0, list.size()).map(i -> list.get(i).intValue()).toArray();
  }

  @ParameterizedTest
  @MethodSource("names")
  void encodeAndDecode_everyPrompt_equalTransformers(String name) throws IOException {
    JsonNode golden = golden(name);
    assertThat(golden.get("prompts")).hasSizeGreaterThan(35);
    try (ClipTokenizer tokenizer = ClipTokenizer.load(laid(name))) {
      for (JsonNode each : golden.get("prompts")) {
        String prompt = each.get("prompt").asText();
        int[] tokens = ids(each.get("tokens"));
        assertThat(tokenizer.tokens(prompt)).as(prompt).isEqualTo(tokens);
        assertThat(tokenizer.encode(prompt)).as(prompt).isEqualTo(ids(each.get("encoded")));
        assertThat(tokenizer.decode(tokens)).isEqualTo(each.get("decoded").asText());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void load_everyStyle_knowsItsSpecialTokens(String name) throws IOException {
    JsonNode golden = golden(name);
    try (ClipTokenizer tokenizer = ClipTokenizer.load(laid(name))) {
      assertThat(tokenizer.size()).isEqualTo(golden.get("size").intValue());
      assertThat(tokenizer.length()).isEqualTo(golden.get("length").intValue());
      assertThat(tokenizer.bos()).isEqualTo(golden.get("bos").intValue());
      assertThat(tokenizer.eos()).isEqualTo(golden.get("eos").intValue());
      assertThat(tokenizer.pad()).isEqualTo(golden.get("pad").intValue());
      assertThat(tokenizer.token(tokenizer.bos())).isEqualTo("<|startoftext|>");
      assertThat(tokenizer.id("cat</w>")).hasValue(533);
      assertThat(tokenizer.id("no such token")).isEmpty();
    }
  }

  @Test
  void encode_severalTexts_areRowsOfOneArray() throws IOException {
    try (ClipTokenizer tokenizer = ClipTokenizer.load(laid("inversion"))) {
      long[] rows = tokenizer.encode(List.of("a cat", ""));
      assertThat(rows).hasSize(2 * 16).startsWith(698, 320, 533, 699, 699);
      assertThat(rows[16]).isEqualTo(698);
      assertThat(rows[17]).isEqualTo(699);
    }
  }

  @Test
  void tokens_halfASurrogatePair_becomeReplacementCharacters() throws IOException {
    try (ClipTokenizer tokenizer = ClipTokenizer.load(laid("bare"))) {
      int[] broken = tokenizer.tokens("a\ud800b");
      assertThat(broken).isEqualTo(tokenizer.tokens("a\ufffd\ufffd\ufffdb"));
    }
  }

  @Test
  void decode_idBeyondTheVocabulary_isRefused() throws IOException {
    try (ClipTokenizer tokenizer = ClipTokenizer.load(laid("bare"))) {
      assertThat(tokenizer.decode(new int[0])).isEmpty();
      assertThatThrownBy(() -> tokenizer.decode(new int[] {700}))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /**
   * By hand: the pieces are three times {@code l o w</w>}, once {@code ,</w>} and once {@code l o w
   * e r</w>}. "l o" stands four times and is merged first; then "lo w</w>" three times; no other
   * pair stands twice. 512 letters, two merges, two special tokens.
   */
  @Test
  void train_threeLowsAndALower_mergesTheWholeWord() {
    try (ClipTokenizer tokenizer = ClipTokenizer.train(LOW, 1000, 6)) {
      assertThat(tokenizer.size()).isEqualTo(516);
      assertThat(tokenizer.token(512)).isEqualTo("lo");
      assertThat(tokenizer.token(513)).isEqualTo("low</w>");
      assertThat(tokenizer.bos()).isEqualTo(514);
      assertThat(tokenizer.encode("low")).containsExactly(514, 513, 515, 515, 515, 515);
      int w = tokenizer.id("w").orElseThrow();
      assertThat(tokenizer.encode("lows low")).startsWith(514, 512, w).hasSize(6).endsWith(515);
      assertThat(tokenizer.decode(tokenizer.tokens("Low LOW"))).isEqualTo("low low");
    }
  }

  @Test
  void train_sizeGiven_isKept_andTooSmallIsRefused() {
    try (ClipTokenizer tokenizer = ClipTokenizer.train(LOW, 515, 6)) {
      assertThat(tokenizer.size()).isEqualTo(515);
    }
    assertThatThrownBy(() -> ClipTokenizer.train(LOW, 513, 6)).isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> ClipTokenizer.train(LOW, 600, 2)).isInstanceOf(InvalidRequest.class);
  }

  @Test
  void writeTo_trainedTokenizer_isReadBack() {
    List<String> prompts = List.of("low, lower!", "\u00e9t\u00e9 <|endoftext|> 12", "");
    try (ClipTokenizer one = ClipTokenizer.train(LOW, 600, 9)) {
      one.writeTo(folder);
      try (ClipTokenizer other = ClipTokenizer.load(folder)) {
        assertThat(other.encode(prompts)).isEqualTo(one.encode(prompts));
        assertThat(other.size()).isEqualTo(one.size());
        assertThat(other.length()).isEqualTo(9);
      }
      assertThatThrownBy(() -> one.writeTo(folder))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("is there already");
    }
  }

  @Test
  void writeTo_loadedWithAddedToken_keepsIt() throws IOException {
    Path copy = Files.createDirectory(folder.resolve("copy"));
    try (ClipTokenizer one = ClipTokenizer.load(laid("inversion"))) {
      one.writeTo(copy);
      try (ClipTokenizer other = ClipTokenizer.load(copy)) {
        assertThat(other.tokens("a <CAT-TOY>!"))
            .isEqualTo(one.tokens("a <CAT-TOY>!"))
            .contains(700);
      }
    }
  }

  @Test
  void requireFits_smallerEncoder_isRefused() {
    try (ClipTokenizer tokenizer = ClipTokenizer.train(LOW, 600, 9);
        ClipTokenizer longer = ClipTokenizer.train(LOW, 600, 10)) {
      ClipTextConfig config = ClipTextConfig.small(tokenizer, 8, 1, 2);
      tokenizer.requireFits(config);
      assertThatThrownBy(() -> longer.requireFits(config))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("texts of 10");
    }
  }
}
