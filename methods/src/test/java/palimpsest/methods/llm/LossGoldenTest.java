package palimpsest.methods.llm;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import palimpsest.methods.DescentMethod;
import palimpsest.testkit.LeakCheck;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.ReferenceLogProb;

/** Against losses and gradients of a PyTorch implementation, in testkit/golden/losses. */
@ExtendWith(LeakCheck.class)
class LossGoldenTest {
  private static final GoldenFile GOLDEN = GoldenFile.read("losses.json");

  static Stream<Arguments> losses() {
    return Stream.of(
        Arguments.of("ga", "mha", new GradientAscent()),
        Arguments.of("grad_diff", "mha", new GradDiff(1, 1)),
        Arguments.of("npo_forget", "mha", new Npo(0.1, 0)),
        Arguments.of("simnpo_forget", "mha", new SimNpo(0.5, 0, 1, 0)),
        Arguments.of("simnpo_margin", "mha", new SimNpo(0.5, 2, 0.125, 1)),
        Arguments.of("wga", "mha", new WeightedAscent(0.25, 1)),
        Arguments.of("satimp", "mha", new SatImp(0.25, 2, 0.1, 1)),
        Arguments.of("npo", "mha", new Npo(0.1, 1)),
        Arguments.of("npo_forget_reference_is_model", "gqa-tied", new Npo(0.1, 0)));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void loss_andEveryGradient_equalPyTorch(String name, String start, DescentMethod method) {
    List<TokenizedExample> forget = GOLDEN.examples("forget");
    try (Llama model = GoldenFile.model("gqa-tied");
        Llama reference = GoldenFile.model(start)) {
      LossRig rig =
          new LossRig(
              model,
              Materials.of(ReferenceLogProb.of(reference, forget)),
              forget,
              GOLDEN.examples("retain"));
      GOLDEN.assertEqual(name, model, rig.of(method));
    }
  }
}
