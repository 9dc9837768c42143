package palimpsest.torch.llm;

import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import palimpsest.api.Decoding;
import palimpsest.api.DecodingConstraint;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.LanguageModel;
import palimpsest.api.Trace;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.Checkpoint;
import palimpsest.torch.text.PromptTemplate;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.text.Tokenizer;

/**
 * A Llama with its tokenizer and prompt template, perhaps with something that suppresses: what a
 * judge is given.
 *
 * <p>Four things may suppress, none of which touches the weights: other prompts ({@link #asking}),
 * corrupted prompts ({@link #reading}), the logits of a second model ({@link #beside}) and banned
 * tokens ({@link #under}). The first three make another distribution over answers, and answering
 * and tracing both use it. Banned tokens make none: what may follow depends on the answer so far,
 * so that a true answer would have probability 0 and no finite likelihood; tracing leaves them out.
 */
public final class TextModel implements LanguageModel, AutoCloseable {
  private final Llama llama;
  private final PromptTemplate template;
  private final Use use;
  private final boolean ownsTokenizer;

  /** How the model is put to use: what prompts become, where logits come from, what is banned. */
  private record Use(
      UnaryOperator<String> asked, Predictor predictor, DecodingConstraint constraint) {
    static Use plain(Llama llama) {
      return new Use(UnaryOperator.identity(), new Alone(llama, Corruption.NONE), Decoder.FREE);
    }
  }

  /** The model as it is. */
  public TextModel(Llama llama, PromptTemplate template) {
    this(llama, template, Use.plain(llama), false);
  }

  private TextModel(Llama llama, PromptTemplate template, Use use, boolean ownsTokenizer) {
    this.llama = llama;
    this.template = template;
    this.use = use;
    this.ownsTokenizer = ownsTokenizer;
  }

  /** Reads a checkpoint folder; whoever calls closes the model. */
  public static TextModel read(Path folder, PromptTemplate.Kind kind) {
    try (Checkpoint checkpoint = Checkpoint.read(folder)) {
      Tokenizer tokenizer = Tokenizer.load(folder);
      tokenizer.requireFits(checkpoint.config());
      PromptTemplate template =
          PromptTemplate.of(
              kind, tokenizer, checkpoint.config().maxPositions(), PromptTemplate.TooLong.REFUSE);
      Llama llama = new Llama(checkpoint.config(), Weights.of(checkpoint.weights()));
      return new TextModel(llama, template, Use.plain(llama), true);
    }
  }

  /**
   * Writes the checkpoint folder anew in float32, so that what is on disk is bit for bit what was
   * judged; the tokenizer's files are taken from its own folder.
   */
  public void write(Path folder) {
    Checkpoint.write(
        folder,
        llama.config().withDtype(palimpsest.torch.checkpoint.Dtype.F32),
        llama.weights().tensors(),
        java.util.Optional.of(template.tokenizer().folder()));
  }

  /** The same weights under a constraint; the digest stays. */
  public TextModel under(DecodingConstraint guard) {
    return using(new Use(use.asked, use.predictor, guard));
  }

  /**
   * The same weights asked otherwise; the digest stays.
   *
   * @param asked what becomes of a prompt before the template; empty prompts, plain text, stay
   *     empty
   */
  public TextModel asking(UnaryOperator<String> asked) {
    return using(new Use(p -> p.isEmpty() ? p : asked.apply(p), use.predictor, use.constraint));
  }

  /** The same weights, alone, reading corrupted prompts; the digest stays. */
  public TextModel reading(Corruption corruption) {
    return using(new Use(use.asked, new Alone(llama, corruption), use.constraint));
  }

  /**
   * The same weights with another model's logits beside theirs; the digest stays.
   *
   * @param other of the same vocabulary; whoever calls closes it, after the last use of the result
   */
  public TextModel beside(Llama other, Combination how) {
    if (other.config().vocabSize() != llama.config().vocabSize()) {
      throw new InvalidRequest(
          "two models of one vocabulary can be combined, got "
              + llama.config().vocabSize()
              + " and "
              + other.config().vocabSize()
              + " tokens");
    }
    Predictor both = new Combined(use.predictor, new Alone(other, Corruption.NONE), how);
    return using(new Use(use.asked, both, use.constraint));
  }

  /**
   * The same weights under each of several adapters, the mean of whose logits is drawn from.
   *
   * @param adapters at least one; whoever calls closes them, after the last use of the result
   */
  public TextModel averaging(List<Adapter> adapters) {
    if (adapters.isEmpty()) {
      throw new InvalidRequest("no adapter to take the mean of: give at least one");
    }
    List<Predictor> all = new java.util.ArrayList<>();
    adapters.forEach(a -> all.add(new Alone(llama.with(a), Corruption.NONE)));
    return using(new Use(use.asked, new Averaged(all), use.constraint));
  }

  private TextModel using(Use other) {
    return new TextModel(llama, template, other, false);
  }

  /** The same tokenizer with an independent copy of the weights, and nothing that suppresses. */
  public TextModel copy() {
    return new TextModel(llama.copy(), template);
  }

  public Llama llama() {
    return llama;
  }

  public PromptTemplate template() {
    return template;
  }

  /** Examples as this model reads them. */
  public List<TokenizedExample> encode(List<Example> examples) {
    return examples.stream()
        .map(e -> template.encode(e.with(use.asked.apply(e.prompt()), e.completion())))
        .toList();
  }

  @Override
  public List<Trace> trace(List<Example> examples) {
    return new Tracer(use.predictor)
        .trace(examples.stream().map(Example::id).toList(), encode(examples));
  }

  @Override
  public List<List<String>> answer(List<String> prompts, Decoding decoding) {
    List<int[]> ids = prompts.stream().map(use.asked).map(template::prompt).toList();
    int positions = use.predictor.positions();
    for (int[] prompt : ids) {
      if (prompt.length >= positions) {
        throw new InvalidRequest(
            "prompt of "
                + prompt.length
                + " tokens leaves no room for an answer in the model's "
                + positions
                + " positions: shorten it");
      }
    }
    return new Decoder(
            use.predictor, template.tokenizer().eos()::contains, template::answer, use.constraint)
        .decode(ids, decoding).stream()
            .map(samples -> samples.stream().map(s -> cut(template.answer(s), decoding)).toList())
            .toList();
  }

  /** The answer up to the first stop string. */
  private static String cut(String answer, Decoding decoding) {
    int end = answer.length();
    for (String stop : decoding.stops()) {
      int at = answer.indexOf(stop);
      end = at >= 0 ? Math.min(end, at) : end;
    }
    return answer.substring(0, end);
  }

  @Override
  public String digest() {
    return llama.weights().digest();
  }

  @Override
  public void close() {
    llama.close();
    if (ownsTokenizer) {
      template.tokenizer().close();
    }
  }
}
