package palimpsest.torch.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Place;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.checkpoint.JsonFile;
import palimpsest.torch.text.PromptTemplate.Kind;
import palimpsest.torch.text.PromptTemplate.TooLong;

class PromptTemplateTest {
  private static final Path MHA = TokenizerTest.GOLDEN.resolve("mha");
  private static final Path LLAMA3 = TokenizerTest.GOLDEN.resolve("llama3-rope");

  @TempDir Path folder;

  private static Example example(String prompt, String completion) {
    Place place = new Place("facts.jsonl", 3, 100, 50);
    return new Example("facts.jsonl#3", place, prompt, completion, Example.Probe.NONE);
  }

  private static int[] concat(int[] a, int... b) {
    return IntStream.concat(IntStream.of(a), IntStream.of(b)).toArray();
  }

  private static PromptTemplate of(Kind kind, Tokenizer tokenizer) {
    return PromptTemplate.of(kind, tokenizer, 512, TooLong.REFUSE);
  }

  private Path edited(Consumer<ObjectNode> edit) throws IOException {
    Files.copy(MHA.resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
    ObjectNode json = JsonFile.read(MHA.resolve("tokenizer_config.json"));
    edit.accept(json);
    JsonFile.write(folder.resolve("tokenizer_config.json"), json);
    return folder;
  }

  /** By hand: the tokens of the two halves, then {@code <|eos|>}, id 1. */
  @Test
  void encode_plain_isPromptBlankCompletionAndEnd() {
    try (Tokenizer tokenizer = Tokenizer.load(MHA)) {
      TokenizedExample got = of(Kind.PLAIN, tokenizer).encode(example("Who?", "The keeper."));
      int[] prompt = tokenizer.encode("Question: Who?\nAnswer:");
      int[] answer = tokenizer.encode(" The keeper.");
      assertThat(got.promptLength()).isEqualTo(prompt.length);
      assertThat(got.ids()).isEqualTo(concat(concat(prompt, answer), 1));
      assertThat(got.completionLength()).isEqualTo(answer.length + 1);
      assertThat(tokenizer.decode(got.ids())).isEqualTo("Question: Who?\nAnswer: The keeper.");
    }
  }

  /** A passage cut in two reads as the whole did, whichever part has the blank. */
  @Test
  void encode_raw_isThePassageAsTrainedOn() {
    try (Tokenizer tokenizer = Tokenizer.load(MHA)) {
      String whole =
          tokenizer.decode(of(Kind.RAW, tokenizer).encode(example("", "The keeper.")).ids());
      for (Example cut :
          List.of(
              example("The", "keeper."), example("The", " keeper."), example("The ", "keeper."))) {
        assertThat(tokenizer.decode(of(Kind.RAW, tokenizer).encode(cut).ids())).isEqualTo(whole);
      }
    }
  }

  /** Models whose vocabulary is padded have rows for ids that no token has. */
  @Test
  void answer_idsThatNoTokenHas_areLeftOut() {
    try (Tokenizer tokenizer = Tokenizer.load(MHA)) {
      int[] ids = concat(tokenizer.encode("The keeper."), tokenizer.vocabSize() + 7);
      assertThat(of(Kind.PLAIN, tokenizer).answer(ids)).isEqualTo("The keeper.");
    }
  }

  /** This tokenizer adds {@code <|bos|>}, id 0, by itself, so the plain template does as well. */
  @Test
  void prompt_tokenizerThatAddsBos_beginsWithIt() {
    try (Tokenizer tokenizer = Tokenizer.load(LLAMA3)) {
      assertThat(of(Kind.PLAIN, tokenizer).prompt("Who?"))
          .isEqualTo(tokenizer.encodeWithSpecial("Question: Who?\nAnswer:"))
          .startsWith(0);
    }
  }

  @ParameterizedTest
  @CsvSource({"PLAIN,mha", "PLAIN,llama3-rope", "CHAT,llama3-rope"})
  void encode_anyExample_beginsWithThePromptAsAsked(Kind kind, String name) {
    try (Tokenizer tokenizer = Tokenizer.load(TokenizerTest.GOLDEN.resolve(name))) {
      PromptTemplate template = of(kind, tokenizer);
      for (String prompt : new String[] {"", "Who?", "a\n\n", " x ", "Ünïcode 🙂"}) {
        for (String completion : new String[] {"yes", " yes", "\n", "🙂", "No."}) {
          TokenizedExample got = template.encode(example(prompt, completion));
          int[] asked = template.prompt(prompt);
          assertThat(Arrays.copyOf(got.ids(), got.promptLength())).isEqualTo(asked);
          assertThat(got.ids()[got.ids().length - 1]).isEqualTo(1);
          int[] answer = Arrays.copyOfRange(got.ids(), asked.length, got.ids().length);
          assertThat(template.answer(answer)).isEqualTo(completion.strip());
        }
      }
    }
  }

  @Test
  void encode_emptyPrompt_isPlainTextAfterBos() {
    try (Tokenizer tokenizer = Tokenizer.load(MHA)) {
      TokenizedExample got = of(Kind.PLAIN, tokenizer).encode(example("", "The keeper."));
      assertThat(got.promptLength()).isEqualTo(1);
      assertThat(got.ids())
          .isEqualTo(concat(concat(new int[] {0}, tokenizer.encode("The keeper.")), 1));
    }
  }

  @Test
  void encode_emptyPromptWithoutBos_beginsWithTheEndToken() throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(edited(json -> json.remove("bos_token")))) {
      assertThat(of(Kind.PLAIN, tokenizer).prompt("")).containsExactly(1);
    }
  }

  /** The end token is the last learned position though padding has the same id. */
  @Test
  void encode_padIsEos_endTokenIsStillLearned() throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(edited(json -> json.put("pad_token", "<|eos|>")))) {
      TokenizedExample got = of(Kind.PLAIN, tokenizer).encode(example("Who?", "Me"));
      assertThat(tokenizer.pad()).isEqualTo(tokenizer.end());
      assertThat(got.ids()[got.ids().length - 1]).isEqualTo(tokenizer.end().getAsInt());
      assertThat(got.completionLength()).isEqualTo(tokenizer.encode(" Me").length + 1);
    }
  }

  @Test
  void prompt_chat_isTheRenderedTemplate() throws IOException {
    Path chatml =
        edited(
            json ->
                json.put("eos_token", "<|im_end|>")
                    .put(
                        "chat_template",
                        "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content"
                            + " + '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}"
                            + "{{ '<|im_start|>assistant\n' }}{% endif %}"));
    try (Tokenizer tokenizer = Tokenizer.load(chatml)) {
      TokenizedExample got = of(Kind.CHAT, tokenizer).encode(example("Who?", "Me"));
      int[] prompt = tokenizer.encode("<|im_start|>user\nWho?<|im_end|>\n<|im_start|>assistant\n");
      assertThat(got.ids()).isEqualTo(concat(concat(prompt, tokenizer.encode("Me")), 4));
      assertThat(got.ids()).startsWith(3);
    }
  }

  @Test
  void of_chatWithoutTemplateOrEnd_isUnsupported() throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(MHA)) {
      assertThatThrownBy(() -> of(Kind.CHAT, tokenizer))
          .isInstanceOf(UnsupportedModel.class)
          .hasMessageContaining("has no chat template");
    }
    try (Tokenizer tokenizer = Tokenizer.load(edited(json -> json.remove("eos_token")))) {
      assertThatThrownBy(() -> of(Kind.PLAIN, tokenizer))
          .isInstanceOf(UnsupportedModel.class)
          .hasMessageContaining("names no eos_token");
    }
  }

  @Test
  void of_chatTemplateThatFails_isUnsupportedBeforeAnyExample() throws IOException {
    Path changed = edited(json -> json.put("chat_template", "{% include 'x' %}"));
    try (Tokenizer tokenizer = Tokenizer.load(changed)) {
      assertThatThrownBy(() -> of(Kind.CHAT, tokenizer)).isInstanceOf(UnsupportedModel.class);
    }
    JsonFile.write(
        folder.resolve("tokenizer_config.json"),
        JsonFile.read(folder.resolve("tokenizer_config.json")).put("chat_template", "{# #}"));
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThatThrownBy(() -> of(Kind.CHAT, tokenizer))
          .isInstanceOf(UnsupportedModel.class)
          .hasMessageContaining("renders to nothing");
    }
  }

  @Test
  void encode_tooLong_isRefusedByNameOrCutOnRequest() {
    try (Tokenizer tokenizer = Tokenizer.load(MHA)) {
      Example example = example("Who?", "The keeper of the library");
      TokenizedExample whole = of(Kind.PLAIN, tokenizer).encode(example);
      int limit = whole.ids().length - 2;
      assertThatThrownBy(
              () -> PromptTemplate.of(Kind.PLAIN, tokenizer, limit, TooLong.REFUSE).encode(example))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("facts.jsonl#3")
          .hasMessageContaining("wanted at most " + limit);
      TokenizedExample cut =
          PromptTemplate.of(Kind.PLAIN, tokenizer, limit, TooLong.TRUNCATE).encode(example);
      assertThat(cut.ids()).isEqualTo(Arrays.copyOf(whole.ids(), limit));
      assertThat(cut.promptLength()).isEqualTo(whole.promptLength());
      assertThat(
              PromptTemplate.of(Kind.PLAIN, tokenizer, limit + 2, TooLong.REFUSE)
                  .encode(example)
                  .ids())
          .isEqualTo(whole.ids());
      assertThatThrownBy(
              () ->
                  PromptTemplate.of(Kind.PLAIN, tokenizer, whole.promptLength(), TooLong.TRUNCATE)
                      .encode(example))
          .isInstanceOf(InvalidRequest.class);
    }
  }
}
