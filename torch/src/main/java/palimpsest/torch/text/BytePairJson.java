package palimpsest.torch.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.checkpoint.JsonFile;

/** Writes a byte-level byte-pair encoding as tokenizer.json and tokenizer_config.json. */
final class BytePairJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private BytePairJson() {}

  static void write(List<String> tokens, List<BytePairTrainer.Pair> merges, Path folder) {
    Path tokenizer = folder.resolve("tokenizer.json");
    Path config = folder.resolve("tokenizer_config.json");
    for (Path file : List.of(tokenizer, config)) {
      if (Files.exists(file)) {
        throw new InvalidRequest(file + ": is there already; give a new folder");
      }
    }
    JsonFile.write(config, config());
    JsonFile.write(tokenizer, tokenizer(tokens, merges));
  }

  private static ObjectNode config() {
    return JSON.objectNode()
        .put("tokenizer_class", "PreTrainedTokenizerFast")
        .put("bos_token", BytePairTrainer.SPECIAL.get(0))
        .put("eos_token", BytePairTrainer.SPECIAL.get(1))
        .put("pad_token", BytePairTrainer.SPECIAL.get(2))
        .put("clean_up_tokenization_spaces", false);
  }

  private static ObjectNode tokenizer(List<String> tokens, List<BytePairTrainer.Pair> merges) {
    ObjectNode json = JSON.objectNode().put("version", "1.0");
    json.putNull("truncation").putNull("padding");
    ArrayNode added = json.putArray("added_tokens");
    for (int id = 0; id < BytePairTrainer.SPECIAL.size(); id++) {
      added
          .addObject()
          .put("id", id)
          .put("content", BytePairTrainer.SPECIAL.get(id))
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    json.putNull("normalizer");
    json.set("pre_tokenizer", byteLevel());
    json.set("post_processor", beginning());
    json.set("decoder", byteLevel());
    json.set("model", model(tokens, merges));
    return json;
  }

  private static ObjectNode byteLevel() {
    return JSON.objectNode()
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", true);
  }

  /** Puts the first special token before a text. */
  private static ObjectNode beginning() {
    String bos = BytePairTrainer.SPECIAL.get(0);
    ObjectNode processor = JSON.objectNode().put("type", "TemplateProcessing");
    ArrayNode single = processor.putArray("single");
    piece(single, "SpecialToken", bos, 0);
    piece(single, "Sequence", "A", 0);
    ArrayNode pair = processor.putArray("pair");
    piece(pair, "SpecialToken", bos, 0);
    piece(pair, "Sequence", "A", 0);
    piece(pair, "Sequence", "B", 1);
    ObjectNode token = processor.putObject("special_tokens").putObject(bos).put("id", bos);
    token.putArray("ids").add(0);
    token.putArray("tokens").add(bos);
    return processor;
  }

  private static void piece(ArrayNode pieces, String kind, String id, int type) {
    pieces.addObject().putObject(kind).put("id", id).put("type_id", type);
  }

  private static ObjectNode model(List<String> tokens, List<BytePairTrainer.Pair> merges) {
    ObjectNode model = JSON.objectNode().put("type", "BPE");
    model.putNull("dropout").putNull("unk_token");
    model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
    ArrayNode lines = JSON.arrayNode();
    merges.forEach(merge -> lines.add(tokens.get(merge.left()) + " " + tokens.get(merge.right())));
    ObjectNode vocab = model.putObject("vocab");
    for (int id = 0; id < tokens.size(); id++) {
      vocab.put(tokens.get(id), id);
    }
    model.set("merges", lines);
    return model;
  }

  /** GPT-2's printable character for each byte: itself, or one from U+0100 on. */
  static List<String> alphabet() {
    List<String> characters = new ArrayList<>();
    int next = BytePairTrainer.BYTES;
    for (int b = 0; b < BytePairTrainer.BYTES; b++) {
      boolean printable = (b > 0x20 && b < 0x7f) || (b > 0xa0 && b != 0xad);
      characters.add(Character.toString(printable ? b : next++));
    }
    return characters;
  }
}
