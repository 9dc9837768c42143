package palimpsest.torch.diffusion.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs against diffusers, in testkit/golden/diffusion/schedule. */
class SamplerGoldenTest {
  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> run_configOfDiffusers_isThatOfDiffusers() {
    return StreamSupport.stream(Tensors.golden("samplers.json").spliterator(), false)
        .map(c -> DynamicTest.dynamicTest(c.get("name").asText(), () -> check(c)));
  }

  private void check(JsonNode golden) throws IOException {
    Sampler sampler = sampler(golden);
    int steps = golden.get("steps").asInt();
    try (Sampling run = sampler.begin(steps, Tensors.FORMULA);
        PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      double scale = golden.get("initial_scale").doubleValue();
      assertThat(run.initialScale()).isCloseTo(scale, within(1e-6 * scale));
      checkMoments(golden, run.moments());
      Tensor x = Tensors.sample().mul(new Scalar(run.initialScale()));
      for (Moment moment : run.moments()) {
        Tensor input = x.mul(new Scalar(moment.inputScale()));
        x = run.step(moment.step(), Tensors.denoised(input, moment.timestep()), x);
      }
      assertThat(largestDifference(golden, x)).isLessThan(1e-4);
      double sum = golden.get("sum").doubleValue();
      assertThat(Tensors.sum(x)).isCloseTo(sum, within(1e-4 * sum));
    }
  }

  private Sampler sampler(JsonNode golden) throws IOException {
    Path file = folder.resolve(golden.get("name").asText().replace(' ', '_') + ".json");
    Files.writeString(file, golden.get("config").toString());
    Sampler sampler = SchedulerConfig.read(file).sampler();
    double eta = golden.get("eta").doubleValue();
    return sampler instanceof Ddim ddim ? ddim.withEta(eta) : sampler;
  }

  private static void checkMoments(JsonNode golden, List<Moment> moments) {
    double[] timesteps = Tensors.numbers(golden.get("timesteps"));
    assertThat(moments).hasSize(timesteps.length);
    for (Moment moment : moments) {
      int i = moment.step();
      assertThat(moment.timestep()).isCloseTo((float) timesteps[i], within(1e-3f));
      if (golden.has("sigmas")) {
        double sigma = golden.get("sigmas").get(i).doubleValue();
        assertThat(1 / Math.sqrt(sigma * sigma + 1))
            .isCloseTo(Math.sqrt(moment.alphaBar()), within(1e-6));
      }
    }
  }

  /** In units of the largest of the golden's. */
  static double largestDifference(JsonNode golden, Tensor x) {
    double[] wanted = Tensors.numbers(golden.get("values"));
    float[] got = Tensors.values(x);
    double worst = 0;
    double largest = 0;
    for (int i = 0; i < wanted.length; i++) {
      worst = Math.max(worst, Math.abs(got[8 * i] - wanted[i]));
      largest = Math.max(largest, Math.abs(wanted[i]));
    }
    return worst / largest;
  }
}
