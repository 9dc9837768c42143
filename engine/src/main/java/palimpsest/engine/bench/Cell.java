package palimpsest.engine.bench;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import palimpsest.api.Recipe;
import palimpsest.engine.Choice;

/**
 * One method with its hyper-parameters, applied to one forget set with one seed, and judged.
 *
 * @param phase whether it decides on hyper-parameters or is reported
 * @param set name of the forget set
 * @param spec the method as {@link Choice#parse} takes it
 * @param seed of the order of the data and of all that is drawn
 */
public record Cell(Phase phase, String set, String spec, long seed) {
  private static final int NAME = 60;

  /** What a cell is for. */
  public enum Phase {
    SEARCH,
    FINAL;

    Benchmark.Part part() {
      return this == SEARCH ? Benchmark.Part.VALIDATION : Benchmark.Part.REPORTED;
    }
  }

  /** The method, seeded. */
  Choice choice(Recipe base) {
    return Choice.parse(spec, base.withSeed(seed));
  }

  /** A folder's name: readable, and unique by the fingerprint. */
  String name(String fingerprint) {
    String readable = spec.replaceAll("[^A-Za-z0-9.=-]+", "-");
    return String.format(
        Locale.ROOT,
        "%s-%s-%s-s%d-%s",
        phase.name().toLowerCase(Locale.ROOT),
        set,
        readable.substring(0, Math.min(NAME, readable.length())),
        seed,
        fingerprint.substring(0, 12));
  }

  /**
   * What came of a cell; it counts once this is on disk.
   *
   * @param label of the method
   * @param failed why there are no scores; absent where there are
   * @param values by metric id, {@code id/part}, {@link Values#UTILITY} and {@link Values#GAP}
   * @param warnings by metric id
   * @param steps optimiser steps
   * @param seconds wall-clock time of applying, in the process that finished it
   * @param judging wall-clock time of evaluating
   */
  record Result(
      String format,
      Cell cell,
      String fingerprint,
      String label,
      Optional<String> failed,
      Map<String, Double> values,
      Map<String, java.util.List<String>> warnings,
      int steps,
      double seconds,
      double judging) {
    static final String FORMAT = "palimpsest-cell/1";

    Optional<Double> value(String key) {
      return Optional.ofNullable(values.get(key));
    }
  }

  /**
   * What a cell's result depends on, and what it was made with; the fingerprint covers the template
   * of the prompts too.
   *
   * @param guarantee class that the method declares
   * @param parameters of the method
   * @param how the method and how it descends, in full
   * @param model digest of the original's weights
   * @param after digest of the weights that were judged
   * @param reference digest of the retrained reference's weights, where there is one
   * @param corpus digest of the training data
   * @param decision digest of the ids to forget
   * @param suite digest of the questions judged on
   * @param ledger hash of the run's last ledger line; empty where nothing was trained
   * @param resumed whether an earlier process began it, so that the seconds are not all of them
   * @param version of this software, with its commit
   * @param metrics version of each metric's arithmetic
   * @param machine cores, threads, libraries
   */
  record Provenance(
      String format,
      Cell cell,
      String fingerprint,
      String method,
      String guarantee,
      Map<String, Double> parameters,
      String how,
      String model,
      String after,
      Optional<String> reference,
      String corpus,
      String decision,
      String suite,
      int maxNewTokens,
      String ledger,
      boolean resumed,
      double seconds,
      double judging,
      String version,
      Map<String, Integer> metrics,
      Map<String, String> machine) {
    static final String FORMAT = "palimpsest-provenance/1";
  }
}
