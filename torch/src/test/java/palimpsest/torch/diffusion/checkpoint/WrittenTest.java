package palimpsest.torch.diffusion.checkpoint;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import palimpsest.torch.checkpoint.Dtype;

/**
 * Writes edited checkpoints for check_written.py to load, by hand: {@code
 * -Dpalimpsest.written=FOLDER}, which must be there and empty.
 */
@EnabledIfSystemProperty(named = "palimpsest.written", matches = ".+")
class WrittenTest {

  @ParameterizedTest
  @CsvSource({"sd1,F32", "sd2,F16", "sdxl,BF16"})
  void write_editedCheckpoints_forPython(String kind, Dtype dtype, TestReporter report) {
    Path all = Path.of(System.getProperty("palimpsest.written"));
    TinyPipeline tiny = TinyPipeline.of(kind);
    Path folder = tiny.writeFolder(all.resolve(kind + "-source"), dtype);
    Path file = tiny.writeFile(all.resolve(kind + "-source.safetensors"), dtype);
    try (DiffusionFolder model = DiffusionFolder.open(folder)) {
      edit(tiny, model, all.resolve(kind), report);
    }
    try (SingleFile model = SingleFile.open(file, Optional.empty())) {
      edit(tiny, model, all.resolve(kind + ".safetensors"), report);
    }
  }

  private static void edit(
      TinyPipeline tiny, DiffusionCheckpoint model, Path target, TestReporter report) {
    int width = tiny.shapes("unet").get(tiny.maps().get(0)).get(1).intValue();
    SplittableRandom random = new SplittableRandom(2);
    double[][] pair = new double[2][width];
    for (double[] vector : pair) {
      Arrays.setAll(vector, k -> 0.3 * random.nextGaussian());
    }
    Path file = target.resolveSibling(target.getFileName() + ".patch");
    LowRank matrix = LowRank.of(new double[][] {pair[0]}, new double[][] {pair[1]});
    new PatchWriter(model, "image.uce").rank(file, matrix, tiny.maps());
    try (Patch patch = Patch.open(file)) {
      patch.apply(model, target);
      report.publishEntry(target.toString(), patch.result());
    }
  }
}
