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

/** Losses on single tokens and rows of logits against PyTorch. */
@ExtendWith(LeakCheck.class)
class TokenLossGoldenTest {
  private static final GoldenFile GOLDEN = GoldenFile.read("tokens.json");

  static Stream<Arguments> losses() {
    return Stream.of(
        Arguments.of("me_forget", "forget", new MaxEntropy(1, 0)),
        Arguments.of("me", "forget", new MaxEntropy(0.1, 1)),
        Arguments.of("undial_forget", "forget", new Undial(10, 0)),
        Arguments.of("undial", "forget", new Undial(10, 0.5)),
        Arguments.of("undial_likely_penalty_10", "likely", new Undial(10, 0)),
        Arguments.of("undial_likely_penalty_2", "likely", new Undial(2, 0)),
        Arguments.of("ce_u_forget_ignore_0", "forget", new CeU(0, 0)),
        Arguments.of("ce_u_forget_ignore_1", "forget", new CeU(1, 0)),
        Arguments.of("ce_u_forget_ignore_10", "forget", new CeU(10, 0)),
        Arguments.of("ce_u_likely", "likely", new CeU(1, 0)),
        Arguments.of("tnpo_forget_beta_4", "forget", new Tnpo(4, 0)),
        Arguments.of("tnpo_forget_beta_0.5", "forget", new Tnpo(0.5, 0)),
        Arguments.of("tnpo", "forget", new Tnpo(4, 1)),
        Arguments.of("wtnpo_forget_beta_4", "forget", new Wtnpo(4, 1.5, 0)),
        Arguments.of("wtnpo_forget_beta_0.5", "forget", new Wtnpo(0.5, 0.25, 0)),
        Arguments.of("wtnpo_likely", "likely", new Wtnpo(4, 1.5, 0)),
        Arguments.of("pdu_forget", "forget", new Pdu(1, 0, 0, 0, 0)),
        Arguments.of("pdu", "forget", new Pdu(1, 2, 1, 0.3, 0)));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void loss_andEveryGradient_equalPyTorch(String name, String set, DescentMethod method) {
    List<TokenizedExample> forget = GOLDEN.examples(set);
    try (Llama model = GoldenFile.model("gqa-tied");
        Llama start = GoldenFile.model("mha")) {
      Materials materials = LossRig.from(start, ReferenceLogProb.of(start, forget));
      LossRig rig = new LossRig(model, materials, forget, GOLDEN.examples("retain"));
      // the file's PDU has the constant -λε
      double constant = method instanceof Pdu pdu ? -pdu.retainWeight() * pdu.limit() : 0;
      GOLDEN.assertEqual(name, constant, model, rig.of(method));
    }
  }
}
