package palimpsest.torch.diffusion.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.torch.Weights;

/**
 * What an edit of full size takes, by hand: {@code -Dpalimpsest.full=FOLDER} of a folder that
 * make_full.py wrote.
 *
 * <p>The edit is of n concepts, as UCE makes it of random text states c, of norm √E, that are to
 * become others c*, with λ = 0.5; their products among one another are left out, as random states
 * are all but orthogonal: u = c* - c, v = c / (|c|² + λ).
 */
@EnabledIfSystemProperty(named = "palimpsest.full", matches = ".+")
class FullSizeTest {
  @TempDir Path temporary;

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 50})
  void patch_fullSize_isOfSomeMegabytes_andRestoresTheDigest(int concepts, TestReporter report)
      throws IOException {
    Path source = Path.of(System.getProperty("palimpsest.full"));
    Path file = temporary.resolve("edit.safetensors");
    Path edited = temporary.resolve("edited");
    Path reverted = temporary.resolve("reverted");
    try (DiffusionFolder model = DiffusionFolder.open(source)) {
      Component unet = model.component("unet");
      List<String> maps =
          unet.shapes().keySet().stream()
              .filter(name -> name.matches(".*attn2\\.to_[kv]\\.weight"))
              .toList();
      long count = maps.stream().mapToLong(name -> unet.place(name).count()).sum();
      int width = unet.shapes().get(maps.get(0)).get(1).intValue();
      long start = System.nanoTime();
      try (Weights weights = unet.some(maps)) {
        assertThat(weights.count()).isEqualTo(count);
      }
      say(report, concepts, "reading the maps", start);
      start = System.nanoTime();
      String digest = model.digest();
      say(report, concepts, "digest", start);
      start = System.nanoTime();
      new PatchWriter(model, "image.uce").rank(file, uce(concepts, width), maps);
      say(report, concepts, "making the patch", start);
      long size = Files.size(file);
      report.publishEntry(
          concepts + " concepts, patch",
          size + " bytes for " + maps.size() + " matrices of " + count + " numbers");
      try (Patch patch = Patch.open(file)) {
        start = System.nanoTime();
        patch.apply(model, edited);
        say(report, concepts, "apply", start);
        try (DiffusionFolder after = DiffusionFolder.open(edited)) {
          assertThat(after.digest()).isEqualTo(patch.result());
          start = System.nanoTime();
          patch.revert(after, reverted);
          say(report, concepts, "revert", start);
        }
      }
      try (DiffusionFolder back = DiffusionFolder.open(reverted)) {
        assertThat(back.digest()).isEqualTo(digest);
      }
      report.publishEntry("peak memory", peak());
      long patchOfOldWeights = count * unet.place(maps.get(0)).dtype().width();
      assertThat(size).isLessThan(patchOfOldWeights / 4);
    }
  }

  private static void say(TestReporter report, int concepts, String what, long start) {
    report.publishEntry(
        concepts + " concepts, " + what, (System.nanoTime() - start) / 1_000_000 + " ms");
  }

  private static String peak() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM"))
        .findFirst()
        .orElse("unknown");
  }

  private static LowRank uce(int concepts, int width) {
    SplittableRandom random = new SplittableRandom(7);
    double[][] left = new double[concepts][width];
    double[][] right = new double[concepts][width];
    for (int j = 0; j < concepts; j++) {
      Arrays.setAll(right[j], k -> random.nextGaussian());
      double norm = Arrays.stream(right[j]).map(x -> x * x).sum();
      double[] c = right[j].clone();
      Arrays.setAll(left[j], k -> random.nextGaussian() - c[k]);
      Arrays.setAll(right[j], k -> c[k] / (norm + 0.5));
    }
    return LowRank.of(left, right);
  }
}
