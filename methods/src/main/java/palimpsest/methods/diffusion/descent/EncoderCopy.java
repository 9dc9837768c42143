package palimpsest.methods.diffusion.descent;

import palimpsest.api.UnsupportedModel;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.Denoiser;
import palimpsest.torch.diffusion.text.ClipText;

/** A copy of a text encoder in place of the model's own; the denoiser stays as it is. */
final class EncoderCopy implements Laid {
  private final ImageModel model;
  private final ClipTexts start;
  private final ClipText own;

  private EncoderCopy(ImageModel model, ClipTexts start) {
    this.model = model;
    this.start = start;
    this.own = start.encoder().copy();
  }

  static EncoderCopy of(ImageModel model) {
    if (model.texts() instanceof ClipTexts texts) {
      return new EncoderCopy(model, texts);
    }
    throw new UnsupportedModel(
        "a text encoder is trained where one CLIP encoder reads all texts (SD 1.x, 2.x, pixels);"
            + " this model's texts are read otherwise");
  }

  @Override
  public Denoiser denoiser() {
    return model.unet();
  }

  @Override
  public ClipTexts texts() {
    return new ClipTexts(own, start.tokenizer());
  }

  @Override
  public Weights weights() {
    return own.weights();
  }

  @Override
  public void settle() {
    Copies.copy(own.weights(), start.encoder().weights());
  }

  @Override
  public boolean recordBelow(boolean on) {
    Copies.record(start.encoder().weights(), on);
    return Copies.record(model.unet().weights(), on);
  }

  @Override
  public void close() {
    own.close();
  }
}
