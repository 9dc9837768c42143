package palimpsest.discovery;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Real data beside the checkout; a test that needs it is skipped, saying so, where it is not. */
final class SharedData {
  private SharedData() {}

  static Path of(String name) {
    for (String root : new String[] {"../../shared/data", "../shared/data"}) {
      Path path = Path.of(root, name);
      if (Files.exists(path)) {
        return path;
      }
    }
    Assumptions.abort("skipped: no shared/data/" + name + " beside the checkout");
    throw new AssertionError("abort returns never");
  }
}
