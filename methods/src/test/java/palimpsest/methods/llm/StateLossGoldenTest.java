package palimpsest.methods.llm;

import static org.bytedeco.pytorch.global.torch.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.methods.RetainLoss;
import palimpsest.testkit.LeakCheck;
import palimpsest.torch.Scopes;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Loss;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.Objective;
import palimpsest.torch.train.ReferenceLogProb;

/** Losses on hidden states against PyTorch, the direction u given by the file. */
@ExtendWith(LeakCheck.class)
class StateLossGoldenTest {
  private static final GoldenFile GOLDEN = GoldenFile.read("representation.json");
  private static final List<TokenizedExample> FORGET = GOLDEN.examples("forget");
  private static final List<TokenizedExample> RETAIN = GOLDEN.examples("retain");

  private Llama model;
  private Llama start;
  private Materials materials;

  @BeforeEach
  void open() {
    model = GoldenFile.model("gqa-tied");
    start = GoldenFile.model("gqa-untied");
    materials = LossRig.from(start, ReferenceLogProb.NONE);
  }

  @AfterEach
  void close() {
    model.close();
    start.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void rmu_forgetTerm_equalsPyTorch(int layer) {
    assertEqual("rmu_forget_layer_" + layer, Objective.of(rmu(new Rmu(layer, 6.5, 0, 0))));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void adaptiveRmu_forgetTerm_equalsPyTorch(int layer) {
    assertEqual(
        "adaptive_rmu_forget_layer_" + layer,
        Objective.of(adaptive(new AdaptiveRmu(layer, 5, 0, 0))));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void hidden_retainTerm_equalsPyTorch(int layer) {
    LossRig rig = new LossRig(model, materials, RETAIN, RETAIN);
    GOLDEN.assertEqual(
        "hidden_retain_layer_" + layer,
        model,
        rig.of(Objective.of(hidden(new RetainLoss.Hidden(layer)))));
  }

  @Test
  void rmu_withRetain_equalsPyTorch() {
    Rmu method = new Rmu(1, 2, 3, 0);
    assertEqual("rmu", Objective.of(rmu(method), hidden(method.retainLoss()), 3));
  }

  @Test
  void adaptiveRmu_withRetain_equalsPyTorch() {
    AdaptiveRmu method = new AdaptiveRmu(1, 2, 3, 0);
    assertEqual("adaptive_rmu", Objective.of(adaptive(method), hidden(method.retainLoss()), 3));
  }

  private void assertEqual(String name, Objective objective) {
    LossRig rig = new LossRig(model, materials, FORGET, RETAIN);
    GOLDEN.assertEqual(name, model, rig.of(objective));
  }

  private Loss hidden(RetainLoss.Hidden loss) {
    return (m, batch) -> loss.of(m, batch, materials);
  }

  private static Loss rmu(Rmu method) {
    return (m, batch) -> method.forgetting(batch, method.retainLoss().states(m, batch), u());
  }

  private Loss adaptive(AdaptiveRmu method) {
    RetainLoss.Hidden at = method.retainLoss();
    return (m, batch) -> {
      Tensor before = Scopes.constant(() -> at.states(start, batch));
      return method.forgetting(batch, at.states(m, batch), before, u());
    };
  }

  private static Tensor u() {
    JsonNode list = GOLDEN.root().get("u");
    float[] u = new float[list.size()];
    for (int i = 0; i < u.length; i++) {
      u[i] = (float) list.get(i).asDouble();
    }
    return tensor(u);
  }
}
