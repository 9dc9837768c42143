package palimpsest.engine;

import java.util.List;
import java.util.Optional;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.torch.llm.Trained;
import palimpsest.torch.train.Slicing;

/**
 * A way to train so that records can be forgotten exactly, as {@code bench exact} compares them.
 *
 * @param name short, for files and tables
 * @param epochs over a slice
 * @param batch records a step
 * @param slicing which part of the data comes when
 * @param shards adapters over a frozen model; 0 where one model is trained whole
 */
public record ExactPolicy(String name, int epochs, int batch, Slicing slicing, int shards) {
  private static final int EPOCHS = 12;
  private static final int LONG = 15; // as many steps as risk-last
  private static final int SHORT = 3; // to time requests without waiting for a training of hours
  private static final int BATCH = 16;
  private static final int SLICES = 11; // one checkpoint before each but the first
  private static final int FIRST_EPOCHS = 14; // on the nine tenths that are rarely asked for
  private static final int LATE_SLICES = 2; // long enough for the rate to fall in each
  private static final double REHEARSAL = 0.5;
  private static final int SHARDS = 16;
  private static final int OF_A_SHARD = 4;

  /** Of the authors, those at the end of the order, whom {@link #RISK} speaks of. */
  static final double LATE = 0.1;

  /** Of the requests, those that {@link #LATE} authors are taken to make. */
  static final double RISK = 0.9;

  /**
   * Those that are compared: all data in every epoch, and the same for longer; slices with
   * rehearsal in half as many steps; the same with seven tenths of the steps on the first slice;
   * nine tenths of the data first and the likeliest to go last; shards, whose batches are small
   * because each has few records, and with a quarter of the steps. In slices the rate falls in each
   * of them; in the small last ones from half as high, so that less is unlearned.
   */
  public static List<ExactPolicy> all() {
    Optional<Double> alike = Optional.empty();
    Optional<Double> same = Optional.of(1.0);
    return List.of(
        new ExactPolicy("shuffled", EPOCHS, BATCH, Slicing.NONE, 0),
        new ExactPolicy("shuffled-long", LONG, BATCH, Slicing.NONE, 0),
        whole("rehearsed-short", 3, new Slicing(SLICES, 6, REHEARSAL, alike, same)),
        whole("first-70", 2, new Slicing(SLICES, 93, REHEARSAL, alike, same)),
        whole(
            "risk-last",
            EPOCHS,
            new Slicing(
                LATE_SLICES + 1, FIRST_EPOCHS, REHEARSAL, Optional.of(1 - LATE), Optional.of(0.5))),
        shards("shards-16", EPOCHS),
        shards("shards-16-short", SHORT));
  }

  private static ExactPolicy shards(String name, int epochs) {
    Slicing slices = new Slicing(OF_A_SHARD, 0, 0, Optional.empty(), Optional.of(1.0));
    return new ExactPolicy(name, epochs, BATCH / 4, slices, SHARDS);
  }

  private static ExactPolicy whole(String name, int epochs, Slicing slicing) {
    return new ExactPolicy(name, epochs, BATCH, slicing, 0);
  }

  /**
   * The one of a name.
   *
   * @throws InvalidRequest if there is none, naming all
   */
  public static ExactPolicy of(String name) {
    return all().stream()
        .filter(p -> p.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidRequest(
                    "no policy \""
                        + name
                        + "\": give "
                        + String.join(", ", all().stream().map(ExactPolicy::name).toList())));
  }

  /** The same with this policy's epochs and batches. */
  Recipe recipe(Recipe like) {
    return new Recipe(
        epochs,
        batch,
        Math.min(batch, like.microBatch()),
        like.learningRate(),
        like.warmup(),
        like.decay(),
        like.weightDecay(),
        like.clip(),
        like.seed());
  }

  /** What is trained of each shard: all linear maps of a Llama's layers. */
  Trained.LowRank adapter(int rank) {
    return new Trained.LowRank(
        rank,
        2 * rank,
        List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"));
  }
}
