package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What was destroyed for a replay: {@code destroyed.json} in its folder.
 *
 * @param format version of this record
 * @param destructions in the order in which they ended
 */
public record Destroyed(String format, List<Done> destructions) {
  static final String FILE = "destroyed.json";

  public Destroyed {
    Superseded.requireFormat(format);
    destructions = List.copyOf(destructions);
  }

  /**
   * One destruction that has ended.
   *
   * @param superseded what was on its list, and what became of each file
   * @param ended when
   * @param left what stays in the folder without having been listed so: put there since, or changed
   */
  public record Done(Superseded superseded, String ended, List<String> left) {
    public Done {
      left = List.copyOf(left);
    }
  }

  /** That of a replay; empty where nothing was destroyed for it. */
  static Destroyed beside(Path replay) {
    Path file = replay.resolve(FILE);
    return Files.exists(file)
        ? JsonFiles.read(file, Destroyed.class)
        : new Destroyed(Superseded.FORMAT, List.of());
  }

  /** The same with one more. */
  Destroyed and(Done done) {
    List<Done> all = new ArrayList<>(destructions);
    all.add(done);
    return new Destroyed(format, all);
  }
}
