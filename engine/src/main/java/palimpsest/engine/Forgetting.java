package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import palimpsest.api.Attack;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Decision;
import palimpsest.api.Evidence;
import palimpsest.api.Example;
import palimpsest.api.Finding;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Plan;
import palimpsest.api.Request;
import palimpsest.api.Score;
import palimpsest.api.Split;
import palimpsest.discovery.Corpus;
import palimpsest.discovery.FindOptions;
import palimpsest.discovery.Finder;
import palimpsest.discovery.FindingsFile;
import palimpsest.dossier.Attempt;
import palimpsest.metrics.attack.BuiltInAttacks;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.text.PromptTemplate;

/**
 * A request from finding to dossier: find, decide, plan, apply, evaluate, attack, certify.
 *
 * <p>Each stage leaves a file, written whole or not at all; a stage whose file is there is not done
 * again. {@code job.json} says which request, model and corpus the folder belongs to.
 *
 * <pre>
 * OUT/job.json  findings.jsonl  decision.json  plan.json
 * OUT/remedies/LABEL/         what each remedy left: applied.json, model/, run/
 * OUT/evidence/LABEL.json     what each model answered
 * OUT/scores.json             every metric of every model
 * OUT/attacks/LABEL.json      what each attack found
 * OUT/dossier/                the signed dossier
 * </pre>
 *
 * @param request who asks what
 * @param model folder of the model
 * @param corpus what it was trained on
 * @param given evaluation splits that do not come from the corpus
 * @param scope which findings are acted on, by whom, why
 * @param choices the methods to apply, in order
 * @param template how examples become tokens
 * @param settings limits of the evaluation
 * @param key file of the signing key
 * @param out folder of the results
 */
public record Forgetting(
    Request request,
    Path model,
    Corpus corpus,
    Map<Split, List<Example>> given,
    Scope scope,
    List<Choice> choices,
    PromptTemplate.Kind template,
    Settings settings,
    Path key,
    Path out,
    Console console,
    Clock clock) {

  /** A person's decision on scope. */
  public record Scope(Decision.Scope scope, String by, String reason) {}

  /**
   * Limits of the evaluation.
   *
   * @param retain most examples of the retain split
   * @param maxNewTokens most tokens of an answer
   * @param relearnRate learning rate of relearning attacks
   * @param checkpointEvery steps between checkpoints
   * @param seed of what attacks draw
   */
  public record Settings(
      int retain, int maxNewTokens, double relearnRate, int checkpointEvery, long seed) {
    public static final Settings DEFAULT = new Settings(400, 200, 1e-5, 25, 0);
  }

  /** What identifies a folder of results. */
  record Job(String format, String fingerprint) {
    static final String FORMAT = "palimpsest-forget/1";

    boolean isOurs() {
      return format.equals(FORMAT);
    }
  }

  /** Scores by column and metric, as kept on disk. */
  record Scores(Map<String, Map<String, Score>> byColumn) {}

  static final String JOB = "job.json";
  static final String SCORES = "scores.json";

  /** All that a run leaves besides {@link #JOB}; nothing else in the folder is ever deleted. */
  private static final List<String> PARTS =
      List.of(
          "findings.jsonl",
          "decision.json",
          "plan.json",
          SCORES,
          "trade-off.svg",
          "remedies",
          "evidence",
          "attacks",
          "dossier");

  /** Runs what is not yet done; gives the folder of the dossier. */
  public Path run() {
    List<Finding> findings = find();
    Decision decision =
        kept(
            "decision.json",
            Decision.class,
            () -> Deciding.decide(scope.scope(), scope.by(), scope.reason(), findings, corpus));
    Plan plan = kept("plan.json", Plan.class, () -> plan(decision));
    console.say(
        "Decided: "
            + decision.examples().size()
            + " records to forget, "
            + decision.leftOut().size()
            + " found ones stay");
    Map<String, Applying.Applied> applied = apply(plan, decision);
    Judged judged = judge(decision, applied);
    JsonFiles.write(out.resolve(SCORES), new Scores(judged.scores()));
    return new Certifying(this, findings, decision, plan, applied, judged).seal();
  }

  /** Refuses a folder of other results; {@code force} clears one of ours. */
  public void claim(boolean resume, boolean force) {
    for (Choice c : choices) {
      if (choices.stream().filter(o -> o.label().equals(c.label())).count() > 1) {
        throw new InvalidRequest(c.label() + " is chosen twice: run it twice into two folders");
      }
    }
    String fingerprint = fingerprint();
    Path job = out.resolve(JOB);
    if (force && Files.exists(job) && JsonFiles.read(job, Job.class).isOurs()) {
      PARTS.forEach(part -> Outputs.delete(out.resolve(part)));
      JsonFiles.write(job, new Job(Job.FORMAT, fingerprint));
      return;
    }
    if (!Outputs.isEmpty(out)) {
      if (!Files.exists(job)) {
        throw new InvalidRequest(out + " is not empty and not a forget folder: give another --out");
      }
      if (!JsonFiles.read(job, Job.class).fingerprint().equals(fingerprint)) {
        throw new InvalidRequest(
            out + " holds another request, model, corpus or choice: give --force or another --out");
      }
      if (!resume) {
        throw new InvalidRequest(
            out + " is not empty: give --resume to go on with it or --force to begin anew");
      }
      return;
    }
    Outputs.folder(out);
    JsonFiles.write(job, new Job(Job.FORMAT, fingerprint));
  }

  private String fingerprint() {
    return Fingerprints.of(
        request.toString(),
        Fingerprints.of(model),
        corpus.digest(),
        new TreeMap<>(given).toString(),
        scope.toString(),
        choices.toString(),
        template.name(),
        settings.toString());
  }

  private List<Finding> find() {
    Path file = out.resolve("findings.jsonl");
    if (!Files.exists(file)) {
      List<Finding> found = Finder.find(request, corpus, FindOptions.defaults());
      FindingsFile.write(file, found);
    }
    List<Finding> findings = FindingsFile.read(file);
    long records = findings.stream().map(Finding::exampleId).distinct().count();
    console.say("Found: " + findings.size() + " passages in " + records + " records");
    return findings;
  }

  private Plan plan(Decision decision) {
    Planner planner =
        new Planner(
            request,
            Manifest.beside(model),
            choices.isEmpty() ? Choice.RECIPE : choices.get(0).recipe(),
            decision.examples().size(),
            corpus.examples().size());
    Plan all = planner.plan(BuiltInMethods.all());
    Map<String, palimpsest.api.Remedy> chosen = new LinkedHashMap<>();
    all.remedies().forEach(r -> chosen.put(r.method(), r));
    for (Choice c : choices) {
      Plan one =
          new Planner(
                  request,
                  Manifest.beside(model),
                  c.recipe(),
                  decision.examples().size(),
                  corpus.examples().size())
              .plan(List.of(c.method()));
      one.remedies().forEach(r -> chosen.put(r.method(), r));
    }
    return new Plan(List.copyOf(chosen.values()), all.refused());
  }

  private Map<String, Applying.Applied> apply(Plan plan, Decision decision) {
    for (Plan.Refusal r : plan.refused()) {
      if (choices.stream().anyMatch(c -> c.method().id().equals(r.method()))) {
        throw new InvalidRequest(r.method() + " does not fit this request: " + r.reason());
      }
    }
    Map<String, Applying.Applied> applied = new LinkedHashMap<>();
    for (Choice c : choices) {
      checkInterrupted();
      console.say("Applying " + c.label());
      applied.put(c.label(), applying(c, decision).apply(c.method(), remedy(c.label())));
    }
    return applied;
  }

  Applying applying(Choice c, Decision decision) {
    return new Applying(
        model, corpus, decision, c.recipe(), template, settings.checkpointEvery(), console);
  }

  Path remedy(String label) {
    return out.resolve("remedies").resolve(label);
  }

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

  private Judged judge(Decision decision, Map<String, Applying.Applied> applied) {
    List<String> gone = Manifest.beside(model).map(Manifest::without).orElse(List.of());
    Suite suite = Suite.of(corpus, decision, given, gone, settings.retain());
    Outputs.folder(out.resolve("evidence"));
    Outputs.folder(out.resolve("attacks"));
    try (Models models = new Models(this, decision, applied)) {
      Map<String, Evidence> evidence = new LinkedHashMap<>();
      evidence.put("original", evidence("original", suite, models));
      for (String label : applied.keySet()) {
        evidence.put(label, evidence(label, suite, models));
      }
      Optional<Evidence> reference = Optional.ofNullable(evidence.get(REFERENCE_METHOD));
      Optional<Evidence> original = Optional.ofNullable(evidence.get("original"));
      Map<String, Map<String, Score>> scores = new LinkedHashMap<>();
      evidence.forEach((l, e) -> scores.put(l, Evaluating.scores(e, reference, original)));
      Attacking relearner = new Attacking(settings.relearnRate());
      Map<String, List<Attempt>> attacks = new TreeMap<>();
      for (String label : applied.keySet()) {
        attacks.put(
            label,
            kept(
                    "attacks/" + label + ".json",
                    Attempts.class,
                    () -> attack(label, suite, models, relearner))
                .attempts());
      }
      return new Judged(evidence, scores, attacks);
    }
  }

  static final String REFERENCE_METHOD = "exact.retrain";

  private Evidence evidence(String label, Suite suite, Models models) {
    Path file = out.resolve("evidence").resolve(label + ".json");
    if (!Files.exists(file)) {
      checkInterrupted();
      console.say("Evaluating " + label);
      EvidenceFile.write(
          file, Evaluating.evidence(models.deployed(label), suite, settings.maxNewTokens()));
    }
    return EvidenceFile.read(file);
  }

  private Attempts attack(String label, Suite suite, Models models, Attacking relearner) {
    Attack.Situation situation =
        new Attack.Situation(
            suite.of(Split.FORGET),
            models.deployed(label),
            models.raw(label),
            models.raw("original"),
            choices.stream().anyMatch(c -> c.label().equals(REFERENCE_METHOD))
                ? Optional.of(models.raw(REFERENCE_METHOD))
                : Optional.empty(),
            relearner,
            settings.seed());
    console.say("Attacking " + label);
    List<Attempt> attempts = new ArrayList<>();
    try (Console.Bar bar = console.bar("attacks on " + label, BuiltInAttacks.all().size())) {
      for (Attack attack : BuiltInAttacks.all()) {
        checkInterrupted();
        attempts.add(Attempt.of(attack, attack.attack(situation)));
        bar.at(attempts.size(), attack.id());
      }
    }
    return new Attempts(attempts);
  }

  private void checkInterrupted() {
    if (console.interrupted()) {
      throw new Interrupted("stopped between stages; run the same command with --resume to go on");
    }
  }

  /** A record that is read if its file is there, and otherwise made and written. */
  private <T> T kept(String name, Class<T> type, java.util.function.Supplier<T> make) {
    Path file = out.resolve(name);
    if (!Files.exists(file)) {
      JsonFiles.write(file, make.get());
    }
    return JsonFiles.read(file, type);
  }

  /** The models of the job, read when first needed. */
  static final class Models implements AutoCloseable {
    private final Forgetting job;
    private final Decision decision;
    private final Map<String, Applying.Applied> applied;
    private final Map<String, Remembering> raw = new LinkedHashMap<>();
    private final Map<String, Remembering> guarded = new LinkedHashMap<>();

    Models(Forgetting job, Decision decision, Map<String, Applying.Applied> applied) {
      this.job = job;
      this.decision = decision;
      this.applied = applied;
    }

    /** The weights of a column without any guard. */
    Remembering raw(String label) {
      Applying.Applied done = applied.get(label);
      boolean own = done != null && !done.before().equals(done.after());
      return raw.computeIfAbsent(own ? label : "original", this::read);
    }

    private Remembering read(String label) {
      Applying.Applied done = applied.get(label);
      Path folder = done == null ? job.model : job.remedy(label).resolve("model");
      Remembering read = new Remembering(TextModel.read(folder, job.template));
      if (done != null && !done.after().equals(read.digest())) {
        read.model().close();
        throw new CorruptArtifact(
            folder
                + " does not hold the weights that "
                + job.remedy(label).resolve("applied.json")
                + " speaks of: remove "
                + job.remedy(label)
                + " to apply the method anew");
      }
      return read;
    }

    /** The model of a column as its users meet it. */
    Remembering deployed(String label) {
      Optional<Choice> guard =
          job.choices.stream()
              .filter(c -> c.label().equals(label) && !c.method().guarantee().isRemoval())
              .findFirst();
      if (guard.isEmpty()) {
        return raw(label);
      }
      return guarded.computeIfAbsent(
          label,
          l -> {
            TextModel model = raw(l).model();
            Choice c = guard.get();
            return new Remembering(model.under(job.applying(c, decision).guard(c.method(), model)));
          });
    }

    @Override
    public void close() {
      raw.values().forEach(r -> r.model().close());
    }
  }
}
