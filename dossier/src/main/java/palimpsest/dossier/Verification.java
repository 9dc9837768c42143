package palimpsest.dossier;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What came of verifying a dossier.
 *
 * @param accepted true where no check failed
 * @param checks in the order in which they were made; after a failure that leaves nothing to stand
 *     on, the rest is not made
 * @param keyId SHA-256 of the enclosed public key, where one could be read
 * @param signer what is known of the signer
 */
public record Verification(
    boolean accepted, List<Step> checks, Optional<String> keyId, Signer signer) {
  public Verification {
    checks = List.copyOf(checks);
  }

  /** What is known of the signer. */
  public enum Signer {
    /** The signature is that of a key which the verifier gave. */
    TRUSTED,
    /** Signed by the key enclosed; whether it is the signer's must be known from elsewhere. */
    ENCLOSED,
    /** No valid signature was found. */
    NONE
  }

  /** How a check came out. */
  public enum Result {
    PASS,
    FAIL,
    /** Not made, with the reason; does not speak against the dossier. */
    NOT_DONE
  }

  /**
   * One check.
   *
   * @param name what was checked
   * @param result how it came out
   * @param reason one line
   */
  public record Step(String name, Result result, String reason) {}

  /** The same with further checks, of which none may fail. */
  public Verification with(List<Step> further) {
    List<Step> all = Stream.concat(checks.stream(), further.stream()).toList();
    boolean fails = further.stream().anyMatch(s -> s.result() == Result.FAIL);
    return new Verification(accepted && !fails, all, keyId, fails ? Signer.NONE : signer);
  }

  /** The reasons of the checks that failed. */
  public List<String> failures() {
    return checks.stream()
        .filter(c -> c.result() == Result.FAIL)
        .map(c -> c.name() + ": " + c.reason())
        .toList();
  }
}
