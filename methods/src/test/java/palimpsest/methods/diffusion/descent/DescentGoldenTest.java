package palimpsest.methods.diffusion.descent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;
import static palimpsest.methods.diffusion.descent.GoldenRig.PERCENT;
import static palimpsest.methods.diffusion.descent.GoldenRig.T;
import static palimpsest.methods.diffusion.descent.GoldenRig.assertEqual;
import static palimpsest.methods.diffusion.descent.GoldenRig.backward;
import static palimpsest.methods.diffusion.descent.GoldenRig.diffused;
import static palimpsest.methods.diffusion.descent.GoldenRig.golden;
import static palimpsest.methods.diffusion.descent.GoldenRig.image;
import static palimpsest.methods.diffusion.descent.GoldenRig.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.testkit.FormulaWeights;
import palimpsest.testkit.LeakCheck;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.Denoiser;
import palimpsest.torch.diffusion.unet.UNet;

/** Against torch and diffusers in float64, testkit/golden/diffusion/descent/descent.json. */
@ExtendWith(LeakCheck.class)
class DescentGoldenTest {
  @TempDir Path folder;
  private PointerScope scope;
  private GoldenRig rig;

  @BeforeEach
  void open() {
    scope = new PointerScope();
    rig = new GoldenRig(folder);
  }

  @AfterEach
  void close() {
    rig.close();
    scope.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void esd_everyRegion_equals(int region) {
    try (Copies copies = rig.copies(region)) {
      Esd method = (Esd) Esd.defaults().with(Map.of("guidance", 1.5));
      Noisy at = new Noisy(image("x"), T);
      Tensor target = method.target(rig.model.unet(), at, text("c"), text("empty"));
      double loss = backward(Noisy.meanSquare(at.output(copies.denoiser(), text("c")), target));
      assertEqual(golden("esd-" + region), copies.weights(), loss);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void conceptAblation_bothLosses_equal(int based) {
    JsonNode expected = golden("ca-" + based);
    try (Copies copies = rig.copies(2)) {
      double prior = expected.get("priorWeight").asDouble();
      ConceptAblation method =
          (ConceptAblation)
              ConceptAblation.defaults()
                  .with(Map.of("noiseBased", (double) based, "priorWeight", prior));
      double loss =
          backward(method.loss(copies.denoiser(), diffused("anchor"), text("c"), text("anchor")));
      assertEqual(expected, copies.weights(), loss);
    }
  }

  /** The mask of the start, its share of every tensor, and what it leaves of a step's gradient. */
  @Test
  void salUn_lossAndMask_equal() {
    JsonNode expected = golden("salun");
    Tensor mask = saliency(expected);
    try (Copies copies = rig.copies(3)) {
      Denoiser now = copies.denoiser();
      double loss =
          backward(
              SalUn.mismatch(now, diffused("forget").noisy(), text("c"), text("other"))
                  .add(diffused("retain").loss(now, text("kept")), new Scalar(0.1)));
      assertEqual(expected, copies.weights(), loss);
      assertThat(copies.weights().gradient().mul(mask).norm().item_double())
          .isCloseTo(expected.get("masked_gradient").asDouble(), withinPercentage(0.1));
    }
  }

  private Tensor saliency(JsonNode expected) {
    try (Copies start = Copies.of(rig.model, Region.EVERYTHING)) {
      Tensor gradient = start.weights().gradient();
      diffused("forget").loss(start.denoiser(), text("c")).backward();
      Tensor mask = SalUn.mask(gradient, 0.5);
      long at = 0;
      for (Map.Entry<String, Tensor> each : start.weights().tensors().entrySet()) {
        long size = each.getValue().numel();
        assertThat(mask.narrow(0, at, size).sum().item_double())
            .as(each.getKey())
            .isCloseTo(expected.get("counts").get(each.getKey()).asDouble(), within(2.0));
        at += size;
      }
      return mask;
    }
  }

  @Test
  void spm_adaptersOnEveryMap_equal() {
    try (RankOne adapters = RankOne.draw(rig.model, 1)) {
      fill(adapters.weights());
      adapters.weights().gradient();
      Spm method = Spm.defaults();
      Noisy at = new Noisy(image("x"), T);
      UNet start = rig.model.unet();
      Tensor target =
          method.target(
              at.fixed(start, text("other")),
              at.fixed(start, text("c")),
              at.fixed(start, text("empty")));
      Tensor erasing = Noisy.meanSquare(at.output(adapters.denoiser(), text("c")), target);
      Tensor anchoring = Spm.drift(adapters.denoiser(), start, at, text("kept"));
      double loss = backward(erasing.add(anchoring, new Scalar(10.0)));
      assertEqual(golden("spm"), adapters.weights(), loss);
    }
  }

  private static void fill(Weights adapters) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      FormulaWeights.fill(adapters);
      adapters
          .tensors()
          .forEach((name, t) -> t.mul_(new Scalar(name.endsWith(RankOne.UP) ? 0.3 : 1.0)));
    }
  }

  @Test
  void eraseDiff_combination_equals() {
    JsonNode expected = golden("erasediff");
    try (Copies copies = rig.copies(3)) {
      Weights trained = copies.weights();
      DoubleSupplier f = () -> wrong(copies.denoiser());
      double forgetting = f.getAsDouble();
      assertThat(forgetting)
          .isCloseTo(expected.get("forgetting").asDouble(), withinPercentage(PERCENT));
      Tensor ofForgetting = trained.gradient().clone();
      EraseDiff method =
          (EraseDiff) EraseDiff.defaults().with(Map.of("barrier", 100.0, "innerRate", 0.01));
      double q = forgetting - method.optimum(trained, ofForgetting, f);
      assertThat(q).isCloseTo(expected.get("q").asDouble(), withinPercentage(0.05));
      trained.gradient().zero_();
      double loss = backward(diffused("retain").loss(copies.denoiser(), text("kept")));
      assertEqual(expected, trained, loss);
      double weight = method.weight(trained.gradient(), ofForgetting, q);
      assertThat(weight).isPositive();
      assertThat(weight).isCloseTo(expected.get("weight").asDouble(), withinPercentage(0.2));
      trained.gradient().add_(ofForgetting, new Scalar(weight));
      assertThat(trained.gradient().norm().item_double())
          .isCloseTo(expected.get("combined_gradient").asDouble(), withinPercentage(0.2));
    }
  }

  private static double wrong(Denoiser now) {
    return Ground.descend(
        () -> {
          Diffused forget = diffused("forget");
          Tensor output = forget.noisy().output(now, text("c"));
          return EraseDiff.wrongNoise(forget, output, image("wrong"));
        });
  }
}
