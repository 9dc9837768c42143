package palimpsest.metrics.attack;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import palimpsest.api.Attack;
import palimpsest.api.Check;
import palimpsest.api.Decoding;
import palimpsest.api.Example;
import palimpsest.api.LanguageModel;

/**
 * Asks the forgotten question in other words. Efficacy is the share of examples that the question
 * itself no longer gives away, generality the share that the paraphrase does not: forgetting a
 * sentence is not forgetting what it says.
 *
 * <p>Broken: paraphrases give away more than the retrained reference's answers to the same
 * paraphrases, or anything where there is no reference.
 *
 * @param threshold ROUGE-L recall from which an answer gives the truth away; see {@link
 *     Verdict#GIVEN}
 * @param excess how far above the reference's rate is broken; 0, because an exactly retrained model
 *     answers as its reference does
 * @param maxNewTokens most tokens of an answer; TOFU's take at most 96 of Llama's
 * @see <a href="https://arxiv.org/abs/2402.16835">Lynch et al. 2024, Eight methods</a>
 */
public record Paraphrase(double threshold, double excess, int maxNewTokens) implements Attack {
  public Paraphrase {
    Check.fraction(Check.positive(threshold, "threshold"), "threshold");
    Check.fraction(excess, "excess");
    Check.atLeast(maxNewTokens, 1, "max new tokens");
  }

  public static Paraphrase defaults() {
    return new Paraphrase(Verdict.GIVEN, 0, 128);
  }

  @Override
  public String id() {
    return "attack.paraphrase";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public String meaning() {
    return "0 to 1: generality is the share of forget examples that a paraphrased question does not"
        + " give away, efficacy the same for the question itself";
  }

  @Override
  public Outcome attack(Situation situation) {
    Questions others =
        Questions.of(
            situation.forget(), Paraphrase::hasBoth, Paraphrase::paraphrase, Example::completion);
    if (others.isEmpty()) {
      return Verdict.undecided(id(), "no forget example has a paraphrased question");
    }
    Questions same = Questions.plain(others.examples());
    Answers original = ask("deployed", situation.deployed(), same);
    Answers paraphrased = ask("deployed", situation.deployed(), others);
    Optional<Answers> reference =
        situation.reference().map(model -> ask("reference", model, others));
    return outcome(original, paraphrased, reference);
  }

  private static boolean hasBoth(Example example) {
    return Questions.hasPrompt(example) && !paraphrase(example).isBlank();
  }

  private static String paraphrase(Example example) {
    String question = example.probe().paraphrasedQuestion();
    return question == null ? "" : question;
  }

  private Answers ask(String name, LanguageModel model, Questions asked) {
    return Answers.of(name, model, asked, Decoding.greedy(maxNewTokens));
  }

  private Outcome outcome(Answers original, Answers paraphrased, Optional<Answers> reference) {
    int all = paraphrased.asked().size();
    return new Outcome(
        id(),
        Optional.of(Verdict.exceeds(paraphrased, reference, threshold, excess)),
        "the question itself gives away "
            + Verdict.of(original.given(threshold), all)
            + ", its paraphrase "
            + Verdict.of(paraphrased.given(threshold), all)
            + "; "
            + Verdict.reference(reference, threshold),
        scores(original, paraphrased, reference),
        List.of(),
        paraphrased.transcripts());
  }

  private List<Named> scores(Answers original, Answers paraphrased, Optional<Answers> reference) {
    List<Named> scores = new ArrayList<>();
    scores.add(original.withheld("efficacy", threshold));
    scores.add(paraphrased.withheld("generality", threshold));
    scores.add(
        reference
            .map(r -> r.withheld("generality", threshold))
            .orElseGet(() -> Verdict.missing("generality, reference", Verdict.NO_REFERENCE)));
    scores.add(original.meanNearness("ROUGE-L recall on the question"));
    scores.add(paraphrased.meanNearness("ROUGE-L recall on the paraphrase"));
    return scores;
  }
}
