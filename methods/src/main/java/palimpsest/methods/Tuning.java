package palimpsest.methods;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import palimpsest.torch.llm.Trained;
import palimpsest.torch.train.Direction;
import palimpsest.torch.train.Optimiser;
import palimpsest.torch.train.Stepping;

/**
 * What of a model is trained, and how its steps are made: choices apart from the method.
 *
 * @param trained what is trained
 * @param stepping how a step is made of gradients
 * @param retain the retain loss in place of the method's own
 */
public record Tuning(Trained trained, Stepping stepping, Optional<RetainLoss> retain) {

  /** All weights, AdamW, gradients added, the method's own retain loss. */
  public static final Tuning USUAL =
      new Tuning(new Trained.Everything(), Stepping.PLAIN, Optional.empty());

  public boolean isUsual() {
    return equals(USUAL);
  }

  public Tuning with(Trained other) {
    return new Tuning(other, stepping, retain);
  }

  public Tuning with(Optimiser.Kind other) {
    return new Tuning(trained, new Stepping(other, stepping.direction()), retain);
  }

  public Tuning with(Direction.Kind other) {
    return new Tuning(trained, new Stepping(stepping.optimiser(), other), retain);
  }

  public Tuning with(RetainLoss other) {
    return new Tuning(trained, stepping, Optional.of(other));
  }

  /** What is not as usual, each in a word: {@code lora}, {@code gru}, {@code sam}, {@code kl}. */
  public List<String> words() {
    List<String> words = new ArrayList<>();
    if (trained instanceof Trained.LowRank) {
      words.add("lora");
    } else if (trained instanceof Trained.Named) {
      words.add("layers");
    }
    if (stepping.direction() instanceof Direction.Rectified) {
      words.add("gru");
    } else if (stepping.direction() instanceof Direction.SharpnessAware) {
      words.add("sam");
    }
    if (stepping.optimiser() == Optimiser.Kind.SIGN) {
      words.add("sign");
    }
    retain.ifPresent(r -> words.add(r.name().replace(":", "-")));
    return words;
  }

  /** Everything about it in one line; empty where it is the usual. */
  @Override
  public String toString() {
    return isUsual()
        ? ""
        : "train "
            + trained
            + ", "
            + stepping
            + retain.map(r -> ", retain loss " + r.name()).orElse("");
  }
}
