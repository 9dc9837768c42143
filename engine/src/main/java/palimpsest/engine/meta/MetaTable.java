package palimpsest.engine.meta;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import palimpsest.api.Score;
import palimpsest.engine.JsonFiles;
import palimpsest.engine.Machine;
import palimpsest.engine.meta.Scored.Row;
import palimpsest.metrics.BuiltInMetrics;
import palimpsest.torch.checkpoint.AtomicFile;

/**
 * A meta-evaluation as a table to read, one to compute with, and in full.
 *
 * @param made the models
 * @param settings how many
 * @param rows metrics in the registry's order
 */
record MetaTable(MetaBench.Made made, MetaSettings settings, List<Row> rows) {
  private static final List<String> KINDS =
      List.of(
          "with",
          "without",
          "without+relearned",
          "unlearned",
          "unlearned+relearned",
          "unlearned+quantized");

  private static final String READING =
      """
      How to read this. m is the metric turned so that more is more knowledge. Faithfulness is the
      chance that a model trained with the forgotten records has a larger m than one retrained
      without them, a tie counting half: 1 tells all pairs apart rightly, 0.5 tells nothing, below
      0.5 it points the wrong way. R compares how fast m rises when unlearned and retrained models
      are trained on those records for one epoch: 1 where the unlearned rise no faster, low where
      the metric had called gone what was only hidden. Q is m before over m after rounding weights
      to 4 bits: 1 where m does not rise, low where rounding brings it back. Robustness is the
      harmonic mean of R and Q, overall that of faithfulness and robustness; higher is better.
      """;

  private static final String CAUTION =
      """
      Other pools, methods, rates, data or sizes of model can order metrics otherwise. A metric that
      does well here was not fooled by these models; that is no evidence that a model it passes
      holds nothing of the records.
      """;

  MetaTable(MetaBench.Made made, MetaSettings settings) {
    this(made, settings, rows(new Scored(settings, made)));
  }

  private static List<Row> rows(Scored scored) {
    return BuiltInMetrics.all().stream().map(scored::row).toList();
  }

  /**
   * All that was found, as {@code table.json} has it.
   *
   * @param format version of this record
   * @param seeds models with the knowledge, and as many without
   * @param utility of each unlearned model, in parts of the one it was made from
   * @param leftOut unlearned models that do not count, with the reason
   * @param rows by metric
   * @param machine what it was computed on
   */
  record Found(
      String format,
      int seeds,
      Map<String, Double> utility,
      Map<String, String> leftOut,
      List<Row> rows,
      Map<String, String> machine) {
    static final String FORMAT = "palimpsest-meta-table/1";
  }

  Path write(Path out) {
    JsonFiles.write(
        out.resolve("table.json"),
        new Found(
            Found.FORMAT, settings.seeds(), utility(), made.leftOut(), rows, Machine.describe()));
    text(out.resolve("table.csv"), csv());
    return text(out.resolve("table.md"), markdown());
  }

  private Map<String, Double> utility() {
    Map<String, Double> utility = new TreeMap<>();
    settings.plan().forEach(u -> made.utility(u).ifPresent(share -> utility.put(u.name(), share)));
    return utility;
  }

  private List<String> markdown() {
    List<String> lines = new ArrayList<>(List.of("# Metrics judged", ""));
    lines.addAll(
        List.of(
            "| metric | knowledge | faithfulness | R | Q | robustness | overall |",
            "|---|---|---:|---:|---:|---:|---:|"));
    Map<String, Integer> notes = new LinkedHashMap<>();
    List<Row> judged = rows.stream().filter(MetaTable::isJudged).toList();
    judged.stream()
        .sorted(Comparator.comparing((Row r) -> -order(r.overall())).thenComparing(Row::metric))
        .forEach(r -> lines.add(line(r, notes)));
    lines.addAll(List.of("", "## Mean values", ""));
    lines.add("| metric | " + String.join(" | ", KINDS) + " |");
    lines.add("|---|" + "---:|".repeat(KINDS.size()));
    judged.forEach(r -> lines.add(means(r)));
    lines.addAll(List.of("", "## Unlearned models", ""));
    lines.addAll(List.of("| model | spec | utility | |", "|---|---|---:|---|"));
    settings.plan().forEach(u -> lines.add(unlearned(u)));
    lines.addAll(List.of("", "## Metrics not judged", ""));
    rows.stream()
        .filter(r -> !isJudged(r))
        .forEach(r -> lines.add("- " + r.metric() + ": " + why(r.faithfulness())));
    lines.add("");
    lines.addAll(interpretation());
    notes.forEach((note, n) -> lines.addAll(List.of("", "[" + n + "] " + note)));
    return lines;
  }

  private List<String> interpretation() {
    int n = settings.seeds();
    List<String> lines = new ArrayList<>(READING.lines().toList());
    lines.addAll(
        List.of(
            "",
            "Here are " + n + " models with and " + n + " without, so that faithfulness comes in",
            "steps of 1/"
                + 2 * n * n
                + " and metrics a few steps apart are not told apart; R and Q",
            "are means over " + made.kept().size() + " unlearned models."));
    lines.addAll(CAUTION.lines().toList());
    return lines;
  }

  private static boolean isJudged(Row row) {
    return row.faithfulness().fold(m -> true, n -> false);
  }

  private static double order(Score score) {
    return score.fold(m -> m.value(), n -> -1.0);
  }

  private static String why(Score score) {
    return score.fold(m -> "", n -> safe(n.reason()));
  }

  private static String line(Row r, Map<String, Integer> notes) {
    return "| "
        + r.metric()
        + " | "
        + r.knowledge().map(s -> s.name().toLowerCase(Locale.ROOT)).orElse("")
        + " | "
        + String.join(
            " | ",
            shown(r.faithfulness(), notes),
            shown(r.relearning(), notes),
            shown(r.quantization(), notes),
            shown(r.robustness()),
            shown(r.overall()))
        + " |";
  }

  /** A score with its notes. */
  private static String shown(Score score, Map<String, Integer> notes) {
    return shown(score)
        + score.fold(m -> marks(m.warnings(), notes), n -> marks(List.of(n.reason()), notes));
  }

  /** A mean of scores, whose notes stand with these. */
  private static String shown(Score score) {
    return score.fold(m -> number(m.value()), n -> "-");
  }

  private static String marks(List<String> said, Map<String, Integer> notes) {
    StringBuilder marks = new StringBuilder();
    for (String note : said) {
      marks
          .append(" [")
          .append(notes.computeIfAbsent(safe(note), n -> notes.size() + 1))
          .append(']');
    }
    return marks.toString();
  }

  private static String safe(String text) {
    return text.replaceAll("[\\p{Cntrl}|]+", " ");
  }

  private static String number(double value) {
    return Math.abs(value) >= 10
        ? String.format(Locale.ROOT, "%.1f", value)
        : String.format(Locale.ROOT, "%.3f", value);
  }

  private static String means(Row r) {
    StringBuilder line = new StringBuilder("| " + r.metric() + " |");
    for (String kind : KINDS) {
      line.append(' ')
          .append(Optional.ofNullable(r.means().get(kind)).map(MetaTable::number).orElse("-"))
          .append(" |");
    }
    return line.toString();
  }

  private String unlearned(MetaSettings.Unlearned u) {
    return "| "
        + u.name()
        + " | "
        + u.spec()
        + " | "
        + made.utility(u).map(MetaTable::number).orElse("-")
        + " | "
        + Optional.ofNullable(made.leftOut().get(u.name()))
            .map(why -> "left out: " + safe(why))
            .orElse("counts")
        + " |";
  }

  /** CSV (RFC 4180) with exact numbers; an empty cell was not measured. */
  private List<String> csv() {
    List<String> variants =
        List.of("relearning-symmetric", "quantization-symmetric", "quantization-kept");
    List<String> lines = new ArrayList<>();
    lines.add(
        "metric,version,knowledge,faithfulness,relearning,quantization,robustness,overall,"
            + String.join(",", variants)
            + ","
            + String.join(",", KINDS)
            + ",not measured");
    for (Row r : rows) {
      List<String> cells = new ArrayList<>();
      cells.add(r.metric());
      cells.add(String.valueOf(r.version()));
      cells.add(r.knowledge().map(s -> s.name().toLowerCase(Locale.ROOT)).orElse(""));
      List.of(r.faithfulness(), r.relearning(), r.quantization(), r.robustness(), r.overall())
          .forEach(s -> cells.add(exact(s)));
      variants.forEach(
          v ->
              cells.add(Optional.ofNullable(r.variants().get(v)).map(MetaTable::exact).orElse("")));
      KINDS.forEach(
          k -> cells.add(Optional.ofNullable(r.means().get(k)).map(String::valueOf).orElse("")));
      cells.add("\"" + why(r.faithfulness()).replace("\"", "\"\"") + "\"");
      lines.add(String.join(",", cells));
    }
    return lines;
  }

  private static String exact(Score score) {
    return score.fold(m -> String.valueOf(m.value()), n -> "");
  }

  private static Path text(Path file, List<String> lines) {
    ByteBuffer left =
        ByteBuffer.wrap((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
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
