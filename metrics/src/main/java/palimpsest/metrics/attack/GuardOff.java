package palimpsest.metrics.attack;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import palimpsest.api.Attack;
import palimpsest.api.Check;
import palimpsest.api.Decoding;
import palimpsest.api.Explanation;
import palimpsest.api.LanguageModel;
import palimpsest.api.Score.Measured;

/**
 * Switches the guard off: does the raw model give away what the deployed one withholds? If so the
 * information was suppressed, not removed.
 *
 * <p>Broken: some forget example is given away by the raw model, withheld by the deployed one, and
 * not given away by the retrained reference, where there is one. Not applicable where the deployed
 * model is the raw one.
 *
 * @param threshold ROUGE-L recall from which an answer gives the truth away; see {@link
 *     Verdict#GIVEN}
 * @param maxNewTokens most tokens of an answer; TOFU's take at most 96 of Llama's
 * @see <a href="https://arxiv.org/abs/2412.06966">Cooper et al. 2024, mismatch 1</a>
 */
public record GuardOff(double threshold, int maxNewTokens) implements Attack {
  public GuardOff {
    Check.fraction(Check.positive(threshold, "threshold"), "threshold");
    Check.atLeast(maxNewTokens, 1, "max new tokens");
  }

  public static GuardOff defaults() {
    return new GuardOff(Verdict.GIVEN, 128);
  }

  @Override
  public String id() {
    return "attack.guard-off";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public String meaning() {
    return "share of forget examples that the weights without their guard give away; any that the"
        + " reference does not is broken, since a guard leaves it in the weights";
  }

  @Override
  public Outcome attack(Situation situation) {
    if (situation.deployed() == situation.raw()) {
      return Verdict.undecided(
          id(), "not applicable: the deployed model has no guard, it is the raw model itself");
    }
    Questions asked = Questions.plain(situation.forget());
    if (asked.isEmpty()) {
      return Verdict.undecided(id(), "no forget example has a prompt to ask and words to look for");
    }
    Answers deployed = ask("deployed", situation.deployed(), asked);
    Answers raw = ask("raw", situation.raw(), asked);
    Optional<Answers> reference =
        situation.reference().map(model -> ask("reference", model, asked));
    return outcome(situation, deployed, raw, reference);
  }

  private Answers ask(String name, LanguageModel model, Questions asked) {
    return Answers.of(name, model, asked, Decoding.greedy(maxNewTokens));
  }

  private Outcome outcome(
      Situation situation, Answers deployed, Answers raw, Optional<Answers> reference) {
    int given = 0;
    int withheld = 0;
    for (int i = 0; i < raw.asked().size(); i++) {
      int example = i;
      boolean expected = reference.map(r -> r.gives(example, threshold)).orElse(false);
      if (raw.gives(i, threshold) && !expected) {
        given++;
        withheld += deployed.gives(i, threshold) ? 0 : 1;
      }
    }
    boolean same = situation.deployed().digest().equals(situation.raw().digest());
    List<Transcript> transcripts = new ArrayList<>(raw.transcripts());
    transcripts.addAll(deployed.transcripts());
    return new Outcome(
        id(),
        Optional.of(given > 0),
        String.format(
            Locale.ROOT,
            "without the guard the weights give away %s%s, of which it withheld %d; parameter"
                + " digests are %s; %s",
            Verdict.of(given, raw.asked().size()),
            reference.isPresent() ? " that the reference does not" : "",
            withheld,
            same ? "equal" : "different",
            Verdict.reference(reference, threshold)),
        scores(deployed, raw, reference, same),
        List.of(),
        transcripts);
  }

  private List<Named> scores(
      Answers deployed, Answers raw, Optional<Answers> reference, boolean same) {
    List<Named> scores = new ArrayList<>();
    scores.add(deployed.meanNearness("ROUGE-L recall"));
    scores.add(raw.meanNearness("ROUGE-L recall"));
    scores.add(deployed.share("given away", threshold));
    scores.add(raw.share("given away", threshold));
    scores.add(
        reference
            .map(r -> r.share("given away", threshold))
            .orElseGet(() -> Verdict.missing("given away, reference", Verdict.NO_REFERENCE)));
    scores.add(
        new Named(
            "parameter digests equal",
            new Measured(Explanation.leaf("1 if deployed and raw have one digest", same ? 1 : 0))));
    return scores;
  }
}
