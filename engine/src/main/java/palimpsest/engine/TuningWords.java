package palimpsest.engine;

import java.util.List;
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
  private Tuning tuning = Tuning.USUAL;
  private String trained = "";
  private boolean shaped; // whether a word beginning in lora- was given

  Tuning tuning() {
    return tuning;
  }

  /** Takes a word if it is one of these. */
  boolean take(Word word) {
    Trained.LowRank l = lowRank();
    switch (word.name()) {
      case "train" -> tuning = tuning.with(trained(word));
      case "lora-rank" ->
          tuning = shape(word, new Trained.LowRank(word.whole(), l.alpha(), l.targets()));
      case "lora-alpha" ->
          tuning = shape(word, new Trained.LowRank(l.rank(), word.number(), l.targets()));
      case "lora-targets" ->
          tuning = shape(word, new Trained.LowRank(l.rank(), l.alpha(), names(word.value())));
      case "optimiser" -> tuning = tuning.with(optimiser(word));
      case "gru" -> tuning = wrap(word, new Direction.Rectified(word.number()));
      case "sam" -> tuning = wrap(word, new Direction.SharpnessAware(word.number()));
      case "retain" -> tuning = tuning.with(retain(word));
      default -> {
        return false;
      }
    }
    return true;
  }

  private Tuning wrap(Word word, Direction.Kind kind) {
    if (!(tuning.stepping().direction() instanceof Direction.Sum)) {
      throw word.wrong("gru and sam are both given; wanted one of them");
    }
    return tuning.with(kind);
  }

  private Trained trained(Word word) {
    trained = word.value();
    requireOneWay(word);
    return switch (word.value()) {
      case "all" -> new Trained.Everything();
      case "lora" -> lowRank();
      default -> new Trained.Named(names(word.value()));
    };
  }

  private Tuning shape(Word word, Trained.LowRank with) {
    shaped = true;
    requireOneWay(word);
    return tuning.with(with);
  }

  private Trained.LowRank lowRank() {
    return tuning.trained() instanceof Trained.LowRank there ? there : Trained.LowRank.DEFAULT;
  }

  private void requireOneWay(Word word) {
    if (shaped && !trained.isEmpty() && !trained.equals("lora")) {
      throw word.wrong(
          "train=" + trained + " and words beginning in lora- are given; wanted train=lora");
    }
  }

  private static Optimiser.Kind optimiser(Word word) {
    return switch (word.value()) {
      case "adamw" -> Optimiser.Kind.ADAMW;
      case "sign" -> Optimiser.Kind.SIGN;
      default -> throw word.wrong("optimiser is \"" + word.value() + "\"; wanted adamw or sign");
    };
  }

  private static RetainLoss retain(Word word) {
    String value = word.value();
    if (value.startsWith("hidden:")) {
      return new RetainLoss.Hidden(word.whole(value.substring("hidden:".length())));
    }
    return switch (value) {
      case "nll" -> new RetainLoss.Likelihood();
      case "kl" -> new RetainLoss.Divergence();
      case "hidden" -> new RetainLoss.Hidden(-1);
      default ->
          throw word.wrong("retain is \"" + value + "\"; wanted nll, kl, hidden or hidden:LAYER");
    };
  }

  private static List<String> names(String value) {
    return List.of(value.split("\\+", -1));
  }
}
