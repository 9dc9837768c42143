package palimpsest.engine.image;

import static org.bytedeco.pytorch.global.torch.tensor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.InvalidRequest;
import palimpsest.methods.diffusion.Matrix;
import palimpsest.torch.Scopes;
import palimpsest.torch.diffusion.checkpoint.Component;
import palimpsest.torch.diffusion.text.ClipText;
import palimpsest.torch.diffusion.text.ClipTextConfig;
import palimpsest.torch.diffusion.text.ClipTokenizer;
import palimpsest.torch.diffusion.text.TextStates;

/**
 * A text encoder with its tokenizer.
 *
 * @param penultimate whether the denoiser reads what all layers but the last left, as SDXL's does
 */
record PromptEncoder(ClipTokenizer tokenizer, ClipText encoder, boolean penultimate)
    implements AutoCloseable {
  private static final int AT_ONCE = 8;

  /** Loads it. */
  static PromptEncoder open(
      Component component, String where, Path tokenizer, boolean penultimate) {
    ClipTextConfig config = ClipTextConfig.of(component.config(), where);
    ClipTokenizer cutter = ClipTokenizer.load(tokenizer);
    boolean done = false;
    try {
      cutter.requireFits(config);
      ClipText encoder = new ClipText(config, component.weights(config.tensors()));
      done = true;
      return new PromptEncoder(cutter, encoder, penultimate);
    } finally {
      if (!done) {
        cutter.close();
      }
    }
  }

  /**
   * Encodes texts.
   *
   * @throws InvalidRequest if one is longer than the model reads
   */
  List<Prompt> encode(List<String> texts) {
    List<List<Integer>> tokens = texts.stream().map(this::tokens).toList();
    List<Prompt> prompts = new ArrayList<>();
    for (int from = 0; from < texts.size(); from += AT_ONCE) {
      List<String> some = texts.subList(from, Math.min(texts.size(), from + AT_ONCE));
      List<Matrix> states = Scopes.withoutGradient(() -> states(some));
      for (int i = 0; i < some.size(); i++) {
        prompts.add(new Prompt(some.get(i), tokens.get(from + i), states.get(i)));
      }
    }
    return prompts;
  }

  private List<Integer> tokens(String text) {
    List<Integer> tokens = Arrays.stream(tokenizer.tokens(text)).boxed().toList();
    int most = tokenizer.length() - 2;
    if (tokens.size() > most) {
      throw new InvalidRequest(
          "\""
              + text
              + "\" has "
              + tokens.size()
              + " tokens, the model reads "
              + most
              + "; give a shorter text");
    }
    return tokens;
  }

  private List<Matrix> states(List<String> texts) {
    Tensor ids = tensor(tokenizer.encode(texts)).view(texts.size(), tokenizer.length()); // (B, T)
    TextStates states = encoder.encode(ids);
    Tensor read = penultimate ? states.penultimate() : states.last(); // (B, T, E)
    List<Matrix> each = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      each.add(Matrix.of(read.select(0, i)));
    }
    return each;
  }

  @Override
  public void close() {
    encoder.close();
    tokenizer.close();
  }
}
