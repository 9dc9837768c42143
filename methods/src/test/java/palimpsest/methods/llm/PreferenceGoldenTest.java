package palimpsest.methods.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.pytorch.global.torch.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import palimpsest.methods.DescentMethod;
import palimpsest.methods.RetainLoss;
import palimpsest.testkit.LeakCheck;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Alternatives;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.ReferenceLogProb;

/** Methods with answers to use instead, and the divergence on the retain set, against PyTorch. */
@ExtendWith(LeakCheck.class)
class PreferenceGoldenTest {
  private static final GoldenFile GOLDEN = GoldenFile.read("preference.json");

  static Stream<Arguments> losses() {
    return Stream.of(
        Arguments.of("kl_min", "forget", "idk_forget", new KlMinimisation(1)),
        Arguments.of("dpo_forget", "forget", "idk_forget", new Dpo(0.1, 0)),
        Arguments.of("dpo_forget_beta_0.02", "forget", "idk_forget", new Dpo(0.02, 0)),
        Arguments.of("dpo", "forget", "idk_forget", new Dpo(0.1, 1)),
        Arguments.of("altpo_forget", "forget_repeated", "alternates", new AltPo(0.1, 2, 0)),
        Arguments.of(
            "altpo_forget_beta_0.02", "forget_repeated", "alternates", new AltPo(0.02, 2, 0)),
        Arguments.of("altpo", "forget_repeated", "alternates", new AltPo(0.1, 2, 2)),
        Arguments.of("kto_forget", "forget", "idk_forget", new Kto(0.1, 0)),
        Arguments.of("kto_forget_beta_0.02", "forget", "idk_forget", new Kto(0.02, 0)),
        Arguments.of("kto_forget_clamped", "forget", "idk_retain", new Kto(0.1, 0)),
        Arguments.of("kto_forget_clamped_beta_0.02", "forget", "idk_retain", new Kto(0.02, 0)),
        Arguments.of("kto", "forget", "idk_forget", new Kto(0.1, 1)),
        Arguments.of("refusal_forget", "forget", "idk_forget", new Refusal(0)),
        Arguments.of("refusal", "forget", "idk_forget", new Refusal(1)),
        Arguments.of("idk_ap", "forget", "idk_forget", new IdkAp(0.1, 1)),
        Arguments.of("idk_ap_sharper", "forget", "idk_forget", new IdkAp(0.03, 2)),
        Arguments.of("flat_total_variation", "forget", "idk_forget", new Flat(0, 0)),
        Arguments.of("flat_kl", "forget", "idk_forget", new Flat(1, 0)),
        Arguments.of("flat_jensen_shannon", "forget", "idk_forget", new Flat(2, 0)),
        Arguments.of("flat_pearson", "forget", "idk_forget", new Flat(3, 0)),
        Arguments.of("flat_jeffrey", "forget", "idk_forget", new Flat(4, 0)),
        Arguments.of("flat_reverse_kl", "forget", "idk_forget", new Flat(5, 0)),
        Arguments.of("flat_squared_hellinger", "forget", "idk_forget", new Flat(6, 0)),
        Arguments.of("flat_neyman", "forget", "idk_forget", new Flat(7, 0)));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void loss_andEveryGradient_equalPyTorch(
      String name, String forget, String instead, DescentMethod method) {
    check(name, forget, instead, method, method.retainLoss());
  }

  @Test
  void npo_withDivergence_equalsPyTorch() {
    check("npo_kl", "forget", "idk_forget", new Npo(0.1, 0.5), new RetainLoss.Divergence());
  }

  @Test
  void divergence_alone_equalsPyTorch() {
    checkRetain("kl_retain", new RetainLoss.Divergence());
  }

  @Test
  void answerPreservation_alone_equalsPyTorch() {
    checkRetain("idk_ap_retain", new IdkAp(0.1, 1).retainLoss());
  }

  /** g and f* at four probabilities, so that they need not be trusted at an untrained model's. */
  @ParameterizedTest
  @CsvSource({
    "0, total_variation", "1, kl", "2, jensen_shannon", "3, pearson",
    "4, jeffrey", "5, reverse_kl", "6, squared_hellinger", "7, neyman"
  })
  void flat_atKnownProbabilities_equalsPyTorch(int divergence, String name) {
    JsonNode table = GOLDEN.root().get("divergences");
    Flat flat = new Flat(divergence, 0);
    try (PointerScope scope = new PointerScope()) {
      for (int refusal = 0; refusal < 4; refusal++) {
        for (int answer = 0; answer < 4; answer++) {
          double expected =
              table.get(name).get("conjugate").get(answer).asDouble()
                  - table.get(name).get("activation").get(refusal).asDouble();
          double got =
              flat.adjusted(probability(table, refusal), probability(table, answer)).item_double();
          assertThat(got).isCloseTo(expected, within(1e-8));
        }
      }
    }
  }

  private static Tensor probability(JsonNode table, int i) {
    return tensor(table.get("v").get(i).asDouble());
  }

  private static void check(
      String name, String forget, String instead, DescentMethod method, RetainLoss retain) {
    try (Llama model = GoldenFile.model("gqa-tied");
        Llama start = GoldenFile.model("mha")) {
      LossRig rig = rig(model, start, forget, instead);
      GOLDEN.assertEqual(name, model, rig.of(method, retain));
    }
  }

  private static void checkRetain(String name, RetainLoss loss) {
    try (Llama model = GoldenFile.model("gqa-tied");
        Llama start = GoldenFile.model("mha")) {
      LossRig rig = rig(model, start, "forget", "idk_forget");
      GOLDEN.assertEqual(name, model, rig.of(loss));
    }
  }

  private static LossRig rig(Llama model, Llama start, String forgetSet, String insteadSet) {
    List<TokenizedExample> forget = GOLDEN.examples(forgetSet);
    Alternatives instead = LossRig.one(GOLDEN.examples(insteadSet));
    ReferenceLogProb reference =
        ReferenceLogProb.of(start, forget).and(ReferenceLogProb.of(start, instead.all()));
    Alternatives retainInstead = LossRig.one(GOLDEN.examples("idk_retain"));
    return new LossRig(
        model,
        new Materials(Optional.of(start), reference, instead, retainInstead),
        forget,
        GOLDEN.examples("retain"));
  }
}
