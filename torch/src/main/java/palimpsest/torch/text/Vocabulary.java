package palimpsest.torch.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import palimpsest.api.CorruptArtifact;
import palimpsest.torch.checkpoint.JsonFile;

/** The tokens of a tokenizer.json with their ids. */
final class Vocabulary {
  private static final int LARGEST = 1 << 24;

  private final Path file;
  private final Map<String, Integer> ids = new HashMap<>();
  private final Map<Integer, String> tokens = new HashMap<>();
  private int size;

  private Vocabulary(Path file) {
    this.file = file;
  }

  /** Reads maps of tokens (BPE, WordPiece, WordLevel) and lists of them (Unigram). */
  static Vocabulary read(Path file) {
    Vocabulary vocabulary = new Vocabulary(file);
    ObjectNode json = JsonFile.read(file);
    JsonNode vocab = json.path("model").path("vocab");
    if (vocab.isObject()) {
      vocab.properties().forEach(each -> vocabulary.put(each.getKey(), each.getValue()));
    } else if (vocab.isArray()) {
      for (int i = 0; i < vocab.size(); i++) {
        vocabulary.put(vocab.get(i).path(0).asText(), json.numberNode(i));
      }
    } else {
      throw new CorruptArtifact(file + ": has no model.vocab; fetch the file again");
    }
    for (JsonNode added : json.path("added_tokens")) {
      vocabulary.put(added.path("content").asText(), added.path("id"));
    }
    return vocabulary;
  }

  private void put(String token, JsonNode id) {
    if (!id.isInt() || id.intValue() < 0 || id.intValue() >= LARGEST) {
      throw new CorruptArtifact(
          file + ": a token has id " + id + ", wanted a whole number from 0 to " + (LARGEST - 1));
    }
    ids.put(token, id.intValue());
    tokens.put(id.intValue(), token);
    size = Math.max(size, id.intValue() + 1);
  }

  int size() {
    return size;
  }

  OptionalInt id(String token) {
    Integer id = ids.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  String token(int id) {
    return tokens.getOrDefault(id, "");
  }
}
