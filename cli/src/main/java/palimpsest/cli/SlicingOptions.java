package palimpsest.cli;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import palimpsest.torch.train.Slicing;
import picocli.CommandLine.Option;

/** Which part of the data comes when. */
final class SlicingOptions {
  @Option(
      names = "--slices",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Go through the data in N parts, as it stands, one after the other, so that a replay"
              + " without what comes late is short; ${DEFAULT-VALUE} unless given.")
  private int slices;

  @Option(
      names = "--first-epochs",
      paramLabel = "N",
      defaultValue = "0",
      description = "With --slices: passes over the first; as over the others unless given.")
  private int firstEpochs;

  @Option(
      names = "--first-share",
      paramLabel = "X",
      description =
          "With --slices: share of the data that the first holds, such as 0.9 where those likeliest"
              + " to go come last; as the others unless given.")
  private @Nullable Double firstShare;

  @Option(
      names = "--later-rate",
      paramLabel = "X",
      description =
          "With --slices: peak rate of those after the first, as a share of --lr, the decay gone"
              + " through in each slice; one decay over the whole run unless given.")
  private @Nullable Double laterRate;

  @Option(
      names = "--rehearse",
      paramLabel = "X",
      defaultValue = "0",
      description =
          "With --slices: share of later steps filled with earlier records; ${DEFAULT-VALUE}"
              + " unless given.")
  private double rehearse;

  /**
   * The slices, or all data in every epoch.
   *
   * @throws palimpsest.api.InvalidRequest if the numbers do not fit each other
   */
  Slicing slicing() {
    return new Slicing(
        slices,
        firstEpochs,
        rehearse,
        Optional.ofNullable(firstShare),
        Optional.ofNullable(laterRate));
  }
}
