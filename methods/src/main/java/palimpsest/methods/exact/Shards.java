package palimpsest.methods.exact;

import java.util.List;
import java.util.Map;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.api.Guarantee;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;

/**
 * The adapters of the shards that held the records made again without them, the others kept as they
 * are: SISA for fine-tuning.
 *
 * @param checkpoints 1 to begin from the last checkpoint that is kept; 0 to do all steps of a shard
 *     again
 * @param drop 1 to leave out the whole adapter of a shard that held any of the records, and all
 *     else that it learnt; 0 to make it again
 */
public record Shards(int checkpoints, int drop) implements Method {
  public Shards {
    Check.atLeast(checkpoints, 0, "checkpoints");
    Check.atLeast(drop, 0, "drop");
    if (checkpoints > 1 || drop > 1) {
      throw new InvalidRequest(
          "checkpoints and drop must be 0 or 1, got " + checkpoints + " and " + drop);
    }
  }

  public static Shards defaults() {
    return new Shards(1, 0);
  }

  /** Whether the adapters that held records are left out and not made again. */
  public boolean drops() {
    return drop == 1;
  }

  /** How the run of one shard is done again. */
  public Replay replay() {
    return new Replay(checkpoints);
  }

  @Override
  public String id() {
    return "exact.shards";
  }

  @Override
  public Guarantee guarantee() {
    return Guarantee.STRUCTURAL;
  }

  @Override
  public About about() {
    return new About(
        "retraining of the shards that held the data",
        "W + mean over shards of (alpha / r) B A, the run of each shard that held a record replayed without it",
        "Bourtoule et al. 2021, SISA, arXiv 1912.03817; adapters as in S3T, Chowdhury et al. 2024, arXiv 2406.16257",
        "variant: low-rank adapters over one frozen checkpoint, their mean merged or their logits averaged, instead of whole models that vote",
        "own: both ways of checkpoints come to the same bits",
        Map.of(
            "checkpoints", "1 to begin from the last that is kept, 0 from the first step",
            "drop", "1 to leave out whole adapters, 0 to make them again"));
  }

  @Override
  public List<String> cannotShow() {
    return List.of(
        "that the model cannot say the same: copies left in the corpus, or inference from the rest,"
            + " may still produce it",
        "what the frozen checkpoint under the adapters had seen, and its tokenizer",
        "that nothing depends on the records: which shard they were in, and their places there, stay");
  }
}
