package palimpsest.engine.bench;

import java.nio.file.Path;
import java.util.Optional;
import palimpsest.engine.Console;

/** A process that works on a grid of {@link Authors}. */
public final class GridWorker {
  private GridWorker() {}

  /**
   * Works until all is done.
   *
   * @param args the folders of the data and of the results
   */
  public static void main(String[] args) {
    Authors.bench(
            Path.of(args[0]),
            Path.of(args[1]),
            Authors.settings(Authors.SPECS, 2, 1),
            Console.SILENT)
        .run(Optional.empty());
  }
}
