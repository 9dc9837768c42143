package palimpsest.methods.exact;

import java.util.List;
import java.util.Map;
import palimpsest.api.About;
import palimpsest.api.Guarantee;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;

/**
 * The run in which the places of the records to forget are empty, done again from the last
 * checkpoint before it first met one of them.
 *
 * @param checkpoints 1 to begin from the last checkpoint that is kept; 0 to do all steps again,
 *     which trusts nobody's checkpoint
 */
public record Replay(int checkpoints) implements Method {
  public Replay {
    if (checkpoints != 0 && checkpoints != 1) {
      throw new InvalidRequest("checkpoints must be 0 or 1, got " + checkpoints);
    }
  }

  public static Replay defaults() {
    return new Replay(1);
  }

  /** Whether it begins from a checkpoint. */
  public boolean trustsCheckpoints() {
    return checkpoints == 1;
  }

  @Override
  public String id() {
    return "exact.replay";
  }

  @Override
  public Guarantee guarantee() {
    return Guarantee.EXACT;
  }

  @Override
  public About about() {
    return new About(
        "replay of a run without the data",
        "the run of the ledger with the places of the records empty, from the last checkpoint before the first of them",
        "Unlearning at Scale, 2025, arXiv 2508.12220",
        "variant: a step with no record left is skipped, and the ledger names places instead of records",
        "own: both come to the same bits",
        Map.of("checkpoints", "1 to begin from the last that is kept, 0 from the first step"));
  }

  @Override
  public List<String> cannotShow() {
    return List.of(
        "that the model cannot say the same: copies left in the corpus, or inference from the rest,"
            + " may still produce it",
        "anything about the tokenizer, which was fitted before and is kept",
        "that nothing depends on the records: their number and places in the run, and the cuts"
            + " between micro-batches, stay; from these and the other records a guess of one can be"
            + " tested");
  }
}
