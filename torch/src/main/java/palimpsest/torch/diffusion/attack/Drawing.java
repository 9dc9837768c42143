package palimpsest.torch.diffusion.attack;

import java.util.Locale;
import java.util.TreeMap;
import palimpsest.api.Check;
import palimpsest.torch.diffusion.schedule.Sampler;
import palimpsest.torch.diffusion.train.Fold;

/**
 * How pictures are drawn.
 *
 * @param sampler walks; its schedule is the one that the denoiser was trained on
 * @param steps of the sampler
 * @param scale of classifier-free guidance against the empty text, 0 or more
 * @param side of a picture, in pixels
 * @param fold how pixels are laid before the denoiser
 */
public record Drawing(Sampler sampler, int steps, double scale, int side, Fold fold) {
  public Drawing {
    Check.atLeast(steps, 1, "steps of the sampler");
    Check.nonNegative(scale, "guidance scale");
    Check.atLeast(side, 1, "side of a picture");
  }

  /** Where the denoiser reads pixels as they are. */
  public Drawing(Sampler sampler, int steps, double scale, int side) {
    this(sampler, steps, scale, side, Fold.NONE);
  }

  /** Shape of so many pictures as the denoiser reads them, (B, C, H, W). */
  long[] shape(long rows) {
    return new long[] {rows, fold.channels(), side / fold.by(), side / fold.by()};
  }

  /** All of it in words, the schedule too. */
  String words() {
    return String.format(
        Locale.ROOT,
        "%s %s, %s; %d steps, guidance %s, %d x %d pixels%s",
        sampler.className(),
        new TreeMap<>(sampler.fields()),
        sampler.schedule(),
        steps,
        scale,
        side,
        side,
        fold.by() == 1 ? "" : " folded by " + fold.by());
  }
}
