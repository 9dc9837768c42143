package palimpsest.torch.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.checkpoint.LlamaConfig;

/**
 * The tokenizer of a checkpoint folder: its tokenizer.json, run by the library that made it.
 *
 * <p>Text that spells a special token, such as {@code <|eos|>}, is encoded as that token, as
 * everywhere in this format; half a surrogate pair becomes U+FFFD. Never reaches for the network.
 * Safe for use by several threads until it is closed.
 */
public final class Tokenizer implements AutoCloseable {
  private final Path folder;
  private final HuggingFaceTokenizer tokenizer;
  private final Vocabulary vocabulary;
  private final SpecialTokens special;

  private Tokenizer(
      Path folder, HuggingFaceTokenizer tokenizer, Vocabulary vocabulary, SpecialTokens special) {
    this.folder = folder;
    this.tokenizer = tokenizer;
    this.vocabulary = vocabulary;
    this.special = special;
  }

  /**
   * Loads tokenizer.json and what lies beside it.
   *
   * @throws CorruptArtifact if a file is missing or not what it should be
   */
  public static Tokenizer load(Path folder) {
    Path file = folder.resolve("tokenizer.json");
    if (!Files.isRegularFile(file)) {
      throw new CorruptArtifact(
          folder + ": has no tokenizer.json; save the tokenizer in the fast format");
    }
    Vocabulary vocabulary = Vocabulary.read(file);
    SpecialTokens special = SpecialTokens.read(folder, vocabulary);
    return new Tokenizer(folder, open(file), vocabulary, special);
  }

  private static HuggingFaceTokenizer open(Path file) {
    NativeLibrary.prepare();
    try {
      return HuggingFaceTokenizer.newInstance(
          file, Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
    } catch (IOException | RuntimeException e) { // the native side throws bare RuntimeExceptions
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new CorruptArtifact(file + ": not a tokenizer: " + reason, e);
    }
  }

  /** Token ids of a text; no special tokens are added. */
  public int[] encode(String text) {
    return ints(tokenizer.encode(text, false, false).getIds());
  }

  /** Token ids of a text with the special tokens that the tokenizer itself adds. */
  int[] encodeWithSpecial(String text) {
    return ints(tokenizer.encode(text, true, false).getIds());
  }

  private static int[] ints(long[] ids) {
    return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
  }

  /**
   * The text of token ids, special tokens left out; broken characters become U+FFFD. Ids beyond the
   * vocabulary have no text: they are rows that fill up a model's embedding, which may be drawn.
   */
  public String decode(int[] ids) {
    for (int id : ids) {
      if (id < 0) {
        throw new IllegalArgumentException("token id " + id + ", wanted at least 0");
      }
    }
    long[] spelled =
        Arrays.stream(ids).filter(id -> id < vocabulary.size()).asLongStream().toArray();
    return spelled.length == 0 ? "" : tokenizer.decode(spelled, true);
  }

  /** One more than the highest token id. */
  public int vocabSize() {
    return vocabulary.size();
  }

  /** The id of a token as it is spelled in tokenizer.json. */
  public OptionalInt tokenToId(String token) {
    return vocabulary.id(token);
  }

  /** The token that begins a text. */
  public OptionalInt bos() {
    return special.bos();
  }

  /** The token with which examples end: the tokenizer's own, else the model's first. */
  public OptionalInt end() {
    return special.end();
  }

  /** All tokens at which generation stops; ascending, {@link #end} among them. */
  public Set<Integer> eos() {
    return special.eos();
  }

  /** The filling token; may be the same as the end token. */
  public OptionalInt pad() {
    return special.pad();
  }

  /** The spelling of a special token; empty where there is none. */
  String spelling(OptionalInt id) {
    return id.isPresent() ? vocabulary.token(id.getAsInt()) : "";
  }

  /** Whether every encoded text gets a blank in front, as SentencePiece vocabularies do. */
  boolean prependsBlank() {
    int[] ids = encode("a");
    return ids.length > 0 && vocabulary.token(ids[0]).startsWith("\u2581");
  }

  /** The chat template, from chat_template.jinja or tokenizer_config.json. */
  public Optional<String> chatTemplate() {
    return special.chatTemplate();
  }

  /** The folder that this was loaded from. */
  public Path folder() {
    return folder;
  }

  /**
   * Checks that the model has a row for every token.
   *
   * @throws InvalidRequest if this vocabulary is larger than the model's
   */
  public void requireFits(LlamaConfig config) {
    if (vocabSize() > config.vocabSize()) {
      throw new InvalidRequest(
          folder
              + ": tokenizer has "
              + vocabSize()
              + " tokens, the model only "
              + config.vocabSize()
              + "; give the model's own tokenizer");
    }
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
