package palimpsest.torch.diffusion.attack;

import static org.bytedeco.pytorch.global.torch.zeros;

import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;
import palimpsest.torch.diffusion.Conditioning;
import palimpsest.torch.diffusion.Denoiser;
import palimpsest.torch.diffusion.Generation;
import palimpsest.torch.diffusion.Guidance;
import palimpsest.torch.diffusion.schedule.NoiseSchedule;
import palimpsest.torch.diffusion.schedule.SeededNoise;
import palimpsest.torch.diffusion.text.ClipText;
import palimpsest.torch.diffusion.text.ClipTokenizer;
import palimpsest.torch.diffusion.train.Pictures;
import palimpsest.torch.diffusion.train.TextToImage;

/**
 * A model under attack, in the space of pixels, its parts the caller's. The denoiser reads the
 * states after the text encoder's final norm.
 *
 * @param denoiser predicts
 * @param text reads prompts
 * @param tokenizer of the text encoder
 * @param drawing how it draws
 * @param whole the same model as one that can be trained, where it is one
 * @param shield what stands before it, where something does
 */
public record Victim(
    Denoiser denoiser,
    ClipText text,
    ClipTokenizer tokenizer,
    Drawing drawing,
    Optional<TextToImage> whole,
    Optional<Shield> shield) {
  private static final int CHANNELS = 3;

  /** One without a shield. */
  public Victim(
      Denoiser denoiser,
      ClipText text,
      ClipTokenizer tokenizer,
      Drawing drawing,
      Optional<TextToImage> whole) {
    this(denoiser, text, tokenizer, drawing, whole, Optional.empty());
  }

  /** The same behind a shield, or without one. */
  public Victim behind(Optional<Shield> other) {
    return new Victim(denoiser, text, tokenizer, drawing, whole, other);
  }

  /** One whose text encoder and denoiser are trained together. */
  public static Victim of(TextToImage model, ClipTokenizer tokenizer, Drawing drawing) {
    return new Victim(model.unet(), model.text(), tokenizer, drawing, Optional.of(model));
  }

  /** What the denoiser was trained on. */
  NoiseSchedule schedule() {
    return drawing.sampler().schedule();
  }

  /** Digests of the denoiser's and the text encoder's weights. */
  public String digest() {
    return denoiser.weights().digest() + "+" + text.weights().digest();
  }

  /** A text as the denoiser reads it, (1, T, E), without gradients. */
  Conditioning read(int... ids) {
    Tensor all = Pictures.ids(List.of(ids)); // (1, T)
    return Conditioning.of(Scopes.constant(() -> text.encode(all).last()));
  }

  /** Embedded texts as the denoiser reads them, (B, T, E). */
  Conditioning read(Tensor embedded) {
    return Conditioning.of(text.states(embedded).last());
  }

  /**
   * P(concept) of as many plain grey pictures: what is shown of a prompt that the shield refuses.
   */
  double[] seeNothing(Recognizer recognizer, long count) {
    return Scopes.withoutGradient(
        () -> probabilities(recognizer, zeros(count, CHANNELS, drawing.side(), drawing.side())));
  }

  /**
   * P(concept) of a picture from each of the noises, pictures cut to [-1, 1]. Where a shield steers
   * at this scale it is the shield's guidance, else classifier-free.
   *
   * <pre>o = o_null + g (o_prompt - o_null)</pre>
   *
   * @param scale g; below 0 the prompt is what is gone away from
   */
  double[] see(Recognizer recognizer, Conditioning prompt, SeededNoise noise, double scale) {
    return Scopes.withoutGradient(
        () -> {
          Conditioning empty = read(tokenizer.encode(""));
          long rows = noise.samples().size();
          Tensor x =
              new Generation(denoiser, drawing.sampler(), drawing.steps(), guidance(scale))
                  .draw(texts(empty, prompt, scale), noise, drawing.shape(rows));
          return probabilities(recognizer, drawing.fold().unfold(x));
        });
  }

  private Optional<Shield> steering(double scale) {
    return shield.filter(s -> s.steers(scale));
  }

  /** o_null + g (o_prompt - o_null) = o_prompt + (1 - g) (o_null - o_prompt), for g below 0. */
  private Guidance guidance(double scale) {
    return steering(scale)
        .map(s -> s.guidance(scale))
        .orElseGet(() -> Guidance.classifierFree(scale < 0 ? 1 - scale : scale));
  }

  private List<Conditioning> texts(Conditioning empty, Conditioning prompt, double scale) {
    return steering(scale)
        .map(s -> s.inOrder(empty, prompt, read(tokenizer.encode(s.concept()))))
        .orElseGet(() -> scale < 0 ? List.of(prompt, empty) : List.of(empty, prompt));
  }

  private static double[] probabilities(Recognizer recognizer, Tensor x) {
    try (PointerScope scope = new PointerScope()) {
      Scalar one = new Scalar(1.0);
      Tensor cut = x.clamp(new ScalarOptional(new Scalar(-1.0)), new ScalarOptional(one));
      double[] p = recognizer.probabilities(cut);
      if (p.length != x.size(0)) {
        throw new IllegalStateException(
            "the recognizer gave " + p.length + " probabilities for " + x.size(0) + " pictures");
      }
      return p;
    }
  }
}
