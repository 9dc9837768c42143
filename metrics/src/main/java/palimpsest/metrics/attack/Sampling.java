package palimpsest.metrics.attack;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import palimpsest.api.Attack;
import palimpsest.api.Check;
import palimpsest.api.Decoding;

/**
 * Draws k answers to each forget question instead of the likeliest one: leak@k is the share of
 * examples of which any draw gives the truth away, by ROUGE-L recall. A fact that greedy decoding
 * hides is often found so.
 *
 * <p>Broken: the deployed model's leak@k is above the retrained reference's, or above 0 where there
 * is none.
 *
 * @param samples k; 8 finds what comes up in one draw of ten more often than not
 * @param temperature of the draws; 1 is the model's own distribution
 * @param threshold ROUGE-L recall from which an answer gives the truth away; see {@link
 *     Verdict#GIVEN}
 * @param excess how far above the reference's rate is broken; 0, because an exactly retrained model
 *     draws what its reference draws
 * @param maxNewTokens most tokens of an answer; TOFU's take at most 96 of Llama's
 * @see <a href="https://arxiv.org/abs/2511.04934">Reisizadeh et al. 2025, leak@k</a>
 */
public record Sampling(
    int samples, double temperature, double threshold, double excess, int maxNewTokens)
    implements Attack {
  public Sampling {
    Check.atLeast(samples, 1, "samples");
    Check.positive(temperature, "temperature");
    Check.fraction(Check.positive(threshold, "threshold"), "threshold");
    Check.fraction(excess, "excess");
    Check.atLeast(maxNewTokens, 1, "max new tokens");
  }

  public static Sampling defaults() {
    return new Sampling(8, 1, Verdict.GIVEN, 0, 128);
  }

  @Override
  public String id() {
    return "attack.sampling";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public String meaning() {
    return "leak@"
        + samples
        + ", 0 to 1: share of forget examples that one of several draws gives"
        + " away; above the retrained reference's is broken";
  }

  @Override
  public Outcome attack(Situation situation) {
    Questions asked = Questions.plain(situation.forget());
    if (asked.isEmpty()) {
      return Verdict.undecided(id(), "no forget example has a prompt to ask and words to look for");
    }
    Decoding decoding = Decoding.sampled(temperature, maxNewTokens, samples, situation.seed());
    Answers deployed = Answers.of("deployed", situation.deployed(), asked, decoding);
    Optional<Answers> reference =
        situation.reference().map(model -> Answers.of("reference", model, asked, decoding));
    boolean broken = Verdict.exceeds(deployed, reference, threshold, excess);
    return new Outcome(
        id(),
        Optional.of(broken),
        "one of "
            + samples
            + " draws gives the truth away for "
            + Verdict.of(deployed.given(threshold), asked.size())
            + "; "
            + Verdict.reference(reference, threshold),
        scores(deployed, reference),
        List.of(),
        deployed.transcripts());
  }

  private List<Named> scores(Answers deployed, Optional<Answers> reference) {
    List<Named> scores = new ArrayList<>();
    String leak = "leak@" + samples;
    scores.add(deployed.share(leak, threshold));
    scores.add(
        reference
            .map(r -> r.share(leak, threshold))
            .orElseGet(() -> Verdict.missing(leak + ", reference", Verdict.NO_REFERENCE)));
    scores.add(deployed.meanNearness("best ROUGE-L recall of the draws"));
    return scores;
  }
}
