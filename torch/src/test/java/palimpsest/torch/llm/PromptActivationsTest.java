package palimpsest.torch.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.pytorch.global.torch.linear;
import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.torch.checkpoint.LlamaConfig;
import palimpsest.torch.text.TokenizedExample;

/** Activations at the tokens of prompts. */
class PromptActivationsTest {
  private static final LlamaConfig CONFIG = LlamaConfig.plain(50, 8, 12, 2, 2, 1, 16, true);

  private static final TokenBatch BATCH =
      TokenBatch.of(
          List.of(
              new TokenizedExample(new int[] {5, 6, 7, 8}, 3),
              new TokenizedExample(new int[] {9, 8, 4, 3, 2, 1}, 2)));

  /**
   * A layer adds W g to its states, so states with W less states with 0 in its place are W g at the
   * last tokens of the prompts: rows 2 and 4 of the five rows of g.
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void promptGates_throughTheProjection_areWhatTheLayerAdds(int layer) {
    try (Llama model = new Llama(CONFIG, InitialWeights.draw(CONFIG, 4));
        PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      model.weights().flat().narrow(0, 0, model.weights().decayed()).mul_(new Scalar(20.0));
      Tensor w = model.weights().tensor("model.layers." + layer + ".mlp.down_proj.weight");
      Tensor g = model.promptGates(BATCH, layer);
      assertThat(g.sizes().vec().get()).containsExactly(5, 12);
      Tensor added = linear(g, w).index_select(0, tensor(2L, 4L)); // (2, E)
      Tensor with = model.promptStates(BATCH, layer);
      w.zero_();
      Tensor apart = with.sub(model.promptStates(BATCH, layer)).sub(added);
      assertThat(apart.abs().max().item_double()).isLessThan(1e-5);
      assertThat(added.abs().max().item_double()).isGreaterThan(1e-2);
    }
  }
}
