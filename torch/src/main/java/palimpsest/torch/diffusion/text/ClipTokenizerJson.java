package palimpsest.torch.diffusion.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A CLIP vocabulary as tokenizer.json, which the tokenizers library runs.
 *
 * <p>A text is brought to NFC, its white space collapsed, its letters lowered; it is cut into
 * contractions, runs of letters, single digits and runs of anything else, and these once more as
 * GPT-2 does; each piece is written in bytes, the last of which is marked {@code </w>}.
 */
final class ClipTokenizerJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String PIECES =
      "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d"
          + "|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

  /** The mark of a token that ends a piece. */
  static final String SUFFIX = "</w>";

  private ClipTokenizerJson() {}

  static ObjectNode compose(ClipVocabulary vocabulary) {
    ObjectNode json = JSON.objectNode().put("version", "1.0");
    json.putNull("truncation").putNull("padding");
    ArrayNode added = json.putArray("added_tokens");
    vocabulary.added().forEach(each -> added.add(added(each).put("id", each.id())));
    json.set("normalizer", normalizer());
    json.set("pre_tokenizer", cutting());
    json.putNull("post_processor");
    json.set("decoder", byteLevel());
    json.set("model", model(vocabulary));
    return json;
  }

  /** An added token without its id, as tokenizer_config.json has it. */
  static ObjectNode added(ClipVocabulary.Added token) {
    return JSON.objectNode()
        .put("content", token.content())
        .put("single_word", token.singleWord())
        .put("lstrip", token.leftStrip())
        .put("rstrip", token.rightStrip())
        .put("normalized", token.normalized())
        .put("special", token.special());
  }

  private static ObjectNode normalizer() {
    ObjectNode sequence = JSON.objectNode().put("type", "Sequence");
    ArrayNode steps = sequence.putArray("normalizers");
    steps.addObject().put("type", "NFC");
    ObjectNode blanks = steps.addObject().put("type", "Replace");
    blanks.putObject("pattern").put("Regex", "\\s+");
    blanks.put("content", " ");
    steps.addObject().put("type", "Lowercase");
    return sequence;
  }

  private static ObjectNode cutting() {
    ObjectNode sequence = JSON.objectNode().put("type", "Sequence");
    ArrayNode steps = sequence.putArray("pretokenizers");
    ObjectNode split = steps.addObject().put("type", "Split");
    split.putObject("pattern").put("Regex", PIECES);
    split.put("behavior", "Removed").put("invert", true);
    steps.add(byteLevel());
    return sequence;
  }

  private static ObjectNode byteLevel() {
    return JSON.objectNode()
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", true);
  }

  private static ObjectNode model(ClipVocabulary vocabulary) {
    ObjectNode model = JSON.objectNode().put("type", "BPE");
    model.putNull("dropout").put("unk_token", vocabulary.roles().unknown());
    model.put("continuing_subword_prefix", "").put("end_of_word_suffix", SUFFIX);
    model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
    ObjectNode ids = model.putObject("vocab");
    vocabulary.ids().forEach(ids::put);
    ArrayNode merges = model.putArray("merges");
    vocabulary.merges().forEach(merges::add);
    return model;
  }
}
