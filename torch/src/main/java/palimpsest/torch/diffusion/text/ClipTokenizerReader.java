package palimpsest.torch.diffusion.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.checkpoint.JsonFile;
import palimpsest.torch.checkpoint.Words;
import palimpsest.torch.diffusion.text.ClipVocabulary.Added;
import palimpsest.torch.diffusion.text.ClipVocabulary.Roles;

/**
 * Reads a tokenizer folder as transformers 5 does: the vocabulary from tokenizer.json, else from
 * vocab.json and merges.txt; added tokens from {@code added_tokens_decoder} of
 * tokenizer_config.json, else from special_tokens_map.json (which then wins over
 * tokenizer_config.json), added_tokens.json and tokenizer.json.
 */
final class ClipTokenizerReader {
  private static final int USUAL_LENGTH = 77;
  private static final int LONGEST = 1 << 16;

  private final Path folder;
  private final ObjectNode config;
  private final ObjectNode whole;
  private final Map<String, Integer> ids = new LinkedHashMap<>();
  private final Map<String, Added> added = new HashMap<>();
  private final Set<String> fromRole = new HashSet<>();
  private boolean listed;

  ClipTokenizerReader(Path folder) {
    this.folder = folder;
    config = ClipTokenizerFiles.optional(folder.resolve(ClipTokenizerFiles.CONFIG));
    whole = ClipTokenizerFiles.optional(folder.resolve(ClipTokenizerFiles.WHOLE));
  }

  ClipVocabulary read() {
    requireClip();
    List<String> merges = whole.isEmpty() ? fromFiles() : fromWhole();
    readAdded();
    Map<String, JsonNode> named = named();
    Roles usual = Roles.usual();
    Roles roles =
        new Roles(
            role(named, "bos_token", usual.bos()),
            role(named, "eos_token", usual.eos()),
            role(named, "unk_token", usual.unknown()),
            role(named, "pad_token", usual.pad()));
    List<Added> byId = new ArrayList<>(added.values());
    byId.sort(Comparator.comparingInt(Added::id));
    return new ClipVocabulary(ids, merges, byId, roles, length());
  }

  private void requireClip() {
    String type = config.path("tokenizer_class").asText("CLIPTokenizer");
    if (!type.equals("CLIPTokenizer") && !type.equals("CLIPTokenizerFast")) {
      throw new UnsupportedModel(
          folder + ": tokenizer_class " + Words.quoted(type) + "; supported: CLIPTokenizer");
    }
    JsonNode model = whole.path("model");
    String suffix = model.path("end_of_word_suffix").asText("");
    if (!whole.isEmpty()
        && !(model.path("type").asText("").equals("BPE")
            && suffix.equals(ClipTokenizerJson.SUFFIX))) {
      throw new UnsupportedModel(
          folder + ": tokenizer.json is not of CLIP's kind: BPE with end_of_word_suffix </w>");
    }
  }

  private List<String> fromFiles() {
    Path vocabulary = folder.resolve(ClipTokenizerFiles.VOCABULARY);
    Path merges = folder.resolve(ClipTokenizerFiles.MERGES);
    if (!Files.isRegularFile(vocabulary) || !Files.isRegularFile(merges)) {
      throw new CorruptArtifact(
          folder + ": has neither vocab.json with merges.txt nor tokenizer.json");
    }
    readIds(JsonFile.read(vocabulary));
    List<String> pairs = new ArrayList<>();
    for (String line : JsonFile.text(merges).lines().toList()) {
      if (!line.isEmpty() && !line.startsWith(ClipTokenizerFiles.HEADER)) {
        pairs.add(pair(line));
      }
    }
    return pairs;
  }

  private List<String> fromWhole() {
    readIds(whole.path("model").path("vocab"));
    List<String> pairs = new ArrayList<>();
    for (JsonNode each : whole.path("model").path("merges")) {
      boolean two = each.isArray() && each.size() == 2;
      pairs.add(pair(two ? each.get(0).asText() + " " + each.get(1).asText() : each.asText()));
    }
    return pairs;
  }

  private String pair(String line) {
    int blank = line.indexOf(' ');
    if (blank < 1 || blank == line.length() - 1 || line.indexOf(' ', blank + 1) >= 0) {
      throw corrupt("merge " + Words.quoted(line) + ", wanted two tokens and a blank between them");
    }
    return line;
  }

  private void readIds(JsonNode vocabulary) {
    Set<Integer> taken = new HashSet<>();
    ClipTokenizerFiles.fields(vocabulary)
        .forEach(
            (token, id) -> {
              int number = id(token, id);
              if (!taken.add(number)) {
                throw corrupt("two tokens have id " + number);
              }
              ids.put(token, number);
            });
    if (ids.isEmpty()) {
      throw corrupt("the vocabulary is empty; fetch the file again");
    }
  }

  private int id(String token, JsonNode id) {
    if (!id.isInt() || id.intValue() < 0 || id.intValue() >= ClipVocabulary.MOST) {
      throw corrupt(
          "token "
              + Words.quoted(token)
              + " has id "
              + Words.quoted(id.toString())
              + ", wanted a whole number from 0 to "
              + (ClipVocabulary.MOST - 1));
    }
    return id.intValue();
  }

  private void readAdded() {
    JsonNode decoder = config.path("added_tokens_decoder");
    listed = !decoder.isMissingNode();
    if (listed) {
      ClipTokenizerFiles.fields(decoder)
          .forEach((id, token) -> add(token, config.numberNode(number(id))));
      return;
    }
    Set<String> special = new HashSet<>();
    named().values().forEach(token -> special.add(token.path("content").asText(token.asText())));
    ClipTokenizerFiles.fields(ClipTokenizerFiles.optional(folder.resolve("added_tokens.json")))
        .forEach((token, id) -> put(later(token, id(token, id), special.contains(token))));
    whole.path("added_tokens").forEach(token -> add(token, token.path("id")));
  }

  private int number(String id) {
    if (!id.matches("\\d{1,8}")) {
      throw corrupt("added_tokens_decoder has the id " + Words.quoted(id));
    }
    return Integer.parseInt(id);
  }

  private void add(JsonNode token, JsonNode id) {
    String content = token.path("content").asText("");
    put(attributes(token, content, id(content, id), token.path("special").asBoolean(false)));
  }

  private static Added attributes(JsonNode token, String content, int id, boolean special) {
    return new Added(
        id,
        content,
        token.path("single_word").asBoolean(false),
        token.path("lstrip").asBoolean(false),
        token.path("rstrip").asBoolean(false),
        token.path("normalized").asBoolean(!special),
        special);
  }

  private static Added later(String content, int id, boolean special) {
    return new Added(id, content, false, false, false, !special, special);
  }

  private void put(Added token) {
    if (token.content().isEmpty() || ids.getOrDefault(token.content(), token.id()) != token.id()) {
      throw corrupt(
          "added token " + Words.quoted(token.content()) + " has the id of another: " + token.id());
    }
    added.put(token.content(), token);
  }

  /** What names the special tokens, by role. */
  private Map<String, JsonNode> named() {
    Map<String, JsonNode> named = ClipTokenizerFiles.fields(config);
    if (!listed) {
      named.putAll(
          ClipTokenizerFiles.fields(
              ClipTokenizerFiles.optional(folder.resolve("special_tokens_map.json"))));
    }
    return named;
  }

  /**
   * The spelling of a role's token, which is looked for in texts from now on. A bare spelling says
   * anew how, unless the files list the token with its attributes.
   */
  private String role(Map<String, JsonNode> named, String key, String usual) {
    JsonNode given = named.getOrDefault(key, config.nullNode());
    String content = given.isObject() ? given.path("content").asText("") : given.asText(usual);
    String spelling = given.isNull() ? usual : content;
    boolean known = added.containsKey(spelling) && !fromRole.contains(spelling);
    if (known) {
      return spelling;
    }
    Integer id = ids.get(spelling);
    if (id == null) {
      throw corrupt(key + " " + Words.quoted(spelling) + " is not in the vocabulary");
    }
    fromRole.add(spelling);
    put(given.isObject() ? attributes(given, spelling, id, true) : Added.special(id, spelling));
    return spelling;
  }

  /** Tokenizers without a bound of their own are written with one of 10^30. */
  private int length() {
    JsonNode length = config.path("model_max_length");
    if (length.isMissingNode() || length.isNull()) {
      return USUAL_LENGTH;
    }
    if (!length.isNumber() || length.doubleValue() < 3) {
      throw corrupt("model_max_length must be at least 3, got " + Words.quoted(length.toString()));
    }
    return length.doubleValue() > LONGEST ? USUAL_LENGTH : length.intValue();
  }

  private CorruptArtifact corrupt(String message) {
    return new CorruptArtifact(folder + ": " + message);
  }
}
