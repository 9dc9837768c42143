package palimpsest.torch.diffusion.attack;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.diffusion.text.ClipText;

/**
 * Who is attacked, and on what.
 *
 * @param subject the model after the remedy
 * @param reference one retrained without the concept, attacked in the same way; it may have a text
 *     encoder of its own, of the same tokenizer
 * @param known the text encoder that anybody has, that of the model before the remedy
 * @param cases to choose settings on, and to be judged on
 * @param seeds of the attacks, each once, at least three, so that their spread is seen
 */
public record Contest(
    Victim subject, Optional<Victim> reference, ClipText known, CaseSplit cases, List<Long> seeds) {
  /** Fewest seeds. */
  public static final int SEEDS = 3;

  public Contest {
    seeds = List.copyOf(seeds);
    Check.atLeast(seeds.size(), SEEDS, "seeds of an attack");
    if (new HashSet<>(seeds).size() < seeds.size()) {
      throw new InvalidRequest("each seed must be given once, got " + seeds);
    }
    reference.ifPresent(
        other -> {
          if (!other.drawing().equals(subject.drawing())) {
            throw new InvalidRequest(
                "subject and reference must draw alike, got "
                    + subject.drawing().words()
                    + " and "
                    + other.drawing().words());
          }
        });
  }
}
