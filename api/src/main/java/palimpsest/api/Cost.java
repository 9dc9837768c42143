package palimpsest.api;

import java.util.Optional;

/**
 * What an exact path takes beside its steps, told from what a training left and before anything is
 * done.
 *
 * @param from where it begins, in words, such as {@code the checkpoint of step 34}
 * @param atMost whether steps and seconds are a bound, since it is not known which steps can stay
 * @param seconds that it takes at the pace of the trainings which it repeats, what lies around the
 *     steps included as far as it was measured; absent where that of the steps was not
 * @param disk bytes that it writes and has on disk at once, at most: weights, and checkpoints as
 *     large as those of the trainings; ledgers and tokenizers not counted
 * @param stored bytes that are on disk for it now: the checkpoints of the trainings that it repeats
 */
public record Cost(String from, boolean atMost, Optional<Double> seconds, long disk, long stored) {
  public Cost {
    Check.notBlank(from, "where an exact path begins");
    seconds.ifPresent(s -> Check.nonNegative(s, "seconds of an exact path"));
    Check.atLeast(disk, 0, "bytes that an exact path needs");
    Check.atLeast(stored, 0, "bytes that are stored for an exact path");
  }
}
