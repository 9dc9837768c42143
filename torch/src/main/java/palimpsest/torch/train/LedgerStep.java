package palimpsest.torch.train;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What one optimiser step did, as the ledger keeps it: enough to do it again.
 *
 * @param step from 1
 * @param met the examples that it met; nobody, where all their places were empty
 * @param seed of the run
 * @param rate learning rate of the step
 * @param tokens label tokens, the denominator of the loss; 0 where it met nobody
 * @param loss of the step
 * @param norm L2 norm of its gradient before clipping
 */
public record LedgerStep(
    int step, Course.Planned met, long seed, double rate, long tokens, double loss, double norm) {

  /** In the line of a step that met nobody. */
  static final String NOBODY = "\"parts\":[],";

  /**
   * One line of JSON without its chain; numbers of the run in hexadecimal, so that they are exact.
   */
  String line() {
    return String.format(
        Locale.ROOT,
        "{\"step\":%d,\"epoch\":%d,\"parts\":%s,\"beside\":%s,\"seed\":%d,"
            + "\"rate\":\"%s\",\"tokens\":%d,\"loss\":\"%s\",\"norm\":\"%s\"",
        step,
        met.epoch(),
        list(met.parts()),
        list(met.beside()),
        seed,
        Double.toHexString(rate),
        tokens,
        Double.toHexString(loss),
        Double.toHexString(norm));
  }

  private static String list(List<int[]> parts) {
    return parts.stream()
        .map(
            part ->
                Arrays.stream(part)
                    .mapToObj(String::valueOf)
                    .collect(Collectors.joining(",", "[", "]")))
        .collect(Collectors.joining(",", "[", "]"));
  }
}
