package palimpsest.engine.picture;

import java.util.List;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.diffusion.text.ClipTextConfig;
import palimpsest.torch.diffusion.text.ClipTokenizer;
import palimpsest.torch.diffusion.unet.UNetConfig;

/**
 * The shape of a model of pixels: a U-Net and the text encoder that it reads.
 *
 * @param side of a picture in pixels; what the U-Net reads of it, a side / fold, is halved from
 *     stage to stage
 * @param fold p x p pixels are read as 3 p² channels of one place; 1 reads pixels
 * @param channels of the stages from the finest, the first a multiple of 16, the others of 32
 * @param textWidth E
 * @param textLayers transformer layers of the text encoder
 * @param textHeads attention heads of the text encoder
 * @param vocabulary tokens of the encoding fitted on the captions, at least 514; fewer come out
 *     where captions repeat too little
 */
public record PictureShape(
    int side,
    int fold,
    List<Integer> channels,
    int textWidth,
    int textLayers,
    int textHeads,
    int vocabulary) {
  private static final int LEAST_VOCABULARY = 514;

  /** 32 x 32 pixels, three stages, 4.1 million parameters in the U-Net. */
  public static final PictureShape USUAL =
      new PictureShape(32, 1, List.of(32, 64, 128), 64, 2, 4, 1024);

  public PictureShape {
    channels = List.copyOf(channels);
    Check.atLeast(side, 1, "picture side");
    Check.atLeast(channels.size(), 1, "stages");
    channels.forEach(c -> Check.atLeast(c, 1, "channels"));
    Check.atLeast(textWidth, 1, "text width");
    Check.atLeast(textLayers, 1, "text layers");
    Check.atLeast(textHeads, 1, "text heads");
    Check.atLeast(vocabulary, LEAST_VOCABULARY, "vocabulary of captions");
    if (channels.get(0) % 16 != 0) {
      throw new InvalidRequest(
          "channels of the first stage must be a multiple of 16, got " + channels.get(0));
    }
    if (textWidth % textHeads != 0) {
      throw new InvalidRequest(
          "text width must be a multiple of the text heads " + textHeads + ", got " + textWidth);
    }
    UNetConfig.pixels(side, fold, channels, textWidth);
  }

  UNetConfig unet() {
    return UNetConfig.pixels(side, fold, channels, textWidth);
  }

  ClipTextConfig text(ClipTokenizer tokenizer) {
    return ClipTextConfig.small(tokenizer, textWidth, textLayers, textHeads);
  }
}
