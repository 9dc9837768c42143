package palimpsest.torch.diffusion.text;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import palimpsest.api.CorruptArtifact;

/**
 * What a CLIP tokenizer consists of.
 *
 * @param ids tokens to ids, in the order of their file
 * @param merges pairs of tokens with a blank between them, first learned first
 * @param added tokens that are looked for in a text before anything else, by ascending id
 * @param roles spellings of the tokens that have a part to play
 * @param length tokens of an encoded text, those that begin, end and fill it among them
 */
record ClipVocabulary(
    Map<String, Integer> ids, List<String> merges, List<Added> added, Roles roles, int length) {

  static final String START = "<|startoftext|>";
  static final String END = "<|endoftext|>";

  /** One more than the highest id that is believed. */
  static final int MOST = 1 << 24;

  ClipVocabulary {
    ids = Collections.unmodifiableMap(new LinkedHashMap<>(ids));
    merges = List.copyOf(merges);
    added = List.copyOf(added);
  }

  /**
   * A token that is looked for in a text as a whole.
   *
   * @param normalized whether it is looked for in the lower-cased text
   */
  record Added(
      int id,
      String content,
      boolean singleWord,
      boolean leftStrip,
      boolean rightStrip,
      boolean normalized,
      boolean special) {

    /** A special token as a bare spelling means it. */
    static Added special(int id, String content) {
      return new Added(id, content, false, false, false, false, true);
    }
  }

  /**
   * Spellings.
   *
   * @param unknown never comes up where all bytes are in the vocabulary
   */
  record Roles(String bos, String eos, String unknown, String pad) {
    /** As OpenAI has them: the end token fills. */
    static Roles usual() {
      return new Roles(START, END, END, END);
    }

    List<String> all() {
      return List.of(bos, eos, unknown, pad);
    }
  }

  /** The id of a token of the vocabulary or an added one. */
  int id(String token) {
    Integer id = ids.get(token);
    if (id != null) {
      return id;
    }
    return added.stream()
        .filter(each -> each.content().equals(token))
        .mapToInt(Added::id)
        .findFirst()
        .orElseThrow(() -> new CorruptArtifact("token " + token + " is not in the vocabulary"));
  }

  /** All spellings by id; empty where an id has none. */
  String[] spellings() {
    int size = 0;
    for (int id : ids.values()) {
      size = Math.max(size, id + 1);
    }
    for (Added each : added) {
      size = Math.max(size, each.id() + 1);
    }
    String[] spellings = new String[size];
    Arrays.fill(spellings, "");
    ids.forEach((token, id) -> spellings[id] = token);
    added.forEach(each -> spellings[each.id()] = each.content());
    return spellings;
  }
}
