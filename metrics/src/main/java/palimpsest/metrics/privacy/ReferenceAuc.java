package palimpsest.metrics.privacy;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import palimpsest.api.Evidence;
import palimpsest.api.Evidence.Item;
import palimpsest.api.Explanation;
import palimpsest.api.Metric;
import palimpsest.api.Score;
import palimpsest.api.Score.Measured;
import palimpsest.api.Score.NotMeasured;
import palimpsest.api.Split;
import palimpsest.api.Trial;
import palimpsest.metrics.PerExample;
import palimpsest.metrics.Saturation;

/**
 * Membership by loss against a reference model's: the score is the mean log-probability of an
 * answer token, end token included, less the same under the retrained reference, so that what any
 * model finds easy is not taken for known. Sign and range as in {@link Membership}; the reference
 * itself has one half.
 *
 * @see <a href="https://arxiv.org/abs/2012.07805">Carlini et al. 2021</a>
 */
public record ReferenceAuc() implements Metric {
  public static ReferenceAuc defaults() {
    return new ReferenceAuc();
  }

  private static PerExample against(Evidence reference, Evidence subject) {
    IdentityHashMap<Item, Double> gains = new IdentityHashMap<>(); // an id may stand in both splits
    for (Split split : List.of(Split.FORGET, Split.HOLDOUT)) {
      Map<String, Double> theirs = new HashMap<>();
      for (Item item : reference.of(split)) {
        theirs.put(item.example().id(), item.answer().meanLogProb());
      }
      for (Item item : subject.of(split)) {
        Double log = theirs.get(item.example().id());
        if (log != null) {
          gains.put(item, item.answer().meanLogProb() - log);
        }
      }
    }
    return new PerExample(
        "gain in log-probability over the reference",
        "a value under the retrained reference",
        gains::containsKey,
        item -> gains.getOrDefault(item, Double.NaN));
  }

  @Override
  public String id() {
    return "privacy.reference-auc";
  }

  @Override
  public int version() {
    return 2;
  }

  @Override
  public Better better() {
    return Better.NEARER_REFERENCE;
  }

  @Override
  public String meaning() {
    return Membership.meaning("gains more over the reference model than");
  }

  @Override
  public Score score(Trial trial) {
    if (trial.reference().isEmpty()) {
      return new NotMeasured(
          "no retrained reference: this test compares each loss with a model trained without the"
              + " data");
    }
    Membership membership = new Membership(against(trial.reference().get(), trial.subject()));
    Optional<Explanation> auc = membership.auc(trial.subject());
    if (auc.isEmpty()) {
      return new NotMeasured(membership.lack(trial.subject()));
    }
    List<String> warnings = membership.leftOut(trial.subject());
    warnings.addAll(Saturation.ofArea(auc.get().value()));
    return new Measured(auc.get(), warnings);
  }
}
