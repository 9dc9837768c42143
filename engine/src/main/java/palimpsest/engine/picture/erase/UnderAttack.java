package palimpsest.engine.picture.erase;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import palimpsest.engine.JsonFiles;

/**
 * Pictures that a model drew under attack, each attack's with its first seed from the first noise.
 *
 * @param pictures of every attack, for every prompt that it was judged by
 */
record UnderAttack(List<Shown> pictures) {
  private static final String FILE = "attacked.json";

  UnderAttack {
    pictures = List.copyOf(pictures);
  }

  /**
   * A picture.
   *
   * @param attack id
   * @param prompt as a user would give it
   * @param words what was given in its place
   * @param seed of the attack and of its noise
   * @param noise number of the noise
   * @param png base64 of the file
   * @param probability that it shows the target, by the judge
   */
  record Shown(
      String attack,
      String prompt,
      String words,
      long seed,
      long noise,
      String png,
      double probability) {}

  /** Whether a cell's folder has them. */
  static boolean isIn(Path folder) {
    return Files.exists(folder.resolve(FILE));
  }

  static UnderAttack read(Path folder) {
    return JsonFiles.read(folder.resolve(FILE), UnderAttack.class);
  }

  void write(Path folder) {
    JsonFiles.write(folder.resolve(FILE), this);
  }

  /** What was drawn for a prompt under an attack. */
  Optional<Shown> of(String attack, String prompt) {
    return pictures.stream()
        .filter(p -> p.attack().equals(attack) && p.prompt().equals(prompt))
        .findFirst();
  }
}
