package palimpsest.engine;

import java.util.List;
import java.util.Locale;
import palimpsest.api.InvalidRequest;
import palimpsest.methods.RetainLoss;
import palimpsest.methods.Tuning;
import palimpsest.torch.llm.Trained;
import palimpsest.torch.train.Direction;
import palimpsest.torch.train.Optimiser;

/**
 * The words of a method's choice that say what is trained and how.
 *
 * <pre>
 * train=all | lora | NAME+NAME   with * in names
 * lora-rank=8  lora-alpha=16  lora-targets=q_proj+v_proj
 * optimiser=adamw | sign
 * gru=SMOOTHING  sam=RADIUS
 * retain=nll | kl | hidden | hidden:LAYER
 * </pre>
 */
final class TuningWords {
  private final String text;
  private Tuning tuning = Tuning.USUAL;

  /** Words of the choice that reads {@code text}. */
  TuningWords(String text) {
    this.text = text;
  }

  Tuning tuning() {
    return tuning;
  }

  /** Takes a word if it is one of these. */
  boolean take(String name, String value) {
    switch (name) {
      case "train" -> tuning = tuning.with(trained(value));
      case "lora-rank" -> {
        Trained.LowRank l = lora(name);
        tuning = tuning.with(new Trained.LowRank(whole(name, value), l.alpha(), l.targets()));
      }
      case "lora-alpha" -> {
        Trained.LowRank l = lora(name);
        tuning = tuning.with(new Trained.LowRank(l.rank(), number(name, value), l.targets()));
      }
      case "lora-targets" -> {
        Trained.LowRank l = lora(name);
        tuning = tuning.with(new Trained.LowRank(l.rank(), l.alpha(), names(value)));
      }
      case "optimiser" -> tuning = tuning.with(optimiser(value));
      case "gru" -> tuning = wrap(new Direction.Rectified(number(name, value)));
      case "sam" -> tuning = wrap(new Direction.SharpnessAware(number(name, value)));
      case "retain" -> tuning = tuning.with(retain(value));
      default -> {
        return false;
      }
    }
    return true;
  }

  private Tuning wrap(Direction.Kind kind) {
    if (!(tuning.stepping().direction() instanceof Direction.Sum)) {
      throw wrong("gru and sam are both given; wanted one of them");
    }
    return tuning.with(kind);
  }

  private Trained trained(String value) {
    return switch (value) {
      case "all" -> new Trained.Everything();
      case "lora" ->
          tuning.trained() instanceof Trained.LowRank there ? there : Trained.LowRank.DEFAULT;
      default -> new Trained.Named(names(value));
    };
  }

  private Trained.LowRank lora(String name) {
    if (tuning.trained() instanceof Trained.Named) {
      throw wrong(name + " is given and train names layers; wanted train=lora");
    }
    return tuning.trained() instanceof Trained.LowRank there ? there : Trained.LowRank.DEFAULT;
  }

  private Optimiser.Kind optimiser(String value) {
    return switch (value) {
      case "adamw" -> Optimiser.Kind.ADAMW;
      case "sign" -> Optimiser.Kind.SIGN;
      default -> throw wrong("optimiser is \"" + value + "\"; wanted adamw or sign");
    };
  }

  private RetainLoss retain(String value) {
    if (value.startsWith("hidden:")) {
      return new RetainLoss.Hidden(whole("retain=hidden", value.substring("hidden:".length())));
    }
    return switch (value) {
      case "nll" -> new RetainLoss.Likelihood();
      case "kl" -> new RetainLoss.Divergence();
      case "hidden" -> new RetainLoss.Hidden(-1);
      default -> throw wrong("retain is \"" + value + "\"; wanted nll, kl, hidden or hidden:LAYER");
    };
  }

  private static List<String> names(String value) {
    return List.of(value.split("\\+", -1));
  }

  private int whole(String name, String value) {
    double number = number(name, value);
    if (number != Math.rint(number) || Math.abs(number) > Integer.MAX_VALUE) {
      throw wrong(name + " must be a whole number, got " + value);
    }
    return (int) number;
  }

  private double number(String name, String value) {
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException e) {
      throw wrong(String.format(Locale.ROOT, "%s is \"%s\", which is not a number", name, value));
    }
  }

  private InvalidRequest wrong(String what) {
    return new InvalidRequest("method \"" + text + "\": " + what);
  }
}
