package palimpsest.torch.diffusion.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import palimpsest.api.Check;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.checkpoint.Words;
import palimpsest.torch.text.BytePairTrainer;
import palimpsest.torch.text.NativeLibrary;

/**
 * CLIP's tokenizer: a byte-pair encoding of lower-cased text whose pieces end in {@code </w>}.
 *
 * <p>An encoded text is the start token, at most {@code length - 2} tokens, the end token, and
 * filling up to {@code length}. Equal to transformers' CLIPTokenizer, its peculiarities included:
 * where the filling token is {@code !} (Stable Diffusion 2, the second of SDXL), every {@code !} in
 * a text is one too. Text that spells a special token is encoded as that token. Safe for use by
 * several threads until it is closed.
 */
public final class ClipTokenizer implements AutoCloseable {
  private final ClipVocabulary vocabulary;
  private final HuggingFaceTokenizer tokenizer;
  private final String[] spellings;
  private final Map<String, Integer> ids = new HashMap<>();

  private ClipTokenizer(ClipVocabulary vocabulary, String where) {
    this.vocabulary = vocabulary;
    spellings = vocabulary.spellings();
    for (int id = 0; id < spellings.length; id++) {
      ids.put(spellings[id], id);
    }
    tokenizer = open(vocabulary, where);
  }

  /**
   * Loads vocab.json and merges.txt, or tokenizer.json, with what lies beside them.
   *
   * @throws InvalidRequest if the folder is not there
   * @throws palimpsest.api.UnsupportedModel if the tokenizer is of another kind
   * @throws CorruptArtifact if a file is missing or not what it should be
   */
  public static ClipTokenizer load(Path folder) {
    ClipVocabulary vocabulary = ClipTokenizerFiles.read(folder);
    ClipTokenizer loaded = new ClipTokenizer(vocabulary, folder.toString());
    for (ClipVocabulary.Added each : vocabulary.added()) {
      int[] found = loaded.tokens(each.content());
      if (found.length != 1 || found[0] != each.id()) {
        loaded.close();
        throw new CorruptArtifact(
            folder
                + ": added token "
                + Words.quoted(each.content())
                + " cannot have id "
                + each.id()
                + "; added ids go on where the vocabulary ends");
      }
    }
    return loaded;
  }

  /**
   * Learns a vocabulary from texts: 256 bytes, 256 bytes that end a piece, merges, start and end
   * token; the end token fills.
   *
   * @param size tokens in all, at least 514; fewer come out where the texts repeat too little
   * @param length tokens of an encoded text, at least 3
   * @throws InvalidRequest if a number is too small
   */
  public static ClipTokenizer train(List<String> texts, int size, int length) {
    List<String> symbols = new ArrayList<>(BytePairTrainer.alphabet());
    BytePairTrainer.alphabet().forEach(letter -> symbols.add(letter + ClipTokenizerJson.SUFFIX));
    Check.atLeast(size, symbols.size() + 2, "vocabulary size");
    Check.atLeast(length, 3, "text length");
    Map<List<Integer>, Long> pieces;
    try (ClipTokenizer plain = of(symbols, List.of(), length)) {
      pieces = plain.pieces(texts, symbols.size());
    }
    BytePairTrainer.Learned learned = BytePairTrainer.learn(symbols, pieces, size - 2);
    return of(learned.tokens(), learned.merges(), length);
  }

  private static ClipTokenizer of(List<String> tokens, List<String> merges, int length) {
    Map<String, Integer> ids = new LinkedHashMap<>();
    tokens.forEach(token -> ids.put(token, ids.size()));
    List<ClipVocabulary.Added> added = new ArrayList<>();
    for (String special : List.of(ClipVocabulary.START, ClipVocabulary.END)) {
      added.add(ClipVocabulary.Added.special(ids.size(), special));
      ids.put(special, ids.size());
    }
    ClipVocabulary vocabulary =
        new ClipVocabulary(ids, merges, added, ClipVocabulary.Roles.usual(), length);
    return new ClipTokenizer(vocabulary, "trained tokenizer");
  }

  /** How often each piece stands in the texts; of a vocabulary without merges. */
  private Map<List<Integer>, Long> pieces(List<String> texts, int letters) {
    Map<List<Integer>, Long> counts = new LinkedHashMap<>();
    for (String text : texts) {
      List<Integer> piece = new ArrayList<>();
      for (int id : tokens(text)) {
        piece.add(id);
        if (id >= letters) { // a special token
          piece.clear();
        } else if (id >= letters / 2) {
          counts.merge(List.copyOf(piece), 1L, Long::sum);
          piece.clear();
        }
      }
    }
    return counts;
  }

  private static HuggingFaceTokenizer open(ClipVocabulary vocabulary, String where) {
    NativeLibrary.prepare();
    byte[] json = ClipTokenizerJson.compose(vocabulary).toString().getBytes(StandardCharsets.UTF_8);
    try {
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(json),
          Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
    } catch (IOException | RuntimeException e) { // the native side throws bare RuntimeExceptions
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new CorruptArtifact(where + ": not a tokenizer: " + Words.quoted(reason), e);
    }
  }

  /** Token ids of a text of any length; no special tokens are added. */
  public int[] tokens(String text) {
    long[] found = tokenizer.encode(text, false, false).getIds();
    return Arrays.stream(found).mapToInt(Math::toIntExact).toArray();
  }

  /** Token ids of a text, cut or filled to {@link #length}. */
  public int[] encode(String text) {
    int[] tokens = tokens(text);
    int kept = Math.min(tokens.length, length() - 2);
    int[] encoded = new int[length()];
    Arrays.fill(encoded, pad());
    encoded[0] = bos();
    System.arraycopy(tokens, 0, encoded, 1, kept);
    encoded[kept + 1] = eos();
    return encoded;
  }

  /** Token ids of texts, row by row, (B * T). */
  public long[] encode(List<String> texts) {
    return texts.stream()
        .flatMapToInt(text -> Arrays.stream(encode(text)))
        .asLongStream()
        .toArray();
  }

  /** The text of token ids, special tokens spelled out; broken characters become U+FFFD. */
  public String decode(int[] tokens) {
    for (int id : tokens) {
      if (id < 0 || id >= size()) {
        throw new IllegalArgumentException("token id " + id + ", wanted 0 to " + (size() - 1));
      }
    }
    long[] wide = Arrays.stream(tokens).asLongStream().toArray();
    String text = wide.length == 0 ? "" : tokenizer.decode(wide, false);
    return text.replace(ClipTokenizerJson.SUFFIX, " ").strip();
  }

  /** The id of a token as the vocabulary spells it, {@code </w>} included. */
  public OptionalInt id(String token) {
    Integer id = ids.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** A token as the vocabulary spells it; empty where an id has none. */
  public String token(int id) {
    return spellings[id];
  }

  /** One more than the highest token id. */
  public int size() {
    return spellings.length;
  }

  /** Tokens of an encoded text, T. */
  public int length() {
    return vocabulary.length();
  }

  /** The id of the token that begins a text. */
  public int bos() {
    return vocabulary.id(vocabulary.roles().bos());
  }

  /** The id of the token that ends a text. */
  public int eos() {
    return vocabulary.id(vocabulary.roles().eos());
  }

  /** The id of the filling token. */
  public int pad() {
    return vocabulary.id(vocabulary.roles().pad());
  }

  /**
   * Checks that an encoder has a row for every token and a position for every place.
   *
   * @throws InvalidRequest if it has not
   */
  public void requireFits(ClipTextConfig config) {
    if (size() > config.vocabSize() || length() > config.maxPositions()) {
      throw new InvalidRequest(
          "tokenizer has "
              + size()
              + " tokens and texts of "
              + length()
              + ", the encoder "
              + config.vocabSize()
              + " and "
              + config.maxPositions()
              + "; give the encoder's own tokenizer");
    }
  }

  /**
   * Writes vocab.json, merges.txt and tokenizer_config.json, which transformers loads.
   *
   * @param folder where; must be there
   * @throws InvalidRequest if the files are there or cannot be written
   */
  public void writeTo(Path folder) {
    ClipTokenizerFiles.write(vocabulary, folder);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
