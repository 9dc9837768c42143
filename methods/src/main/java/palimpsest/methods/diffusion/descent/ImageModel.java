package palimpsest.methods.diffusion.descent;

import java.util.List;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.diffusion.schedule.Ddim;
import palimpsest.torch.diffusion.schedule.NoiseSchedule;
import palimpsest.torch.diffusion.schedule.Sampler;
import palimpsest.torch.diffusion.text.ClipTokenizer;
import palimpsest.torch.diffusion.train.TextToImage;
import palimpsest.torch.diffusion.unet.UNet;

/**
 * A text-to-image model that is to forget. What it is made of stays the caller's.
 *
 * @param unet predicts
 * @param texts encode prompts
 * @param sampler draws; its schedule is that of training
 * @param shape of one image or latent, (C, H, W)
 */
public record ImageModel(UNet unet, Texts texts, Sampler sampler, List<Long> shape) {
  public ImageModel {
    shape = List.copyOf(shape);
    if (shape.size() != 3 || shape.stream().anyMatch(size -> size < 1)) {
      throw new InvalidRequest("an image has channels, height and width, got " + shape);
    }
  }

  /** A small model of pixels, drawn by DDIM. */
  public static ImageModel of(TextToImage model, ClipTokenizer tokenizer, NoiseSchedule schedule) {
    long side = model.unet().config().sampleSize().orElseThrow();
    return new ImageModel(
        model.unet(),
        new ClipTexts(model.text(), tokenizer),
        Ddim.pixels(schedule),
        List.of((long) model.unet().config().inChannels(), side, side));
  }

  NoiseSchedule schedule() {
    return sampler.schedule();
  }

  /** (B, C, H, W). */
  long[] shape(long rows) {
    return new long[] {rows, shape.get(0), shape.get(1), shape.get(2)};
  }
}
