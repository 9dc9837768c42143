package palimpsest.torch.diffusion.attack;

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
 */
public record Victim(
    Denoiser denoiser,
    ClipText text,
    ClipTokenizer tokenizer,
    Drawing drawing,
    Optional<TextToImage> whole) {
  private static final int CHANNELS = 3;

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
   * P(concept) of a picture from each of the noises, under the guidance of {@link Drawing#scale}.
   */
  double[] see(Recognizer recognizer, Conditioning prompt, SeededNoise noise) {
    return see(recognizer, prompt, noise, drawing.scale());
  }

  /**
   * P(concept) of a picture from each of the noises, pictures cut to [-1, 1].
   *
   * <pre>o = o_null + g (o_prompt - o_null)</pre>
   *
   * @param scale g; below 0 the prompt is what is gone away from
   */
  double[] see(Recognizer recognizer, Conditioning prompt, SeededNoise noise, double scale) {
    return Scopes.withoutGradient(
        () -> {
          Conditioning empty = read(tokenizer.encode(""));
          // o_null + g (o_prompt - o_null) = o_prompt + (1 - g) (o_null - o_prompt)
          boolean away = scale < 0;
          List<Conditioning> texts = away ? List.of(prompt, empty) : List.of(empty, prompt);
          Guidance guidance = Guidance.classifierFree(away ? 1 - scale : scale);
          Generation generation =
              new Generation(denoiser, drawing.sampler(), drawing.steps(), guidance);
          long rows = noise.samples().size();
          Tensor x = generation.draw(texts, noise, rows, CHANNELS, drawing.side(), drawing.side());
          return probabilities(recognizer, x);
        });
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
