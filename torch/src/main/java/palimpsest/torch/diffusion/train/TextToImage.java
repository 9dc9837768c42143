package palimpsest.torch.diffusion.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.Conditioning;
import palimpsest.torch.diffusion.text.ClipText;
import palimpsest.torch.diffusion.text.ClipTextConfig;
import palimpsest.torch.diffusion.text.ClipTokenizer;
import palimpsest.torch.diffusion.text.InitialClipText;
import palimpsest.torch.diffusion.unet.UNet;
import palimpsest.torch.diffusion.unet.UNetConfig;
import palimpsest.torch.llm.InitialWeights;

/**
 * A text encoder and a denoiser that are trained together, in the space of pixels: one store of
 * weights, of which each has a part.
 */
public final class TextToImage implements AutoCloseable {
  private static final String UNET = "unet.";
  private static final String TEXT = "text_encoder.";
  private static final String LAST = UNET + "conv_out.weight";

  private final Weights weights;
  private final UNet unet;
  private final ClipText text;
  private final int[] noText;

  /**
   * Takes ownership of the weights.
   *
   * @param weights those of the U-Net under {@code unet.}, the text encoder's under {@code
   *     text_encoder.}
   * @param noText ids of the empty caption
   */
  public TextToImage(UNetConfig unet, ClipTextConfig text, Weights weights, int... noText) {
    this.weights = weights;
    this.unet = new UNet(unet, weights.part(UNET));
    this.text = new ClipText(text, weights.part(TEXT));
    this.noText = noText.clone();
  }

  /**
   * A fresh model: the U-Net's maps uniform within ±fan-in^-½, its last one zero, so that it begins
   * by predicting nothing; the text encoder as {@link InitialClipText}.
   */
  public static TextToImage draw(
      UNetConfig unet, ClipTextConfig text, ClipTokenizer tokenizer, long seed) {
    Weights weights = allocate(unet, text);
    try (Weights drawn = InitialClipText.draw(text, seed)) {
      Scopes.withoutGradient(
          () -> {
            weights.tensors().forEach((name, tensor) -> fill(name, tensor, drawn, seed));
            return seed;
          });
    }
    return new TextToImage(unet, text, weights, tokenizer.encode(""));
  }

  /** Room for the weights of both, uninitialised. */
  private static Weights allocate(UNetConfig unet, ClipTextConfig text) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    unet.tensors().forEach((name, shape) -> shapes.put(UNET + name, shape));
    text.tensors().forEach((name, shape) -> shapes.put(TEXT + name, shape));
    return Weights.allocate(shapes);
  }

  /**
   * A model of these two, whose weights are copied.
   *
   * @param noText ids of the empty caption
   */
  public static TextToImage join(UNet unet, ClipText text, int... noText) {
    Weights weights = allocate(unet.config(), text.config());
    Scopes.withoutGradient(
        () -> {
          unet.weights().tensors().forEach((name, t) -> weights.tensor(UNET + name).copy_(t));
          text.weights().tensors().forEach((name, t) -> weights.tensor(TEXT + name).copy_(t));
          return weights;
        });
    return new TextToImage(unet.config(), text.config(), weights, noText);
  }

  /**
   * The same model of other weights.
   *
   * @param others of the same names and shapes; the model owns them
   */
  public TextToImage with(Weights others) {
    return new TextToImage(unet.config(), text.config(), others, noText);
  }

  private static void fill(String name, Tensor tensor, Weights text, long seed) {
    if (name.startsWith(TEXT)) {
      tensor.copy_(text.tensor(name.substring(TEXT.length())));
    } else if (tensor.dim() > 1 && !name.equals(LAST)) {
      double fanIn = (double) tensor.numel() / tensor.size(0);
      InitialWeights.uniform(tensor, 1 / Math.sqrt(fanIn), name, seed);
    } else {
      tensor.fill_(new Scalar(tensor.dim() == 1 && name.endsWith(".weight") ? 1.0 : 0.0));
    }
  }

  /** All parameters. */
  public Weights weights() {
    return weights;
  }

  public UNet unet() {
    return unet;
  }

  public ClipText text() {
    return text;
  }

  /** How pixels are laid before the U-Net. */
  public Fold fold() {
    return Fold.of(unet.config());
  }

  /** Width and height of its pictures, in pixels. */
  public int side() {
    return fold().side(unet.config());
  }

  /** Ids of the empty caption. */
  public int[] noText() {
    return noText.clone();
  }

  /** An independent copy. */
  public TextToImage copy() {
    return new TextToImage(unet.config(), text.config(), weights.copy(), noText);
  }

  /** Captions as the denoiser reads them, (B, T). */
  public Conditioning conditioning(Tensor ids) {
    return Conditioning.of(text.encode(ids).last());
  }

  @Override
  public void close() {
    weights.close();
  }
}
