package palimpsest.torch.train;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What one optimiser step did, as the ledger keeps it: enough to do it again.
 *
 * @param step from 1
 * @param epoch from 0
 * @param examples indices of the step's examples, in order
 * @param companions indices of the companion examples, in order, possibly none
 * @param seed of the run
 * @param rate learning rate of the step
 * @param tokens label tokens, the denominator of the loss
 * @param loss of the step
 * @param norm L2 norm of its gradient before clipping
 */
@SuppressWarnings("ArrayRecordComponent") // written once, compared as its line
public record LedgerStep(
    int step,
    int epoch,
    int[] examples,
    int[] companions,
    long seed,
    double rate,
    long tokens,
    double loss,
    double norm) {

  /**
   * One line of JSON without its chain; numbers of the run in hexadecimal, so that they are exact.
   */
  String line() {
    return String.format(
        Locale.ROOT,
        "{\"step\":%d,\"epoch\":%d,\"examples\":%s,\"companions\":%s,\"seed\":%d,"
            + "\"rate\":\"%s\",\"tokens\":%d,\"loss\":\"%s\",\"norm\":\"%s\"",
        step,
        epoch,
        list(examples),
        list(companions),
        seed,
        Double.toHexString(rate),
        tokens,
        Double.toHexString(loss),
        Double.toHexString(norm));
  }

  private static String list(int[] values) {
    return Arrays.stream(values)
        .mapToObj(String::valueOf)
        .collect(Collectors.joining(",", "[", "]"));
  }
}
