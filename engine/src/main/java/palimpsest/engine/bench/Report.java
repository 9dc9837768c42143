package palimpsest.engine.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import palimpsest.api.Example;
import palimpsest.engine.Choice;
import palimpsest.engine.JsonFiles;
import palimpsest.torch.checkpoint.AtomicFile;

/**
 * The tables, the plot and the JSON of a grid, of as many cells as are done.
 *
 * @param retrained whether the references were made here
 */
record Report(
    Benchmark benchmark,
    Settings settings,
    Decisions decisions,
    String progress,
    Cells cells,
    Yardsticks yardsticks,
    boolean retrained,
    Path out) {
  static final String ORIGINAL = "original";
  static final String REFERENCE = "exact.retrain";

  /** A reference that somebody gave: how it was made is their word. */
  static final String GIVEN = "reference, given";

  /**
   * A row of a table: a model, or a method with the hyper-parameters taken for it.
   *
   * @param spec empty for the original and the reference
   * @param wanted seeds that it will have; 1 where nothing is drawn
   * @param reached whether its validation utility reached the floor; absent for the two yardsticks
   * @param seconds of applying, in the processes that finished it
   * @param values over the seeds that are done
   * @param bySeed the same before any mean was taken
   * @param failed why seeds have no result
   * @param warnings by metric id, of all seeds
   */
  record Row(
      String set,
      String label,
      String spec,
      int seeds,
      int wanted,
      Optional<Boolean> reached,
      Optional<Spread> seconds,
      Map<String, Spread> values,
      Map<String, Map<String, Double>> bySeed,
      List<String> failed,
      Map<String, List<String>> warnings) {}

  /**
   * A candidate of the search.
   *
   * @param atEdge whether it was taken above the floor with the highest rate of its method's
   *     candidates, so that a higher one may be better
   */
  record Tried(
      String label,
      String spec,
      Optional<Double> utility,
      Optional<Double> gap,
      Optional<String> failed,
      boolean taken,
      boolean atEdge) {}

  /** Ids of the questions of a part, by split. */
  record Asked(Map<String, List<String>> validation, Map<String, List<String>> reported) {}

  /** All of a grid, as kept on disk. */
  record Grid(
      String format,
      String benchmark,
      String progress,
      String rule,
      double floor,
      Optional<Double> least,
      String utility,
      List<String> gap,
      List<String> builds,
      Map<String, Asked> split,
      List<Tried> search,
      List<Row> rows) {
    static final String FORMAT = "palimpsest-grid/1";
  }

  static boolean isReference(Row row) {
    return row.label().equals(REFERENCE) || row.label().equals(GIVEN);
  }

  /** Writes everything; gives the file of the table. */
  Path write() {
    List<Row> rows = rows();
    boolean searched = yardsticks.there(benchmark.sets().get(0).name(), Benchmark.Part.VALIDATION);
    Map<String, Asked> split = new TreeMap<>();
    benchmark
        .sets()
        .forEach(s -> split.put(s.name(), new Asked(ids(s.validation()), ids(s.reported()))));
    Grid grid =
        new Grid(
            Grid.FORMAT,
            benchmark.name(),
            progress,
            Selection.RULE,
            settings.floor(),
            searched ? Optional.of(decisions.least()) : Optional.empty(),
            benchmark.measures().utility(),
            benchmark.measures().forgetting(),
            builds(),
            split,
            searched ? tried() : List.of(),
            rows);
    JsonFiles.write(out.resolve("grid.json"), grid);
    boolean plotted = new Plots(benchmark, settings.floor(), out).write(rows);
    Tables tables = new Tables(benchmark.measures().columns(), grid, plotted);
    text("table.csv", tables.csv());
    return text("table.md", tables.markdown());
  }

  private static Map<String, List<String>> ids(palimpsest.engine.Suite suite) {
    Map<String, List<String>> ids = new TreeMap<>();
    suite
        .splits()
        .forEach((split, list) -> ids.put(split.name(), list.stream().map(Example::id).toList()));
    return ids;
  }

  /** Versions of this software that made the cells. */
  private List<String> builds() {
    return decisions.done().stream()
        .flatMap(c -> cells.provenance(c).stream())
        .map(Cell.Provenance::version)
        .distinct()
        .sorted()
        .toList();
  }

  private List<Tried> tried() {
    Map<String, Selection.Chosen> chosen = decisions.chosen();
    return decisions.search().stream()
        .flatMap(c -> cells.result(c).stream())
        .map(r -> tried(r, Optional.ofNullable(chosen.get(r.label()))))
        .toList();
  }

  private Tried tried(Cell.Result r, Optional<Selection.Chosen> chosen) {
    String spec = r.cell().spec();
    boolean taken = chosen.filter(c -> c.candidate().spec().equals(spec)).isPresent();
    boolean reached = chosen.filter(Selection.Chosen::reached).isPresent();
    return new Tried(
        r.label(),
        spec,
        r.value(Values.UTILITY),
        r.value(Values.GAP),
        r.failed(),
        taken,
        taken && reached && isHighest(spec, r.label()));
  }

  private boolean isHighest(String spec, String label) {
    List<Double> rates =
        settings.candidates().getOrDefault(label, List.of()).stream().map(this::rate).toList();
    return rates.stream().distinct().count() > 1 && rates.stream().allMatch(x -> x <= rate(spec));
  }

  private double rate(String spec) {
    return Choice.parse(spec, settings.base()).recipe().learningRate();
  }

  private List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (Benchmark.ForgetSet set : benchmark.sets()) {
      if (yardsticks.there(set.name(), Benchmark.Part.REPORTED)) {
        Yardsticks.Yardstick with = yardsticks.of(set.name(), Benchmark.Part.REPORTED);
        rows.add(
            yardstick(
                set.name(), ORIGINAL, with.original(), with.warnings(Yardsticks.Who.ORIGINAL)));
        with.retrained()
            .ifPresent(
                v ->
                    rows.add(
                        yardstick(
                            set.name(),
                            retrained ? REFERENCE : GIVEN,
                            v,
                            with.warnings(Yardsticks.Who.REFERENCE))));
        decisions
            .reported(set)
            .forEach((label, list) -> row(set, label, list).ifPresent(rows::add));
      }
    }
    return rows;
  }

  private static Row yardstick(
      String set, String label, Map<String, Double> values, Map<String, List<String>> warnings) {
    Map<String, Spread> spreads = new TreeMap<>();
    values.forEach((key, v) -> spreads.put(key, Spread.of(List.of(v))));
    return new Row(
        set,
        label,
        "",
        1,
        1,
        Optional.empty(),
        Optional.empty(),
        spreads,
        Map.of(),
        List.of(),
        warnings);
  }

  private Optional<Row> row(Benchmark.ForgetSet set, String label, List<Cell> planned) {
    List<Cell.Result> all = planned.stream().flatMap(c -> cells.result(c).stream()).toList();
    List<Cell.Result> sound = all.stream().filter(r -> r.failed().isEmpty()).toList();
    if (all.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Spread> spreads = new TreeMap<>();
    Map<String, List<Double>> values = new TreeMap<>();
    Map<String, Map<String, Double>> bySeed = new TreeMap<>();
    Map<String, List<String>> warnings = new TreeMap<>();
    for (Cell.Result r : sound) {
      r.values().forEach((k, v) -> values.computeIfAbsent(k, x -> new ArrayList<>()).add(v));
      bySeed.put(String.valueOf(r.cell().seed()), r.values());
      r.warnings().forEach((m, w) -> warnings.computeIfAbsent(m, x -> new ArrayList<>()).addAll(w));
    }
    warnings.replaceAll((m, w) -> w.stream().distinct().toList());
    values.forEach((k, v) -> spreads.put(k, Spread.of(v)));
    boolean drawn = decisions.dependsOnSeed(all.get(0));
    return Optional.of(
        new Row(
            set.name(),
            label,
            planned.get(0).spec(),
            sound.size(),
            drawn ? settings.seeds() : 1,
            Optional.ofNullable(decisions.chosen().get(label)).map(Selection.Chosen::reached),
            sound.isEmpty()
                ? Optional.empty()
                : Optional.of(Spread.of(sound.stream().map(Cell.Result::seconds).toList())),
            spreads,
            bySeed,
            all.stream().flatMap(r -> r.failed().stream()).distinct().toList(),
            warnings));
  }

  private Path text(String name, List<String> lines) {
    return bytes(
        out.resolve(name), (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  static Path bytes(Path file, byte[] bytes) {
    ByteBuffer left = ByteBuffer.wrap(bytes);
    AtomicFile.write(
        file,
        channel -> {
          while (left.hasRemaining()) {
            channel.write(left);
          }
        });
    return file;
  }
}
