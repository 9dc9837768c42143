package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import palimpsest.api.Attack;
import palimpsest.api.Decision;
import palimpsest.api.Diverged;
import palimpsest.api.Evidence;
import palimpsest.api.LanguageModel;
import palimpsest.api.Score;
import palimpsest.api.Split;
import palimpsest.dossier.Attempt;
import palimpsest.dossier.Dossier;
import palimpsest.metrics.attack.BuiltInAttacks;

/**
 * Evaluates and attacks the models of a job, keeping what each answered.
 *
 * @param applied what became of the remedies; one whose answers are no numbers has failed too
 */
record Assessing(Forgetting job, Decision decision, Suite suite, Forgetting.Remedies applied) {

  /**
   * What was measured.
   *
   * @param evidence by column
   * @param scores metric id to score, by column
   * @param attacks by outcome
   */
  record Judged(
      Map<String, Evidence> evidence,
      Map<String, Map<String, Score>> scores,
      Map<String, List<Attempt>> attacks) {}

  /** Attack outcomes of one remedy, as kept on disk. */
  record Attempts(List<Attempt> attempts) {}

  /** Each model in turn, so that besides the two that all are compared with only one is open. */
  Judged judge() {
    Outputs.folder(job.out().resolve("evidence"));
    Outputs.folder(job.out().resolve("attacks"));
    Map<String, Evidence> evidence = new LinkedHashMap<>();
    Map<String, List<Attempt>> attacks = new TreeMap<>();
    try (JobModels models = new JobModels(job, decision, applied.done())) {
      Attacking relearner = new Attacking(job.settings().relearnRate());
      evidence.put(Dossier.ORIGINAL, evidence(Dossier.ORIGINAL, models));
      for (String label : referenceFirst()) {
        try {
          evidence.put(label, evidence(label, models));
        } catch (Diverged e) {
          job.console().say(label + " cannot be judged: " + e.getMessage());
          applied.done().remove(label);
          applied.failed().put(label, String.valueOf(e.getMessage()));
          continue;
        }
        attacks.put(label, attacks(label, models, relearner));
        if (!applied.reference().equals(Optional.of(label))) {
          models.release(label);
        }
      }
    }
    return new Judged(evidence, scores(evidence), attacks);
  }

  private List<Attempt> attacks(String label, JobModels models, Attacking relearner) {
    return job.kept(
            "attacks/" + label + ".json", Attempts.class, () -> attack(label, models, relearner))
        .attempts();
  }

  private Set<String> referenceFirst() {
    Set<String> labels = new LinkedHashSet<>();
    applied.reference().ifPresent(labels::add);
    labels.addAll(applied.done().keySet());
    return labels;
  }

  private Map<String, Map<String, Score>> scores(Map<String, Evidence> evidence) {
    Optional<Evidence> reference = applied.reference().map(evidence::get);
    Optional<Evidence> original = Optional.ofNullable(evidence.get(Dossier.ORIGINAL));
    Map<String, Map<String, Score>> scores = new LinkedHashMap<>();
    evidence.forEach((l, e) -> scores.put(l, Evaluating.scores(e, reference, original)));
    return scores;
  }

  private Evidence evidence(String label, JobModels models) {
    Path file = job.out().resolve("evidence").resolve(label + ".json");
    if (!Files.exists(file)) {
      job.checkInterrupted();
      job.console().say("Evaluating " + label);
      int most = job.settings().maxNewTokens();
      EvidenceFile.write(file, Evaluating.evidence(models.deployed(label), suite, most));
    }
    return EvidenceFile.read(file);
  }

  private Attempts attack(String label, JobModels models, Attacking relearner) {
    Optional<LanguageModel> reference = applied.reference().map(models::raw);
    Attack.Situation situation =
        new Attack.Situation(
            suite.of(Split.FORGET),
            models.deployed(label),
            models.raw(label),
            models.raw(Dossier.ORIGINAL),
            reference,
            relearner,
            job.settings().seed());
    job.console().say("Attacking " + label);
    List<Attempt> attempts = new ArrayList<>();
    try (Console.Bar bar = job.console().bar("attacks on " + label, BuiltInAttacks.all().size())) {
      for (Attack attack : BuiltInAttacks.all()) {
        job.checkInterrupted();
        attempts.add(Attacking.attempt(attack, situation));
        bar.at(attempts.size(), attack.id());
      }
    }
    return new Attempts(attempts);
  }
}
