package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import palimpsest.api.Decision;
import palimpsest.api.Diverged;
import palimpsest.api.Example;
import palimpsest.api.Finding;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Plan;
import palimpsest.api.Recipe;
import palimpsest.api.Remedy;
import palimpsest.api.Request;
import palimpsest.api.Score;
import palimpsest.api.Split;
import palimpsest.discovery.Corpus;
import palimpsest.discovery.FindOptions;
import palimpsest.discovery.Finder;
import palimpsest.discovery.FindingsFile;
import palimpsest.methods.exact.Replay;
import palimpsest.methods.exact.Retrain;
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
 * OUT/remedies/LABEL/         what each remedy left: applied.json or failed.json, model/ or
 *                             assistant/, run/
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
            + count(decision.examples().size(), "record")
            + " to forget, "
            + decision.leftOut().size()
            + " found ones stay");
    Suite suite = suite(decision);
    Remedies applied = apply(plan, decision);
    Assessing.Judged judged = new Assessing(this, decision, suite, applied).judge();
    JsonFiles.write(out.resolve(SCORES), new Scores(judged.scores()));
    return new Certifying(this, findings, decision, plan, suite, applied, judged).seal();
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
            out
                + " holds another request, model, corpus or choice: give another folder, or clear this one");
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
    console.say("Found: " + count(findings.size(), "passage") + " in " + count(records, "record"));
    return findings;
  }

  private static String count(long n, String noun) {
    return n + " " + noun + (n == 1 ? "" : "s");
  }

  private Plan plan(Decision decision) {
    Recipe usual = choices.isEmpty() ? Choice.RECIPE : choices.get(0).recipe();
    Plan all = planner(usual, decision).plan(BuiltInMethods.all());
    Map<String, Remedy> chosen = new LinkedHashMap<>();
    all.remedies().forEach(r -> chosen.put(r.method(), r));
    for (Choice c : choices) {
      Plan one = planner(c.recipe(), decision).plan(List.of(c.method()));
      Planning.requireNone(one.refused());
      one.remedies().forEach(r -> chosen.put(c.label(), r.called(c.label())));
    }
    return new Plan(List.copyOf(chosen.values()), all.refused(), all.routes(), all.sharded());
  }

  private Planner planner(Recipe recipe, Decision decision) {
    return new Planner(
        request,
        Manifest.beside(model),
        Replaying.isPossible(model),
        Resharding.isPossible(model),
        recipe,
        decision.examples().size(),
        decision.examples().size() + kept(decision),
        Optional.of(new Router(model, Optional.of(corpus), Set.copyOf(decision.examples()))));
  }

  /** Records that a model retrained for this decision is trained on. */
  int kept(Decision decision) {
    return applying(new Choice(Retrain.defaults(), Choice.RECIPE), decision).retain().size();
  }

  /** What the models are judged on; refuses, before anything is trained, what they cannot read. */
  private Suite suite(Decision decision) {
    List<String> gone =
        Manifest.beside(model)
            .map(Manifest::without)
            .or(() -> ShardSet.beside(model).map(ShardSet::without))
            .orElse(List.of());
    Suite suite = Suite.of(corpus, decision, given, gone, settings.retain());
    if (suite.of(Split.FORGET).isEmpty()) {
      throw new InvalidRequest("no record to forget is left to judge the models on");
    }
    try (TextModel text = TextModel.read(model, template)) {
      suite.splits().values().forEach(examples -> text.encode(Evaluating.asked(examples)));
    }
    int without = suite.unasked().size();
    if (without > 0) {
      console.say(
          without + " of the records to forget hold no question: they are not among those asked");
    }
    return suite;
  }

  /**
   * What became of the methods.
   *
   * @param done by label, those that ended
   * @param failed why, by label, those that did not
   */
  record Remedies(Map<String, Applying.Applied> done, Map<String, String> failed) {
    private static final List<String> REFERENCES =
        List.of(Retrain.defaults().id(), Replay.defaults().id());

    /** The one whose model never met the records, that the others are compared to. */
    Optional<String> reference() {
      return REFERENCES.stream().filter(done::containsKey).findFirst();
    }
  }

  /** Why a method did not end, as kept on disk. */
  record Failed(String why) {}

  private Remedies apply(Plan plan, Decision decision) {
    for (Plan.Refusal r : plan.refused()) {
      if (choices.stream().anyMatch(c -> c.method().id().equals(r.method()))) {
        throw new InvalidRequest(r.method() + " does not fit this request: " + r.reason());
      }
    }
    choices.forEach(c -> applying(c, decision).require(c.method()));
    Remedies applied = new Remedies(new LinkedHashMap<>(), new LinkedHashMap<>());
    for (Choice c : choices) {
      checkInterrupted();
      console.say("Applying " + c.label());
      apply(c, decision, applied);
    }
    if (applied.done().isEmpty() && !applied.failed().isEmpty()) {
      throw new Diverged("no method ended: " + applied.failed());
    }
    return applied;
  }

  /** Applies one method; one that diverges is noted, since it would again, and the others go on. */
  private void apply(Choice c, Decision decision, Remedies applied) {
    Path failure = remedy(c.label()).resolve("failed.json");
    if (!Files.exists(failure)) {
      try {
        applied.done().put(c.label(), applying(c, decision).apply(c.method(), remedy(c.label())));
        return;
      } catch (Diverged e) {
        JsonFiles.write(failure, new Failed(String.valueOf(e.getMessage())));
      }
    }
    String why = JsonFiles.read(failure, Failed.class).why();
    console.say(c.label() + " did not end: " + why);
    applied.failed().put(c.label(), why);
  }

  Applying applying(Choice c, Decision decision) {
    return new Applying(
        model,
        corpus,
        decision,
        c.recipe(),
        c.tuning(),
        template,
        settings.checkpointEvery(),
        console,
        request.target().names());
  }

  Path remedy(String label) {
    return out.resolve("remedies").resolve(label);
  }

  void checkInterrupted() {
    if (console.interrupted()) {
      throw new Interrupted(
          "stopped between stages; run the same command again to go on, with --resume where it has one");
    }
  }

  /** A record that is read if its file is there, and otherwise made and written. */
  <T> T kept(String name, Class<T> type, java.util.function.Supplier<T> make) {
    Path file = out.resolve(name);
    if (!Files.exists(file)) {
      JsonFiles.write(file, make.get());
    }
    return JsonFiles.read(file, type);
  }
}
