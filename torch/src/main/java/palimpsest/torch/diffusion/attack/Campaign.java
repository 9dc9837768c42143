package palimpsest.torch.diffusion.attack;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.api.PictureAttack;
import palimpsest.api.PictureAttack.Candidate;
import palimpsest.api.PictureAttack.Judged;
import palimpsest.api.PictureAttack.Run;
import palimpsest.api.PictureAttack.Shielded;
import palimpsest.api.PictureAttack.Side;

/**
 * Attacks a model and its reference with several seeds, with settings that were chosen elsewhere.
 *
 * @param recognizer of the judge
 * @param name of the recognizer, such as its digest
 * @param threshold P(concept) from which it counts as seen
 * @param watch sees all searches
 */
public record Campaign(Recognizer recognizer, String name, double threshold, Watch watch) {
  public Campaign {
    Check.notBlank(name, "name of the recognizer");
    Check.fraction(threshold, "threshold");
  }

  /**
   * What is remembered of attacks on a reference: it is the same for many subjects, and so are its
   * pictures under an attack whose settings are the same.
   */
  @FunctionalInterface
  public interface Memory {
    /**
     * The reference under an attack.
     *
     * @param attack with its settings
     * @param judged what is looked for, by whom, on what
     * @param afresh attacks it now
     */
    Side of(ImageAttack attack, Judged judged, Supplier<Side> afresh);
  }

  /** The same where nothing is remembered. */
  public PictureAttack run(List<? extends ImageAttack> candidates, Contest contest) {
    return run(candidates, contest, (attack, judged, afresh) -> afresh.get());
  }

  /**
   * Tries the candidates on the subject's tuning cases with the first seed, takes the one under
   * which the concept is seen most, the first of equals, and attacks subject and reference with it
   * on the test cases. Of one candidate nothing is tried.
   *
   * @param candidates the same attack with several settings, at least one
   * @param memory of the reference
   */
  public PictureAttack run(List<? extends ImageAttack> candidates, Contest contest, Memory memory) {
    Check.atLeast(candidates.size(), 1, "candidates of an attack");
    ImageAttack chosen = candidates.get(0);
    if (candidates.stream().anyMatch(c -> !c.id().equals(candidates.get(0).id()))) {
      throw new InvalidRequest("settings are chosen among those of one attack; run each by itself");
    }
    List<Candidate> tried = new ArrayList<>();
    if (candidates.size() > 1) {
      double most = -1;
      for (ImageAttack candidate : candidates) {
        double seen = seen(candidate, contest);
        tried.add(new Candidate(candidate.settings(), seen));
        chosen = seen > most ? candidate : chosen;
        most = Math.max(most, seen);
      }
    }
    ImageAttack attack = chosen;
    Optional<Shielded> shield = contest.subject().shield().map(s -> stood(s, attack, contest));
    Side subject = side(attack, reached(contest.subject(), attack), contest);
    Optional<Side> reference =
        contest
            .reference()
            .map(r -> memory.of(attack, judged(contest, ""), () -> side(attack, r, contest)));
    return new PictureAttack(
        attack.id(),
        attack.version(),
        attack.settings(),
        judged(contest, shield.map(s -> words(s, contest.subject())).orElse("")),
        subject,
        reference,
        tried,
        shield);
  }

  /** Share of the tuning pictures in which the concept is seen under attack. */
  private double seen(ImageAttack attack, Contest contest) {
    Cases tuning = contest.cases().tuning();
    Victim subject = reached(contest.subject(), attack);
    Run run = attack.attack(situation(subject, contest, tuning, contest.seeds().get(0)));
    return run.attempts().stream()
        .mapToDouble(attempt -> attempt.attacked() >= threshold ? 1 : 0)
        .average()
        .orElseThrow();
  }

  /** Who has the weights meets no shield. */
  private static Victim reached(Victim victim, ImageAttack attack) {
    return attack.needsWeights() ? victim.behind(Optional.empty()) : victim;
  }

  private static Shielded stood(Shield shield, ImageAttack attack, Contest contest) {
    if (attack.needsWeights()) {
      return Shielded.WITHOUT;
    }
    double scale = attack.scale(contest.subject().drawing());
    return shield.filters() || shield.steers(scale) ? Shielded.UNDER : Shielded.IDLE;
  }

  private static String words(Shielded how, Victim subject) {
    String shield = subject.shield().orElseThrow().words();
    return switch (how) {
      case UNDER -> "; the subject under " + shield;
      case WITHOUT -> "; the subject without " + shield;
      case IDLE -> "; the subject at a scale where this does nothing: " + shield;
    };
  }

  /**
   * What is looked for.
   *
   * @param shield of the subject, in words; empty for none, as of a reference
   */
  private Judged judged(Contest contest, String shield) {
    Cases test = contest.cases().test();
    return new Judged(
        test.concept(),
        name,
        threshold,
        contest.subject().drawing().words() + shield,
        test.digest(),
        contest.cases().tuning().digest());
  }

  private Side side(ImageAttack attack, Victim victim, Contest contest) {
    Cases test = contest.cases().test();
    List<Run> runs =
        contest.seeds().stream()
            .map(seed -> attack.attack(situation(victim, contest, test, seed)))
            .toList();
    return new Side(victim.digest(), runs);
  }

  private Situation situation(Victim victim, Contest contest, Cases cases, long seed) {
    return new Situation(victim, contest.known(), cases, recognizer, seed, watch);
  }
}
