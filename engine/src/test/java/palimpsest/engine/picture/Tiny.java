package palimpsest.engine.picture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import palimpsest.api.Recipe;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.engine.Console;
import palimpsest.engine.Keeping;
import palimpsest.torch.diffusion.schedule.Prediction;
import palimpsest.torch.train.Slicing;

/** Eight drawings of 8 x 8 pixels and a model of some thousand parameters: six steps of four. */
final class Tiny {
  static final PictureSource SOURCE =
      PictureSource.drawn(2, 3).only(List.of("fish", "cup"), List.of("flat", "mosaic"), 0);
  static final PictureRecipe RECIPE =
      new PictureRecipe(
          new Recipe(3, 4, 2, 2e-3, 0, Recipe.Decay.CONSTANT, 0, 1, 5),
          Slicing.NONE,
          new PictureShape(8, 1, List.of(16, 32), 8, 1, 2, 520),
          0.2,
          0.9,
          Prediction.EPSILON);

  private Tiny() {}

  static ImageCorpus corpus() {
    return SOURCE.read(8);
  }

  /** A training that takes checkpoints and samples every other step. */
  static PictureTraining training(Path out, Keeping keeping, Console console) {
    return new PictureTraining(out, RECIPE, new PictureTraining.Saving(2, keeping, 2), console);
  }

  /** What a process that is killed does not come to catch. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  /** A console that asks to stop, or kills as far as a test can, after so many steps. */
  static Console stopping(int after, boolean kills) {
    return new Console() {
      private int left = after;

      @Override
      public void say(String line) {}

      @Override
      public Bar bar(String task, long total) {
        return (done, note) -> {};
      }

      @Override
      public boolean interrupted() {
        boolean now = left-- == 0;
        if (now && kills) {
          throw new Killed();
        }
        return now;
      }
    };
  }

  /** Copies a folder, its keys too. */
  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path each : tree.toList()) {
        Files.copy(each, to.resolve(from.relativize(each).toString()));
      }
    }
  }

  /** Every file below a folder but what is under a key of the run's own, or of its pace. */
  static Map<String, ByteBuffer> files(Path folder) {
    Map<String, ByteBuffer> all = new TreeMap<>();
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path each : tree.filter(Files::isRegularFile).toList()) {
        String name = folder.relativize(each).toString();
        if (!name.matches(".*(examples\\..*|pace\\.json|lock)")) {
          all.put(name, ByteBuffer.wrap(bytes(each)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }

  /** A file; of a manifest all but the digest of the table, which is under the run's key. */
  private static byte[] bytes(Path file) throws IOException {
    if (!file.endsWith(PictureManifest.FILE)) {
      return Files.readAllBytes(file);
    }
    String told = Files.readString(file);
    return told.replaceAll("\"table\":\"[0-9a-f]*\"", "").getBytes(StandardCharsets.UTF_8);
  }
}
