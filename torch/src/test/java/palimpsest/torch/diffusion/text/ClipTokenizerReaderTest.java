package palimpsest.torch.diffusion.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.checkpoint.JsonFile;

/** Folders that are not what they should be. */
class ClipTokenizerReaderTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "tokenizer_config.json; model_max_length; 2",
        "tokenizer_config.json; model_max_length; \"77\"",
        "tokenizer_config.json; added_tokens_decoder; {\"705\": {\"content\": \"<x>\"}}",
        "tokenizer_config.json; added_tokens_decoder; {\"3\": {\"content\": \"<x>\"}}",
        "tokenizer_config.json; added_tokens_decoder; {\"5\": {\"content\": \"cat</w>\"}}",
        "tokenizer_config.json; added_tokens_decoder; {\"-1\": {\"content\": \"<x>\"}}",
        "tokenizer_config.json; added_tokens_decoder; {\"700\": {}}",
        "special_tokens_map.json; pad_token; \"<pad>\"",
        "special_tokens_map.json; bos_token; {\"content\": \"\"}",
        "vocab.json; cat</w>; \"5\"",
        "vocab.json; cat</w>; 5",
        "vocab.json; cat</w>; -1",
        "vocab.json; cat</w>; 2000000000",
        "vocab.json; cat</w>; 1.5",
      })
  void load_unsoundValue_isCorrupt(String file, String key, String value) throws IOException {
    ObjectNode json = JsonFile.read(ClipTokenizerTest.laid("sd1", folder).resolve(file));
    json.set(key, new ObjectMapper().readTree(value));
    JsonFile.write(folder.resolve(file), json);
    assertThatThrownBy(() -> ClipTokenizer.load(folder))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining(folder.toString())
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @CsvSource({"'a'", "'a b c'", "' a'", "'a '", "'zzz qqq'", "'cat</w> cat</w>'"})
  void load_unsoundMerge_isCorrupt(String line) throws IOException {
    Files.writeString(
        ClipTokenizerTest.laid("bare", folder).resolve("merges.txt"),
        "#version: 0.2\n" + line + "\n");
    assertThatThrownBy(() -> ClipTokenizer.load(folder)).isInstanceOf(CorruptArtifact.class);
  }

  @Test
  void load_missingFiles_areNamed() throws IOException {
    assertThatThrownBy(() -> ClipTokenizer.load(folder.resolve("nowhere")))
        .isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> ClipTokenizer.load(folder))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("neither vocab.json with merges.txt nor tokenizer.json");
    Files.writeString(folder.resolve("vocab.json"), "{}");
    Files.writeString(folder.resolve("merges.txt"), "");
    assertThatThrownBy(() -> ClipTokenizer.load(folder))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("vocabulary is empty");
  }

  @Test
  void load_lengthWithoutBound_isTheUsualOne() throws IOException {
    ObjectNode json =
        JsonFile.read(ClipTokenizerTest.laid("sd1", folder).resolve("tokenizer_config.json"));
    json.set("model_max_length", new ObjectMapper().readTree("1000000000000000019884624838656"));
    JsonFile.write(folder.resolve("tokenizer_config.json"), json);
    try (ClipTokenizer tokenizer = ClipTokenizer.load(folder)) {
      assertThat(tokenizer.length()).isEqualTo(77);
    }
  }

  @Test
  void load_tokenizersOfOtherKinds_areUnsupported() throws IOException {
    ObjectNode json =
        JsonFile.read(ClipTokenizerTest.laid("sd1", folder).resolve("tokenizer_config.json"));
    JsonFile.write(
        folder.resolve("tokenizer_config.json"), json.put("tokenizer_class", "T5Tokenizer"));
    assertThatThrownBy(() -> ClipTokenizer.load(folder))
        .isInstanceOf(UnsupportedModel.class)
        .hasMessageContaining("T5Tokenizer");
    Path llama = Path.of("../testkit/golden/llama/bf16/tokenizer.json");
    Path other = Files.createDirectory(folder.resolve("other"));
    Files.copy(llama, other.resolve("tokenizer.json"));
    assertThatThrownBy(() -> ClipTokenizer.load(other)).isInstanceOf(UnsupportedModel.class);
  }
}
