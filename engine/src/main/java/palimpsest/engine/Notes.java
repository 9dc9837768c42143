package palimpsest.engine;

import java.util.Locale;
import palimpsest.torch.train.Progress;

/** The few words beside a progress bar. */
final class Notes {
  private Notes() {}

  static String of(Progress p) {
    return String.format(Locale.ROOT, "loss %.3f  %,.0f tokens/s", p.loss(), p.tokensPerSecond());
  }
}
