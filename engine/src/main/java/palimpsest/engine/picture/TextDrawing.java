package palimpsest.engine.picture;

import java.util.List;
import palimpsest.discovery.image.Picture;
import palimpsest.torch.diffusion.text.ClipTokenizer;
import palimpsest.torch.diffusion.train.PixelDrawing;
import palimpsest.torch.diffusion.train.TextToImage;

/**
 * A model that draws texts in one way.
 *
 * @param model stays the caller's
 * @param tokenizer of its texts
 * @param how sampler, steps, guidance and seed
 */
public record TextDrawing(TextToImage model, ClipTokenizer tokenizer, PixelDrawing how) {

  /**
   * A picture that is wanted.
   *
   * @param text that it is of
   * @param sample its number: the same one begins from the same noise, whatever the text
   */
  public record Wanted(String text, long sample) {}

  /**
   * Draws.
   *
   * @param negative text that guidance leads away from
   */
  public List<Picture> draw(List<Wanted> wanted, String negative) {
    int side = model.unet().config().sampleSize().orElseThrow();
    List<PixelDrawing.Wanted> encoded =
        wanted.stream()
            .map(w -> new PixelDrawing.Wanted(tokenizer.encode(w.text()), w.sample()))
            .toList();
    return how.draw(model, encoded, tokenizer.encode(negative)).stream()
        .map(rgb -> new Picture(side, side, rgb))
        .toList();
  }
}
