package palimpsest.engine.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import palimpsest.api.Method;

/** Which cells a grid has, as far as those that are done decide it. */
final class Decisions {
  private final Benchmark benchmark;
  private final Settings settings;
  private final Cells cells;
  private final Yardsticks yardsticks;
  private Optional<Double> originalUtility = Optional.empty();

  Decisions(Benchmark benchmark, Settings settings, Cells cells, Yardsticks yardsticks) {
    this.benchmark = benchmark;
    this.settings = settings;
    this.cells = cells;
    this.yardsticks = yardsticks;
  }

  private String first() {
    return benchmark.sets().get(0).name();
  }

  /** Cells whose yardsticks and decisions are there. */
  List<Cell> ready(Benchmark.ForgetSet set) {
    boolean reportable = yardsticks.there(set.name(), Benchmark.Part.REPORTED);
    if (!set.name().equals(first())) {
      return reportable && isSearched() ? reported(set.name(), best()) : List.of();
    }
    List<Cell> all = new ArrayList<>();
    if (yardsticks.there(set.name(), Benchmark.Part.VALIDATION)) {
      all.addAll(search());
      if (reportable) {
        all.addAll(reported(set.name(), List.copyOf(chosen().values())));
      }
    }
    return all;
  }

  /** All that are ready and done. */
  List<Cell> done() {
    return benchmark.sets().stream()
        .flatMap(set -> ready(set).stream())
        .filter(c -> cells.result(c).isPresent())
        .toList();
  }

  /** Most cells that there will be. */
  int planned() {
    return settings.specs().size()
        + settings.candidates().size() * settings.seeds()
        + Math.min(settings.best(), settings.candidates().size())
            * settings.seeds()
            * (benchmark.sets().size() - 1);
  }

  /** The cells that decide on hyper-parameters. */
  List<Cell> search() {
    return settings.specs().stream()
        .map(spec -> new Cell(Cell.Phase.SEARCH, first(), spec, Settings.SEARCH_SEED))
        .toList();
  }

  private boolean isSearched() {
    return yardsticks.there(first(), Benchmark.Part.VALIDATION)
        && search().stream().allMatch(c -> cells.result(c).isPresent());
  }

  /** Every method with its first seed before any with its second. */
  private List<Cell> reported(String set, List<Selection.Chosen> chosen) {
    List<Cell> all = new ArrayList<>();
    for (int seed = 1; seed <= settings.seeds(); seed++) {
      for (Selection.Chosen c : chosen) {
        if (seed == 1 || dependsOnSeed(set, c)) {
          all.add(new Cell(Cell.Phase.FINAL, set, c.candidate().spec(), seed));
        }
      }
    }
    return all;
  }

  private boolean dependsOnSeed(String set, Selection.Chosen chosen) {
    return cells
        .result(new Cell(Cell.Phase.FINAL, set, chosen.candidate().spec(), 1))
        .filter(this::dependsOnSeed)
        .isPresent();
  }

  /** Where no step is taken and the method has no seed nothing is drawn: one seed says it all. */
  boolean dependsOnSeed(Cell.Result first) {
    Method method = first.cell().choice(settings.base()).method();
    return first.failed().isPresent()
        || first.steps() > 0
        || method.parameters().containsKey("seed");
  }

  /** The cells of the reported part that there are so far, of one set, by label. */
  Map<String, List<Cell>> reported(Benchmark.ForgetSet set) {
    List<Selection.Chosen> chosen =
        set.name().equals(first())
            ? List.copyOf(chosen().values())
            : isSearched() ? best() : List.of();
    Map<String, List<Cell>> all = new LinkedHashMap<>();
    for (Selection.Chosen c : chosen) {
      all.put(
          c.candidate().label(),
          LongStream.rangeClosed(1, settings.seeds())
              .mapToObj(s -> new Cell(Cell.Phase.FINAL, set.name(), c.candidate().spec(), s))
              .toList());
    }
    return all;
  }

  private List<Selection.Chosen> best() {
    return Selection.best(List.copyOf(chosen().values()), settings.best());
  }

  /** Lowest utility accepted on the validation part. */
  double least() {
    if (originalUtility.isEmpty()) {
      originalUtility =
          Optional.of(
              yardsticks
                  .of(first(), Benchmark.Part.VALIDATION)
                  .original()
                  .getOrDefault(Values.UTILITY, 0.0));
    }
    return Selection.least(settings.floor(), originalUtility.orElse(0.0));
  }

  /** The candidates taken, of methods all of whose candidates are judged, by label. */
  Map<String, Selection.Chosen> chosen() {
    Map<String, Selection.Chosen> chosen = new LinkedHashMap<>();
    settings
        .candidates()
        .forEach(
            (label, specs) -> {
              List<Cell.Result> results =
                  search().stream()
                      .filter(c -> specs.contains(c.spec()))
                      .flatMap(c -> cells.result(c).stream())
                      .toList();
              List<Selection.Candidate> sound =
                  results.stream()
                      .filter(r -> r.failed().isEmpty())
                      .map(Decisions::candidate)
                      .toList();
              if (results.size() == specs.size() && !sound.isEmpty()) {
                chosen.put(label, Selection.choose(sound, least()));
              }
            });
    return chosen;
  }

  private static Selection.Candidate candidate(Cell.Result r) {
    return new Selection.Candidate(
        r.label(),
        r.cell().spec(),
        r.value(Values.UTILITY).orElse(0.0),
        r.value(Values.GAP).orElse(Double.MAX_VALUE));
  }
}
