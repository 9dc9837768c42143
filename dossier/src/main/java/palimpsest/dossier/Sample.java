package palimpsest.dossier;

import java.util.Map;
import palimpsest.api.Check;
import palimpsest.api.Split;

/**
 * A question, its true answer and what every model answered as users meet it.
 *
 * @param exampleId the example asked about
 * @param split {@link Split#FORGET} for what was to go, another for what was to stay
 * @param question the prompt
 * @param truth the true answer
 * @param answers the greedy answer per column of the dossier
 */
public record Sample(
    String exampleId, Split split, String question, String truth, Map<String, String> answers) {
  public Sample {
    Check.notBlank(exampleId, "sample: example id");
    answers = Dossier.sorted(answers);
  }
}
