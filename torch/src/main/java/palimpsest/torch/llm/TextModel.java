package palimpsest.torch.llm;

import java.nio.file.Path;
import java.util.List;
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
 * A Llama with its tokenizer and prompt template, perhaps under a decoding constraint: what a judge
 * is given.
 */
public final class TextModel implements LanguageModel, AutoCloseable {
  private final Llama llama;
  private final PromptTemplate template;
  private final DecodingConstraint constraint;
  private final boolean ownsTokenizer;

  /** The model without any constraint. */
  public TextModel(Llama llama, PromptTemplate template) {
    this(llama, template, Decoder.FREE, false);
  }

  private TextModel(
      Llama llama, PromptTemplate template, DecodingConstraint constraint, boolean ownsTokenizer) {
    this.llama = llama;
    this.template = template;
    this.constraint = constraint;
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
      Weights weights = Weights.of(checkpoint.weights());
      return new TextModel(new Llama(checkpoint.config(), weights), template, Decoder.FREE, true);
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
    return new TextModel(llama, template, guard, false);
  }

  /** The same tokenizer with an independent copy of the weights and no constraint. */
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
    return examples.stream().map(template::encode).toList();
  }

  @Override
  public List<Trace> trace(List<Example> examples) {
    return new Tracer(llama).trace(examples.stream().map(Example::id).toList(), encode(examples));
  }

  @Override
  public List<List<String>> answer(List<String> prompts, Decoding decoding) {
    List<int[]> ids = prompts.stream().map(template::prompt).toList();
    int positions = llama.config().maxPositions();
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
    return new Decoder(llama, template.tokenizer().eos()::contains, template::answer, constraint)
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
