package palimpsest.torch.diffusion.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.checkpoint.AtomicFile;
import palimpsest.torch.checkpoint.JsonFile;

/** A CLIP vocabulary in a folder, as diffusers lays it out. */
final class ClipTokenizerFiles {
  static final String WHOLE = "tokenizer.json";
  static final String CONFIG = "tokenizer_config.json";
  static final String VOCABULARY = "vocab.json";
  static final String MERGES = "merges.txt";
  static final String HEADER = "#version";

  private ClipTokenizerFiles() {}

  static ClipVocabulary read(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new InvalidRequest(folder + ": not a folder; give the folder of a tokenizer");
    }
    return new ClipTokenizerReader(folder).read();
  }

  /** Writes vocab.json, merges.txt and tokenizer_config.json. */
  static void write(ClipVocabulary vocabulary, Path folder) {
    for (String name : List.of(WHOLE, CONFIG, VOCABULARY, MERGES)) {
      if (Files.exists(folder.resolve(name))) {
        throw new InvalidRequest(folder.resolve(name) + ": is there already; give a new folder");
      }
    }
    ObjectNode ids = JsonNodeFactory.instance.objectNode();
    vocabulary.ids().forEach(ids::put);
    JsonFile.write(folder.resolve(VOCABULARY), ids);
    String merges = HEADER + ": 0.2\n" + String.join("\n", vocabulary.merges()) + "\n";
    AtomicFile.write(folder.resolve(MERGES), merges.getBytes(StandardCharsets.UTF_8));
    JsonFile.write(folder.resolve(CONFIG), config(vocabulary));
  }

  private static ObjectNode config(ClipVocabulary vocabulary) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("tokenizer_class", "CLIPTokenizer");
    json.put("model_max_length", vocabulary.length());
    json.put("bos_token", vocabulary.roles().bos());
    json.put("eos_token", vocabulary.roles().eos());
    json.put("unk_token", vocabulary.roles().unknown());
    json.put("pad_token", vocabulary.roles().pad());
    json.put("add_prefix_space", false).put("do_lower_case", true).put("errors", "replace");
    ObjectNode added = json.putObject("added_tokens_decoder");
    vocabulary
        .added()
        .forEach(each -> added.set(String.valueOf(each.id()), ClipTokenizerJson.added(each)));
    return json;
  }

  /** The file's object, an empty one where it is not there. */
  static ObjectNode optional(Path file) {
    return Files.isRegularFile(file) ? JsonFile.read(file) : JsonNodeFactory.instance.objectNode();
  }

  /** The fields of an object in order; none where it is missing. */
  static Map<String, JsonNode> fields(JsonNode object) {
    Map<String, JsonNode> fields = new LinkedHashMap<>();
    object.properties().forEach(each -> fields.put(each.getKey(), each.getValue()));
    return fields;
  }
}
