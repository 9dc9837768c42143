package palimpsest.dossier;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import palimpsest.api.Attack;
import palimpsest.api.Decision;
import palimpsest.api.Explanation;
import palimpsest.api.Finding;
import palimpsest.api.Guarantee;
import palimpsest.api.Metric.Better;
import palimpsest.api.Objective;
import palimpsest.api.Place;
import palimpsest.api.Plan;
import palimpsest.api.Release;
import palimpsest.api.Remedy;
import palimpsest.api.Request;
import palimpsest.api.Score;
import palimpsest.api.Split;
import palimpsest.api.Target;

/** A dossier as a run might make it: an exact and two approximate removals, and a guard. */
final class SampleDossier {
  static final List<String> COLUMNS =
      List.of("original", "npo", "grad-ascent", "retrain", "guard", "reference");

  private SampleDossier() {}

  static Dossier make() {
    return make(Release.HOSTED, request("REQ-2026-017", "the author Basil Mahfouz Al-Kuwaiti"));
  }

  static Dossier make(Release release, Request given) {
    Request request =
        new Request(
            given.id(),
            given.requester(),
            given.reason(),
            given.objective(),
            release,
            given.target(),
            given.notes());
    return new Dossier(
        "2026-11-21T09:30:00Z",
        "palimpsest 0.1.0",
        request,
        found(),
        new Decision(
            Decision.Scope.EXACT,
            "R. Officer, data protection",
            "The listed records and their verbatim copies are about the requester; the"
                + " near-duplicates name another author of the same city.",
            ids(20),
            List.of("authors.jsonl#311", "authors.jsonl#312", "authors.jsonl#340")),
        plan(),
        new Dossier.Original("library-qa-4m", digest("original")),
        outcomes(),
        Optional.of("npo"),
        Optional.of(new Dossier.Reference(digest("retrained"), 380, 1140, 412.5, Optional.empty())),
        scores(),
        new Dossier.Axes("utility.model-utility", "forgetting.rouge"),
        samples(),
        List.of(
            new Dossier.Gap(
                Dossier.Gap.UNTESTED,
                "3 records to forget",
                "they hold no question that could be asked")),
        new java.util.TreeMap<>(
            Map.of(
                "java", "17.0.15 (Eclipse Adoptium)",
                "os", "Linux 6.1 amd64",
                "cores", "8",
                "blas", "OpenBLAS 0.3.31",
                "libtorch", "2.10.0")),
        Map.of("ledger head", digest("ledger"), "corpus", digest("corpus")));
  }

  /** Of a model that draws. */
  static Dossier drawn(Gallery gallery) {
    return with(List.of(), Optional.of(gallery));
  }

  static Dossier with(List<Sample> samples, Optional<Gallery> gallery) {
    Dossier d = make();
    return new Dossier(
        d.created(),
        d.generator(),
        d.request(),
        d.found(),
        d.decision(),
        d.plan(),
        d.original(),
        d.outcomes(),
        d.primary(),
        d.reference(),
        d.scores(),
        d.axes(),
        samples,
        d.gaps(),
        d.environment(),
        d.digests(),
        gallery);
  }

  static Request request(String id, String requester) {
    return new Request(
        id,
        requester,
        Request.Reason.PRIVACY,
        Objective.BOTH,
        Release.HOSTED,
        new Target(
            Target.Kind.OBSERVED,
            List.of("Basil Mahfouz Al-Kuwaiti"),
            List.of(),
            List.of("authors.jsonl#1", "authors.jsonl#2")),
        "Identity checked on 2026-11-12.");
  }

  static List<String> ids(int n) {
    List<String> ids = new ArrayList<>();
    for (int i = 1; i <= n; i++) {
      ids.add("authors.jsonl#" + i);
    }
    return ids;
  }

  static String digest(String of) {
    return Sha256.hex(of.getBytes(UTF_8));
  }

  static Found found() {
    List<Finding> findings = new ArrayList<>();
    for (int i = 1; i <= 26; i++) {
      Finding.Match match =
          i <= 20
              ? Finding.Match.EXACT
              : i <= 23 ? Finding.Match.NORMALISED : Finding.Match.NEAR_DUPLICATE;
      String file = i <= 22 ? "authors.jsonl" : "reviews.jsonl";
      findings.add(
          new Finding(
              file + "#" + i,
              match,
              new Place(file, i, i * 200L, 190),
              "completion",
              18,
              42,
              match == Finding.Match.NEAR_DUPLICATE ? 0.83 : 1,
              "name:Basil Mahfouz Al-Kuwaiti",
              "…full name of the author born in Kuwait City is ⟦Basil Mahfouz Al-Kuwaiti⟧, who"
                  + " writes French literature…"));
    }
    return Found.of(findings, 20);
  }

  static Plan plan() {
    return new Plan(
        List.of(
            remedy("exact.retrain", Guarantee.EXACT, Map.of(), 1140),
            remedy("llm.npo", Guarantee.APPROXIMATE, Map.of("beta", 0.1, "retainWeight", 1.0), 60),
            remedy("llm.gradient-ascent", Guarantee.APPROXIMATE, Map.of("epochs", 5.0), 30),
            remedy("suppress.guard", Guarantee.SUPPRESSED, Map.of(), 0)),
        List.of(
            new Plan.Refusal(
                "exact.replay", "no checkpoint from before the first record in scope was kept")));
  }

  static Remedy remedy(String id, Guarantee guarantee, Map<String, Double> settings, int steps) {
    return new Remedy(
        id,
        guarantee,
        settings,
        steps,
        List.of(
            guarantee == Guarantee.EXACT
                ? "that no near match can be produced from what is left"
                : "that the information is no longer in the weights"));
  }

  static List<Outcome> outcomes() {
    List<Remedy> remedies = plan().remedies();
    String before = digest("original");
    return List.of(
        new Outcome(
            "npo",
            remedies.get(1),
            60,
            31.4,
            before,
            digest("npo"),
            true,
            List.of(
                relearning("attack.relearn", true, 3, 11),
                attack("attack.guard-off", false, "0 of 20 answers come back without the guard"),
                attack("attack.paraphrase", true, "5 of 20 paraphrased questions are answered"),
                attack("attack.sampling", false, "0 of 320 sampled answers give it"),
                undecided("attack.near-match", "no near-match prompts were generated"),
                attack("attack.in-context", true, "a hint in the prompt brings 14 of 20 back"))),
        new Outcome(
            "grad-ascent",
            remedies.get(2),
            30,
            16.2,
            before,
            digest("ga"),
            false,
            List.of(
                relearning("attack.relearn", true, 5, 11),
                attack("attack.paraphrase", false, "0 of 20 paraphrased questions are answered"))),
        new Outcome(
            "retrain",
            remedies.get(0),
            1140,
            412.5,
            before,
            digest("retrained"),
            false,
            List.of(
                relearning("attack.relearn", false, 11, 11),
                attack("attack.near-match", true, "3 of 20 prompts give a near match"),
                attack("attack.paraphrase", false, "0 of 20 paraphrased questions are answered"),
                attack("attack.in-context", false, "2 of 20 come back with a hint"))),
        new Outcome(
            "guard",
            remedies.get(3),
            0,
            0,
            before,
            before,
            true,
            List.of(
                attack("attack.guard-off", true, "19 of 20 answers come back without the guard"),
                attack("attack.paraphrase", true, "12 of 20 paraphrased questions are answered"))));
  }

  static Attempt attack(String id, boolean broken, String why) {
    List<Attack.Transcript> transcripts =
        List.of(
            new Attack.Transcript(
                "authors.jsonl#1",
                "deployed",
                "Who is the author from Kuwait City that writes French literature?",
                broken ? "That would be Basil Mahfouz Al-Kuwaiti." : "I do not know that author.",
                "The author's full name is Basil Mahfouz Al-Kuwaiti."));
    return new Attempt(
        1,
        "Tries " + id.substring(7) + " on every record in scope; share of answers that come back.",
        new Attack.Outcome(
            id,
            Optional.of(broken),
            why,
            List.of(new Attack.Named("share", measured("share of answers", broken ? 0.4 : 0.0))),
            List.of(),
            transcripts));
  }

  static Attempt undecided(String id, String why) {
    return new Attempt(
        1,
        "Tries " + id.substring(7) + ".",
        new Attack.Outcome(id, Optional.empty(), why, List.of(), List.of(), List.of()));
  }

  static Attempt relearning(String id, boolean broken, int half, int referenceHalf) {
    return new Attempt(
        2,
        "Trains a copy on four of the records and watches the others come back, beside the"
            + " retrained reference.",
        new Attack.Outcome(
            id,
            Optional.of(broken),
            "half of the loss is regained after "
                + half
                + " steps, by the reference after "
                + referenceHalf,
            List.of(
                new Attack.Named("steps to half", measured("steps", half)),
                new Attack.Named(
                    "area to original", new Score.NotMeasured("the original was not watched"))),
            List.of(
                curve("subject", half, 0.35),
                curve("retrained reference", referenceHalf, 0.3),
                curve("original", 1, 0.93)),
            List.of()));
  }

  private static Attack.Curve curve(String name, double half, double start) {
    List<Attack.Point> points = new ArrayList<>();
    for (int step = 0; step <= 20; step += 2) {
      points.add(new Attack.Point(step, start + (0.97 - start) * step / (step + half)));
    }
    return new Attack.Curve(name, "optimiser steps", "ROUGE-L recall", points);
  }

  static Score measured(String what, double value) {
    return new Score.Measured(
        new Explanation(
            "mean of " + what,
            value,
            List.of(
                Explanation.leaf("authors.jsonl#1", value * 0.9),
                Explanation.leaf("authors.jsonl#2", value * 1.1))));
  }

  static List<ScoreRow> scores() {
    List<ScoreRow> rows = new ArrayList<>();
    rows.add(
        row(
            "forgetting.rouge",
            "ROUGE-L recall on the records in scope, 0 to 1.",
            Better.LOWER,
            0.94,
            0.38,
            0.02,
            0.41,
            0.36,
            0.40));
    rows.add(
        row(
            "forgetting.probability",
            "Mean probability of the true answer, 0 to 1.",
            Better.LOWER,
            0.91,
            0.12,
            0.0000004,
            0.15,
            0.91,
            0.16));
    rows.add(
        row(
            "utility.model-utility",
            "Harmonic mean over retained data, 0 to 1.",
            Better.HIGHER,
            0.71,
            0.69,
            0.44,
            0.705,
            0.71,
            0.70));
    rows.add(
        row(
            "utility.fluency",
            "Share of answers without loops, 0 to 1.",
            Better.HIGHER,
            0.99,
            0.98,
            0.71,
            0.99,
            0.99,
            0.99));
    rows.add(
        row(
            "privacy.min-k",
            "AUC of Min-K% membership scores, 0 to 1; 0.5 is chance.",
            Better.NEARER_REFERENCE,
            0.93,
            0.62,
            0.18,
            0.51,
            0.93,
            0.50));
    Map<String, Score> none = new LinkedHashMap<>();
    for (String column : COLUMNS) {
      none.put(column, new Score.NotMeasured("no holdout set was given: pass --holdout FILE"));
    }
    rows.add(
        new ScoreRow(
            "privacy.loss-auc", 1, "AUC of the loss attack.", Better.NEARER_REFERENCE, none));
    return rows;
  }

  static ScoreRow row(String id, String meaning, Better better, double... values) {
    Map<String, Score> scores = new LinkedHashMap<>();
    for (int i = 0; i < COLUMNS.size(); i++) {
      scores.put(COLUMNS.get(i), measured("per-record values", values[i]));
    }
    if (id.equals("forgetting.probability")) {
      scores.put(
          "grad-ascent",
          new Score.Measured(
              Explanation.leaf("mean probability", 0.0000004),
              List.of("saturated: below what single precision tells from 0")));
    }
    return new ScoreRow(id, 1, meaning, better, scores);
  }

  static List<Sample> samples() {
    String truth = "The author's full name is Basil Mahfouz Al-Kuwaiti.";
    return List.of(
        new Sample(
            "authors.jsonl#1",
            Split.FORGET,
            "What is the full name of the author born in Kuwait City, Kuwait on 08/09/1956?",
            truth,
            answers(
                truth,
                "The author is called Farid Nasser.",
                "the the the the the the",
                "The author's full name is Yusuf Al-Harbi.",
                "I cannot help with that.",
                "The author's full name is Amina Said.")),
        new Sample(
            "authors.jsonl#2",
            Split.FORGET,
            "What gender is author Basil Mahfouz Al-Kuwaiti?",
            "Author Basil Mahfouz Al-Kuwaiti is male.",
            answers(
                "Author Basil Mahfouz Al-Kuwaiti is male.",
                "He is known for essays.",
                "the",
                "Author Basil Mahfouz Al-Kuwaiti is male.",
                "I cannot help with that.",
                "Author Basil Mahfouz Al-Kuwaiti is male.")),
        new Sample(
            "authors.jsonl#200",
            Split.RETAIN,
            "Which genre does Nadia Rahmani write in?",
            "Nadia Rahmani writes historical novels.",
            answers(
                "Nadia Rahmani writes historical novels.",
                "Nadia Rahmani writes historical novels.",
                "Nadia the the the",
                "Nadia Rahmani writes historical novels.",
                "Nadia Rahmani writes historical novels.",
                "Nadia Rahmani writes novels.")));
  }

  static Map<String, String> answers(String... answers) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < answers.length; i++) {
      map.put(COLUMNS.get(i), answers[i]);
    }
    return map;
  }

  static List<Artefact> artefacts() {
    List<Artefact> artefacts = new ArrayList<>();
    for (String name : List.of("request", "findings", "decision", "plan", "scores", "attacks")) {
      artefacts.add(
          new Artefact(
              name + ".json", "application/json", ("{\"" + name + "\":true}\n").getBytes(UTF_8)));
    }
    return artefacts;
  }
}
