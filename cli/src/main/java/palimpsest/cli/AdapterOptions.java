package palimpsest.cli;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.llm.Trained;
import picocli.CommandLine.Option;

/** A low-rank adapter that is trained instead of all weights. */
final class AdapterOptions {
  @Option(
      names = "--lora-rank",
      paramLabel = "N",
      description =
          "Train a low-rank adapter over --start, of this rank; of shards 8 unless given.")
  private @Nullable Integer rank;

  @Option(
      names = "--lora-alpha",
      paramLabel = "X",
      description = "Of the adapter; 16 unless given.")
  private @Nullable Double alpha;

  @Option(
      names = "--lora-targets",
      paramLabel = "NAME",
      split = ",",
      description = "Of the adapter: matrices such as q_proj,v_proj; all linear unless given.")
  private @Nullable List<String> targets;

  /**
   * The adapter, if its rank is given.
   *
   * @throws InvalidRequest if something else of it is given alone
   */
  Optional<Trained.LowRank> adapter() {
    if (rank == null && (alpha != null || targets != null)) {
      throw new InvalidRequest(
          "--lora-alpha and --lora-targets are of an adapter: give --lora-rank or --shards too");
    }
    return rank == null ? Optional.empty() : Optional.of(orUsual());
  }

  /** The adapter, as usual where it is not given. */
  Trained.LowRank orUsual() {
    Trained.LowRank usual = Trained.LowRank.DEFAULT;
    return new Trained.LowRank(
        rank == null ? usual.rank() : rank,
        alpha == null ? usual.alpha() : alpha,
        targets == null ? usual.targets() : targets);
  }
}
