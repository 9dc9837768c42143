package palimpsest.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import palimpsest.api.Decision;
import palimpsest.api.Evidence;
import palimpsest.api.Finding;
import palimpsest.api.Guarantee;
import palimpsest.api.Metric;
import palimpsest.api.Plan;
import palimpsest.api.Recipe;
import palimpsest.api.Remedy;
import palimpsest.api.Score;
import palimpsest.api.Split;
import palimpsest.discovery.Corpus;
import palimpsest.dossier.Artefact;
import palimpsest.dossier.Basis;
import palimpsest.dossier.Dossier;
import palimpsest.dossier.Found;
import palimpsest.dossier.Json;
import palimpsest.dossier.Outcome;
import palimpsest.dossier.Pictures;
import palimpsest.dossier.Sample;
import palimpsest.dossier.ScoreRow;
import palimpsest.dossier.Seal;
import palimpsest.dossier.SigningKeys;
import palimpsest.methods.exact.Replay;
import palimpsest.methods.exact.Retrain;
import palimpsest.methods.exact.Shards;
import palimpsest.metrics.BuiltInMetrics;
import palimpsest.torch.checkpoint.AtomicFile;

/** Puts all that was done and measured into a signed dossier. */
record Certifying(
    Forgetting job,
    List<Finding> findings,
    Decision decision,
    Plan plan,
    Suite suite,
    Forgetting.Remedies applied,
    Assessing.Judged judged) {
  private static final int SHOWN = 60;
  private static final int FORGET_SAMPLES = 1000;
  private static final int RETAIN_SAMPLES = 4;
  private static final int NAMED = 10;
  private static final Set<String> EXACT =
      Set.of(Replay.defaults().id(), Retrain.defaults().id(), Shards.defaults().id());

  Path seal() {
    Path folder = job.out().resolve("dossier");
    if (!Files.exists(folder)) {
      clearTorn();
      Dossier dossier = dossier();
      picture(dossier);
      Seal.write(folder, dossier, artefacts(), SigningKeys.loadOrCreate(job.key()));
    }
    return folder;
  }

  /** Removes what a killed seal left beside the dossier: it has no name of its own yet. */
  private void clearTorn() {
    for (Path folder : Outputs.folders(job.out())) {
      if (String.valueOf(folder.getFileName()).startsWith(".dossier.")) {
        Outputs.delete(folder);
      }
    }
  }

  /** The trade-off plot as a file of its own, where there is one to draw. */
  private void picture(Dossier dossier) {
    Pictures.tradeOff(dossier)
        .ifPresent(
            svg -> {
              Path file = job.out().resolve("trade-off.svg");
              AtomicFile.write(file, svg);
            });
  }

  private Dossier dossier() {
    Optional<Applying.Applied> retrained = applied.reference().map(applied.done()::get);
    int left = job.kept(decision);
    Optional<String> start =
        Manifest.beside(job.model()).flatMap(m -> m.start().checkpoint()).map(Certifying::name);
    return new Dossier(
        job.clock().instant().truncatedTo(java.time.temporal.ChronoUnit.SECONDS).toString(),
        "palimpsest " + Version.CURRENT,
        job.request(),
        Found.of(findings, SHOWN),
        decision,
        plan,
        new Dossier.Original(name(job.model().toString()), evidence(Dossier.ORIGINAL).digest()),
        outcomes(),
        primary(),
        retrained.map(r -> new Dossier.Reference(r.after(), left, r.steps(), r.seconds(), start)),
        rows(retrained.isPresent()),
        new Dossier.Axes("utility.model-utility", "forgetting.rouge-l-recall"),
        samples(retrained.isPresent()),
        gaps(),
        Machine.describe(),
        digests());
  }

  /** The last part of a path: where a folder lies is nobody's business. */
  static String name(String path) {
    return String.valueOf(Path.of(path).getFileName());
  }

  private List<Dossier.Gap> gaps() {
    List<Dossier.Gap> gaps = new ArrayList<>();
    applied.failed().forEach((label, why) -> gaps.add(new Dossier.Gap("remedy", label, why)));
    if (!suite.unasked().isEmpty()) {
      gaps.add(
          new Dossier.Gap(
              Dossier.Gap.UNTESTED,
              some(suite.unasked()),
              "to go, but without a question that could be asked"));
    }
    int forget = suite.of(Split.FORGET).size();
    if (forget > FORGET_SAMPLES) {
      gaps.add(
          new Dossier.Gap(
              "sample answers",
              (forget - FORGET_SAMPLES) + " questions",
              "no more than " + FORGET_SAMPLES + " are enclosed; the scores cover all"));
    }
    return gaps;
  }

  private static String some(List<String> ids) {
    int more = ids.size() - NAMED;
    return more <= 0
        ? String.join(", ", ids)
        : String.join(", ", ids.subList(0, NAMED)) + " and " + more + " more records";
  }

  private List<Outcome> outcomes() {
    List<Outcome> outcomes = new ArrayList<>();
    applied
        .done()
        .forEach(
            (label, a) ->
                outcomes.add(
                    new Outcome(
                        label,
                        remedy(label),
                        a.steps(),
                        a.seconds(),
                        a.before(),
                        a.after(),
                        remedy(label).guarantee() == Guarantee.SUPPRESSED,
                        Brief.of(judged.attacks().getOrDefault(label, List.of())),
                        basis(a))));
    return outcomes;
  }

  private Optional<Basis> basis(Applying.Applied a) {
    return EXACT.contains(a.method())
        ? Optional.of(
            new Basis(
                start(job.model(), a.method(), job.corpus()), a.elsewhere().orElse(List.of())))
        : Optional.empty();
  }

  /**
   * Name of the checkpoint that an exact removal rests on without that it is known what it was
   * trained on.
   *
   * @param method id of an exact method
   * @param corpus of the model
   */
  static Optional<String> start(Path model, String method, Corpus corpus) {
    if (method.equals(Shards.defaults().id())) {
      return ShardSet.beside(model).flatMap(s -> s.unknownBase(corpus)).map(Certifying::name);
    }
    return Manifest.beside(model)
        .flatMap(
            m ->
                method.equals(Replay.defaults().id())
                    ? Replaying.unknownStart(m)
                    : m.start().checkpoint())
        .map(Certifying::name);
  }

  private Remedy remedy(String label) {
    return plan.remedies().stream().filter(r -> r.method().equals(label)).findFirst().orElseThrow();
  }

  /** The strongest guarantee leads; among equals the one chosen first. */
  private Optional<String> primary() {
    return applied.done().keySet().stream()
        .min(java.util.Comparator.comparing((String label) -> remedy(label).guarantee()));
  }

  private List<ScoreRow> rows(boolean reference) {
    List<ScoreRow> rows = new ArrayList<>();
    for (Metric metric : BuiltInMetrics.all()) {
      Map<String, Score> columns = new TreeMap<>();
      judged
          .scores()
          .forEach(
              (label, scores) ->
                  columns.put(label, Brief.of(Objects.requireNonNull(scores.get(metric.id())))));
      if (reference) {
        columns.put(Dossier.REFERENCE, columns.get(applied.reference().orElseThrow()));
      }
      rows.add(ScoreRow.of(metric, columns));
    }
    return rows;
  }

  private List<Sample> samples(boolean reference) {
    List<Sample> samples = new ArrayList<>();
    samples.addAll(samples(Split.FORGET, FORGET_SAMPLES, reference));
    samples.addAll(samples(Split.RETAIN, RETAIN_SAMPLES, reference));
    return samples;
  }

  private List<Sample> samples(Split split, int most, boolean reference) {
    List<Evidence.Item> items = evidence(Dossier.ORIGINAL).of(split);
    List<Sample> samples = new ArrayList<>();
    int count = Math.min(most, items.size());
    for (int i = 0; i < count; i++) {
      int at = i * items.size() / count;
      Map<String, String> answers = new LinkedHashMap<>();
      judged.evidence().forEach((l, e) -> answers.put(l, e.of(split).get(at).answered()));
      if (reference) {
        answers.put(
            Dossier.REFERENCE,
            evidence(applied.reference().orElseThrow()).of(split).get(at).answered());
      }
      Evidence.Item item = items.get(at);
      samples.add(
          new Sample(
              item.example().id(),
              split,
              item.example().prompt(),
              item.example().completion(),
              answers));
    }
    return samples;
  }

  private Evidence evidence(String column) {
    Evidence e = judged.evidence().get(column);
    if (e == null) {
      throw new IllegalStateException("no evidence on " + column);
    }
    return e;
  }

  private Map<String, String> digests() {
    Map<String, String> digests = new TreeMap<>();
    job.corpus().fileDigests().forEach((name, digest) -> digests.put("corpus/" + name, digest));
    applied
        .done()
        .forEach(
            (label, a) -> {
              digests.put("weights/" + label, a.after());
              if (!a.ledger().isEmpty()) {
                digests.put("ledger/" + label, a.ledger());
              }
            });
    digests.put("weights/original", evidence(Dossier.ORIGINAL).digest());
    return digests;
  }

  private List<Artefact> artefacts() {
    List<Artefact> artefacts = new ArrayList<>();
    artefacts.add(json("request.json", job.request()));
    artefacts.add(file("findings.jsonl", "application/jsonl", job.out().resolve("findings.jsonl")));
    artefacts.add(json("decision.json", decision));
    artefacts.add(json("plan.json", plan));
    artefacts.add(json("procedure.json", procedure()));
    artefacts.add(json("applied.json", applied.done()));
    artefacts.add(json("digests.json", digests()));
    artefacts.add(json("scores.json", judged.scores()));
    artefacts.add(json("attacks.json", judged.attacks()));
    return artefacts;
  }

  /**
   * How everything was done, so that it can be done again.
   *
   * @param methods each with its hyper-parameters and its recipe
   * @param settings limits of the evaluation
   * @param template how examples became tokens
   * @param training how the original came about, where that is known
   */
  record Procedure(
      List<Step> methods,
      Forgetting.Settings settings,
      String template,
      Optional<Manifest> training) {

    /** A method as it was run; the recipe is that of methods which descend a loss of their own. */
    record Step(String method, Map<String, Double> parameters, Recipe recipe, String tuning) {}
  }

  private Procedure procedure() {
    return new Procedure(
        job.choices().stream()
            .map(
                c ->
                    new Procedure.Step(
                        c.label(), c.method().parameters(), c.recipe(), c.tuning().toString()))
            .toList(),
        job.settings(),
        job.template().name(),
        Manifest.beside(job.model()));
  }

  private static Artefact json(String name, Object value) {
    return new Artefact(name, "application/json", Json.canonical(value));
  }

  private static Artefact file(String name, String type, Path file) {
    try {
      return new Artefact(name, type, Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
