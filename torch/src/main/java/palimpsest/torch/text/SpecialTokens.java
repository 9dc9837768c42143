package palimpsest.torch.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import palimpsest.api.CorruptArtifact;
import palimpsest.torch.checkpoint.JsonFile;

/**
 * The special tokens and the chat template of a checkpoint folder, from the first file that names
 * them: tokenizer_config.json, special_tokens_map.json, generation_config.json, config.json.
 */
record SpecialTokens(
    OptionalInt bos,
    OptionalInt end,
    Set<Integer> eos,
    OptionalInt pad,
    Optional<String> chatTemplate) {

  static SpecialTokens read(Path folder, Vocabulary vocabulary) {
    return new Reader(folder, vocabulary).read();
  }

  private static final class Reader {
    private final Path folder;
    private final Vocabulary vocabulary;
    private final ObjectNode tokenizer;
    private final List<ObjectNode> spelled;
    private final List<ObjectNode> numbered;

    Reader(Path folder, Vocabulary vocabulary) {
      this.folder = folder;
      this.vocabulary = vocabulary;
      tokenizer = json("tokenizer_config.json");
      spelled = List.of(tokenizer, json("special_tokens_map.json"));
      numbered = List.of(json("generation_config.json"), json("config.json"));
    }

    SpecialTokens read() {
      OptionalInt end = one("eos_token");
      Set<Integer> eos = new TreeSet<>();
      numbered.forEach(json -> ids(json.path("eos_token_id")).forEach(eos::add));
      end.ifPresent(eos::add);
      return new SpecialTokens(
          one("bos_token"),
          end,
          Collections.unmodifiableSet(eos),
          one("pad_token"),
          chatTemplate());
    }

    private ObjectNode json(String name) {
      Path file = folder.resolve(name);
      return Files.isRegularFile(file)
          ? JsonFile.read(file)
          : JsonNodeFactory.instance.objectNode();
    }

    private OptionalInt one(String key) {
      for (ObjectNode json : spelled) {
        JsonNode token = json.path(key);
        String spelling = token.isObject() ? token.path("content").asText("") : token.asText("");
        if (!spelling.isEmpty()) {
          OptionalInt id = vocabulary.id(spelling);
          if (id.isEmpty()) {
            throw new CorruptArtifact(
                folder + ": " + key + " " + spelling + " is not in tokenizer.json");
          }
          return id;
        }
      }
      return numbered.stream()
          .flatMap(json -> ids(json.path(key + "_id")))
          .mapToInt(Integer::intValue)
          .findFirst();
    }

    private Stream<Integer> ids(JsonNode value) {
      Stream<JsonNode> nodes =
          value.isArray()
              ? Stream.iterate(0, i -> i < value.size(), i -> i + 1).map(value::get)
              : Stream.of(value);
      return nodes.filter(JsonNode::isInt).map(JsonNode::intValue).filter(id -> id >= 0);
    }

    private Optional<String> chatTemplate() {
      Path file = folder.resolve("chat_template.jinja");
      if (Files.isRegularFile(file)) {
        return Optional.of(JsonFile.text(file));
      }
      JsonNode template = tokenizer.path("chat_template");
      if (template.isArray()) {
        for (JsonNode named : template) {
          if (named.path("name").asText().equals("default")) {
            return Optional.of(named.path("template").asText());
          }
        }
      }
      return template.isTextual() ? Optional.of(template.asText()) : Optional.empty();
    }
  }
}
