package palimpsest.engine.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import palimpsest.engine.Console;
import palimpsest.engine.JsonFiles;
import palimpsest.engine.Outputs;

/**
 * A grid on the data of {@link Authors} that was run to its end: once for all classes that look at
 * it or go on from what it trained, and leave it as it is.
 *
 * @param home a folder of its own
 */
record WholeGrid(Path home) implements AutoCloseable {

  /** Gives it to a test's constructor; the last of all tests deletes it. */
  static final class Once implements ParameterResolver {
    private static final ExtensionContext.Namespace HERE =
        ExtensionContext.Namespace.create(WholeGrid.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
      return parameter.getParameter().getType() == WholeGrid.class;
    }

    @Override
    public WholeGrid resolveParameter(ParameterContext parameter, ExtensionContext test) {
      return test.getRoot()
          .getStore(HERE)
          .getOrComputeIfAbsent(WholeGrid.class, key -> run(), WholeGrid.class);
    }
  }

  private static WholeGrid run() {
    try {
      WholeGrid whole = new WholeGrid(Files.createTempDirectory("grid"));
      Authors.write(whole.data());
      whole.bench(whole.out(), Console.SILENT).run(Optional.empty());
      return whole;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path data() {
    return home.resolve("data");
  }

  Path out() {
    return home.resolve("whole");
  }

  /** The same grid in another folder. */
  Bench bench(Path out, Console console) {
    return Authors.bench(data(), out, Authors.settings(Authors.SPECS, 2, 1), console);
  }

  /** What was trained, with which a grid need not begin anew. */
  Path trained(Path folder) throws IOException {
    Path out = folder.resolve("out");
    copy(out().resolve("training"), out.resolve("training"));
    copy(out().resolve("retrain"), out.resolve("retrain"));
    return out;
  }

  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path there = to.resolve(from.relativize(file).toString());
        Files.createDirectories(there.getParent());
        Files.copy(file, there);
      }
    }
  }

  static List<String> cells(Path out) throws IOException {
    try (Stream<Path> cells = Files.list(out.resolve("cells"))) {
      return cells.map(c -> c.getFileName().toString()).sorted().toList();
    }
  }

  /** All numbers of a grid's cells, less how long they took. */
  static Map<String, Map<String, Double>> numbers(Path out) throws IOException {
    Map<String, Map<String, Double>> numbers = new TreeMap<>();
    for (String cell : cells(out)) {
      Path file = out.resolve("cells").resolve(cell).resolve("result.json");
      numbers.put(cell, JsonFiles.read(file, Cell.Result.class).values());
    }
    return numbers;
  }

  @Override
  public void close() {
    Outputs.delete(home);
  }
}
