package palimpsest.dossier;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import palimpsest.api.Check;
import palimpsest.api.Decision;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Plan;
import palimpsest.api.Request;

/**
 * What was asked, found, decided, done and measured: all that a dossier states. What may be
 * concluded from it is not part of it but derived by {@link Verdicts}.
 *
 * @param created when it was made, ISO 8601 in UTC, as the caller's clock says
 * @param generator name and version of the software, such as {@code palimpsest 0.1.0}
 * @param request who asks what
 * @param found what the search found
 * @param decision the scope
 * @param plan what could be done and what could not
 * @param original the model before any remedy
 * @param outcomes what was done, in the order in which it is shown
 * @param primary label of the outcome that is recommended or in use; absent if nothing was done
 * @param reference the model retrained without the data, where there is one
 * @param scores a row per metric, a value for every model in {@link #columns}
 * @param axes the metrics of the trade-off plot
 * @param samples questions with every model's answers; the suppression verdict counts those to go
 * @param gaps what was left undone and why, where no score or attack says it
 * @param environment what it ran on: Java, operating system, cores, BLAS, libtorch
 * @param digests digests of what is not enclosed, such as the ledger's head or the corpus
 * @param gallery what the models drew, where they draw; they then have no sample answers
 */
public record Dossier(
    String created,
    String generator,
    Request request,
    Found found,
    Decision decision,
    Plan plan,
    Original original,
    List<Outcome> outcomes,
    Optional<String> primary,
    Optional<Reference> reference,
    List<ScoreRow> scores,
    Axes axes,
    List<Sample> samples,
    List<Gap> gaps,
    Map<String, String> environment,
    Map<String, String> digests,
    Optional<Gallery> gallery) {

  /** Column of the model before any remedy. */
  public static final String ORIGINAL = "original";

  /** Column of the model retrained without the data. */
  public static final String REFERENCE = "reference";

  /**
   * The model before any remedy.
   *
   * @param name as its owner calls it
   * @param digest of its parameters
   */
  public record Original(String name, String digest) {}

  /**
   * The model retrained without the data.
   *
   * @param digest of its parameters
   * @param records training records it saw
   * @param steps optimiser steps
   * @param seconds wall-clock time of the process that finished it
   * @param start name of the checkpoint it was trained further from; empty for drawn weights
   */
  public record Reference(
      String digest, int records, int steps, double seconds, Optional<String> start) {}

  /**
   * Which metrics span the trade-off plot.
   *
   * @param utility metric id of the horizontal axis
   * @param forgetting metric id of the vertical axis
   */
  public record Axes(String utility, String forgetting) {}

  /**
   * Something that was not done.
   *
   * @param what was to be done
   * @param of which model, record or remedy
   * @param why it was not
   */
  public record Gap(String what, String of, String why) {

    /** Records on which no score, answer or attack bears. */
    public static final String UNTESTED = "scores, answers and attacks";
  }

  public Dossier {
    try {
      Instant.parse(created);
    } catch (DateTimeException e) {
      throw new InvalidRequest(
          "dossier: created must be an ISO 8601 instant such as 2026-11-21T09:30:00Z, got "
              + created,
          e);
    }
    Check.notBlank(generator, "dossier: generator");
    outcomes = List.copyOf(outcomes);
    scores = List.copyOf(scores);
    samples = List.copyOf(samples);
    gaps = List.copyOf(gaps);
    environment = sorted(environment);
    digests = sorted(digests);
    List<String> columns = columns(outcomes, reference);
    requireDistinct(columns, "label of an outcome");
    requireDistinct(scores.stream().map(ScoreRow::metric).toList(), "metric");
    requirePrimary(primary, outcomes);
    for (ScoreRow row : scores) {
      if (!row.scores().keySet().equals(Set.copyOf(columns))) {
        throw new InvalidRequest(
            "dossier: scores of "
                + row.metric()
                + " must cover "
                + columns
                + ", got "
                + row.scores().keySet()
                + ": give NotMeasured with its reason where one lacks");
      }
    }
    for (Sample sample : samples) {
      String what = "answers to sample " + sample.exampleId();
      requireColumns(what, columns, sample.answers().keySet());
    }
    for (Gallery.Row row : gallery.map(Gallery::rows).orElse(List.of())) {
      String what = "pictures of \"" + row.prompt() + "\"";
      requireColumns(what, columns, row.drawn().keySet());
      requireColumns(what, columns, row.attacked().keySet());
    }
    if (gallery.isPresent() && !samples.isEmpty()) {
      throw new InvalidRequest("dossier: got both answers and pictures: give those of one model");
    }
  }

  private static void requireColumns(String what, List<String> columns, Set<String> got) {
    if (!columns.containsAll(got)) {
      throw new InvalidRequest("dossier: " + what + " must be of " + columns + ", got " + got);
    }
  }

  /** That of models that write. */
  public Dossier(
      String created,
      String generator,
      Request request,
      Found found,
      Decision decision,
      Plan plan,
      Original original,
      List<Outcome> outcomes,
      Optional<String> primary,
      Optional<Reference> reference,
      List<ScoreRow> scores,
      Axes axes,
      List<Sample> samples,
      List<Gap> gaps,
      Map<String, String> environment,
      Map<String, String> digests) {
    this(
        created,
        generator,
        request,
        found,
        decision,
        plan,
        original,
        outcomes,
        primary,
        reference,
        scores,
        axes,
        samples,
        gaps,
        environment,
        digests,
        Optional.empty());
  }

  /** The models compared: the original, each outcome's label, the reference where there is one. */
  public List<String> columns() {
    return columns(outcomes, reference);
  }

  /** The outcome under a label. */
  public Optional<Outcome> outcome(String label) {
    return outcomes.stream().filter(o -> o.label().equals(label)).findFirst();
  }

  /** The row of a metric. */
  public Optional<ScoreRow> row(String metric) {
    return scores.stream().filter(r -> r.metric().equals(metric)).findFirst();
  }

  private static List<String> columns(List<Outcome> outcomes, Optional<Reference> reference) {
    List<String> columns = new ArrayList<>();
    columns.add(ORIGINAL);
    outcomes.forEach(o -> columns.add(o.label()));
    reference.ifPresent(r -> columns.add(REFERENCE));
    return columns;
  }

  private static void requireDistinct(List<String> names, String what) {
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        throw new InvalidRequest(
            "dossier: " + what + " must be unique, got \"" + name + "\" twice");
      }
    }
  }

  private static void requirePrimary(Optional<String> primary, List<Outcome> outcomes) {
    boolean fits =
        primary.isEmpty()
            ? outcomes.isEmpty()
            : outcomes.stream().anyMatch(o -> o.label().equals(primary.get()));
    if (!fits) {
      throw new InvalidRequest(
          "dossier: primary must be one of "
              + outcomes.stream().map(Outcome::label).toList()
              + " or absent if that is empty, got "
              + primary.orElse("none"));
    }
  }

  static <V> Map<String, V> sorted(Map<String, V> map) {
    TreeMap<String, V> sorted = new TreeMap<>();
    map.forEach((key, value) -> sorted.put(key, java.util.Objects.requireNonNull(value, key)));
    return Collections.unmodifiableMap(sorted);
  }
}
