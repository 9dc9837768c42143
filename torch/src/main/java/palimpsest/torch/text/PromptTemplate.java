package palimpsest.torch.text;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import palimpsest.api.Check;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.UnsupportedModel;

/**
 * How a prompt and its completion become tokens: {@code ids = prompt + completion + end}.
 *
 * <p>The prompt is the same when a model learns, is measured and is asked: prompt and completion
 * are encoded apart, so the prompt's ids are exactly the first ones of the example's. The blank
 * between them, in templates that have one, belongs to the completion, since in byte-level
 * vocabularies it is part of the following word; a model's answer therefore begins with it, and
 * {@link #answer} takes it off.
 *
 * <p>An empty prompt is plain text: no template, only the token that begins a text or, in a
 * vocabulary that has none, the end token, which there separates texts.
 */
public final class PromptTemplate {

  /** The ways to put a question. */
  public enum Kind {
    /** {@code Question: PROMPT\nAnswer: COMPLETION}, as in TOFU. */
    PLAIN,
    /** The checkpoint's own chat template, the prompt as the user's message. */
    CHAT,
    /** The prompt as it stands: the beginning of a text, or a question with words of its own. */
    RAW
  }

  /** What happens to an example that is too long. */
  public enum TooLong {
    /** It is refused. */
    REFUSE,
    /** Its completion is cut at the end, with its end token; the prompt is never cut. */
    TRUNCATE
  }

  private final Kind kind;
  private final Tokenizer tokenizer;
  private final int limit;
  private final TooLong tooLong;
  private final int start;
  private final int end;
  private final boolean startsEverything;
  private final boolean prependsBlank;
  private final Optional<ChatTemplate> chat;

  private PromptTemplate(Kind kind, Tokenizer tokenizer, int limit, TooLong tooLong) {
    Check.atLeast(limit, 2, "most tokens of an example");
    this.kind = kind;
    this.tokenizer = tokenizer;
    this.limit = limit;
    this.tooLong = tooLong;
    this.end =
        tokenizer
            .end()
            .orElseThrow(
                () ->
                    new UnsupportedModel(
                        tokenizer.folder() + ": names no eos_token; without one no answer ends"));
    this.start = tokenizer.bos().orElse(end);
    this.startsEverything = startsWith(tokenizer.encodeWithSpecial("a"), tokenizer.bos());
    this.prependsBlank = tokenizer.prependsBlank();
    this.chat = kind == Kind.CHAT ? Optional.of(chat(tokenizer)) : Optional.empty();
  }

  /**
   * A template for a tokenizer.
   *
   * @param limit most tokens of an example, such as the model's {@code max_position_embeddings}
   * @throws UnsupportedModel if the tokenizer names no end token, or the checkpoint has no chat
   *     template or one that cannot be rendered
   */
  public static PromptTemplate of(Kind kind, Tokenizer tokenizer, int limit, TooLong tooLong) {
    PromptTemplate template = new PromptTemplate(kind, tokenizer, limit, tooLong);
    if (kind == Kind.CHAT) {
      template.prompt("A question?");
    }
    return template;
  }

  private static boolean startsWith(int[] ids, OptionalInt first) {
    return first.isPresent() && ids.length > 0 && ids[0] == first.getAsInt();
  }

  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /** Ids of the prompt alone, as a model is asked; at least one. */
  public int[] prompt(String prompt) {
    if (prompt.isEmpty()) {
      return new int[] {start};
    }
    if (chat.isPresent()) {
      return rendered(chat.get(), prompt);
    }
    int[] ids = tokenizer.encode(kind == Kind.RAW ? prompt : "Question: " + prompt + "\nAnswer:");
    return startsEverything ? concat(new int[] {start}, ids) : ids;
  }

  /** Ids of a completion after a prompt, without the end token. */
  private int[] completion(String prompt, String completion) {
    boolean follows = kind != Kind.CHAT && !prompt.isEmpty() && !prependsBlank;
    boolean apart =
        kind == Kind.RAW && (isBlank(prompt, prompt.length() - 1) || isBlank(completion, 0));
    boolean blank = follows && !apart;
    return tokenizer.encode(blank ? " " + completion : completion);
  }

  private static boolean isBlank(String text, int at) {
    return at >= 0 && at < text.length() && Character.isWhitespace(text.charAt(at));
  }

  /**
   * The example as tokens.
   *
   * @throws InvalidRequest if it is longer than the limit and may not be cut, or its prompt alone
   *     leaves no room
   */
  public TokenizedExample encode(Example example) {
    int[] prompt = prompt(example.prompt());
    int[] completion = completion(example.prompt(), example.completion());
    int[] ids = concat(prompt, completion, new int[] {end});
    if (ids.length <= limit) {
      return new TokenizedExample(ids, prompt.length);
    }
    if (tooLong == TooLong.REFUSE || prompt.length >= limit) {
      throw new InvalidRequest(
          example.place()
              + ": example "
              + example.id()
              + " has "
              + ids.length
              + " tokens, "
              + prompt.length
              + " of them the prompt's, wanted at most "
              + limit
              + "; shorten it");
    }
    return new TokenizedExample(Arrays.copyOf(ids, limit), prompt.length);
  }

  /**
   * The text of a generated answer: special tokens and surrounding white space left out, and so are
   * ids beyond the tokenizer's, which models with padded vocabularies have and may draw.
   */
  public String answer(int[] ids) {
    int known = tokenizer.vocabSize();
    return tokenizer.decode(IntStream.of(ids).filter(id -> id < known).toArray()).strip();
  }

  private static ChatTemplate chat(Tokenizer tokenizer) {
    return ChatTemplate.of(
        tokenizer
            .chatTemplate()
            .orElseThrow(
                () ->
                    new UnsupportedModel(
                        tokenizer.folder()
                            + ": has no chat template; ask for the plain template")));
  }

  private int[] rendered(ChatTemplate template, String prompt) {
    String text =
        template.render(
            List.of(new ChatTemplate.Message("user", prompt)),
            true,
            tokenizer.spelling(tokenizer.bos()),
            tokenizer.spelling(tokenizer.end()));
    if (text.isEmpty()) {
      throw new UnsupportedModel(tokenizer.folder() + ": chat template renders to nothing");
    }
    return tokenizer.encode(text);
  }

  private static int[] concat(int[]... parts) {
    return IntStream.range(0, parts.length).flatMap(i -> IntStream.of(parts[i])).toArray();
  }
}
