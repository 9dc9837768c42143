package palimpsest.engine;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import palimpsest.torch.checkpoint.AtomicFile;

/**
 * What {@code bench exact} found under each policy, as tables.
 *
 * @param found in the order of the policies
 */
public record ExactTable(List<ExactBench.Found> found) {
  private static final String UTILITY = "utility.model-utility-available";

  public ExactTable {
    found = List.copyOf(found);
  }

  /** Of all policies that were run to their end in a folder. */
  public static ExactTable of(Path out) {
    return new ExactTable(
        ExactPolicy.all().stream()
            .map(p -> out.resolve(p.name()).resolve(ExactBench.FILE))
            .filter(Files::exists)
            .map(file -> JsonFiles.read(file, ExactBench.Found.class))
            .toList());
  }

  /** Writes table.md; gives it. */
  public Path write(Path out) {
    Path file = out.resolve("table.md");
    AtomicFile.write(file, markdown().getBytes(StandardCharsets.UTF_8));
    return file;
  }

  String markdown() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "| policy | training, steps | s | anew without one author, steps | mean over authors, steps"
            + " | of anew | of anew, by risk | least, most | checkpoints, MB | utility | points lost | probability |"
            + " ROUGE-L |");
    lines.add("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    found.forEach(f -> lines.add(row(f, "")));
    for (String which : List.of(ExactBench.OWN, ExactBench.AVERAGED)) {
      found.stream()
          .filter(f -> f.utility().containsKey(which + UTILITY))
          .forEach(f -> lines.add(row(f, which)));
    }
    lines.add("");
    lines.add(
        "| policy | author | steps told | taken | seconds told | taken | ratio | told at the pace"
            + " around it | ratio | s a step, of the training's |");
    lines.add("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    for (ExactBench.Found f : found) {
      f.measured().forEach(m -> lines.add(row(f, m)));
    }
    lines.add("");
    for (ExactBench.Found f : found) {
      List<ExactBench.Measured> trained = f.measured().stream().filter(m -> m.steps() > 0).toList();
      if (!trained.isEmpty()) {
        lines.add(
            String.format(
                Locale.ROOT,
                "%s: seconds taken over told, mean of %d: %.3f; a step's, of the training's: %.3f.",
                f.policy(),
                trained.size(),
                mean(trained, m -> m.seconds() / m.toldSeconds()),
                mean(trained, m -> m.perStep() * f.steps() / f.seconds())));
      }
    }
    for (ExactBench.Found f : found) {
      f.ledger()
          .ifPresent(
              share ->
                  lines.add(
                      String.format(
                          Locale.ROOT,
                          "%s: %.3f %% of the training's time went into the ledger.",
                          f.policy(),
                          100 * share)));
    }
    return String.join("\n", lines) + "\n";
  }

  private static double mean(
      List<ExactBench.Measured> some, ToDoubleFunction<ExactBench.Measured> of) {
    return some.stream().mapToDouble(of).average().orElseThrow();
  }

  private String row(ExactBench.Found f, String which) {
    return String.format(
        Locale.ROOT,
        "| %s | %d | %.0f | %d | %.1f | %.3f | %.3f | %d, %d | %.1f | %s | %s | %s | %s |",
        named(f, which),
        f.steps(),
        f.seconds(),
        f.again(),
        f.mean(),
        f.mean() / f.again(),
        f.meanByRisk() / f.again(),
        f.costs().stream().min(Integer::compare).orElseThrow(),
        f.costs().stream().max(Integer::compare).orElseThrow(),
        f.stored() / 1e6,
        value(f, which + UTILITY),
        lost(f, which),
        value(f, which + "utility.retain-probability"),
        value(f, which + "utility.retain-rouge-l"));
  }

  private static String named(ExactBench.Found f, String which) {
    String how = which.replace(": ", "");
    return f.policy()
        + (which.isEmpty() ? "" : ", " + how)
        + (which.equals(ExactBench.AVERAGED) ? " (each tenth question)" : "");
  }

  private static String value(ExactBench.Found f, String metric) {
    Double value = f.utility().get(metric);
    return value == null ? "-" : String.format(Locale.ROOT, "%.3f", value);
  }

  /** Against shuffled data in every epoch, in points. */
  private String lost(ExactBench.Found f, String which) {
    Double best =
        found.stream()
            .filter(all -> all.policy().equals(ExactPolicy.all().get(0).name()))
            .map(all -> all.utility().get(UTILITY))
            .findFirst()
            .orElse(null);
    Double here = f.utility().get(which + UTILITY);
    return best == null || here == null
        ? "-"
        : String.format(Locale.ROOT, "%.1f", 100 * (best - here));
  }

  private static String row(ExactBench.Found f, ExactBench.Measured m) {
    return String.format(
        Locale.ROOT,
        "| %s | %d | %d | %d | %.1f | %.1f | %.3f | %s | %s |",
        f.policy(),
        m.author(),
        m.told(),
        m.steps(),
        m.toldSeconds(),
        m.seconds(),
        m.seconds() / m.toldSeconds(),
        m.toldThen()
            .map(told -> String.format(Locale.ROOT, "%.1f | %.3f", told, m.seconds() / told))
            .orElse("- | -"),
        m.steps() == 0
            ? "-"
            : String.format(Locale.ROOT, "%.3f", m.perStep() * f.steps() / f.seconds()));
  }
}
