package palimpsest.torch.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import palimpsest.api.Recipe;
import palimpsest.torch.checkpoint.LlamaConfig;
import palimpsest.torch.llm.InitialWeights;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;

/**
 * A run of a few steps on a model of some hundred parameters, always the same: where what comes of
 * it differs, code, Java or libraries compute a step otherwise, whatever their versions say.
 */
final class TinyRun {
  private static final LlamaConfig SHAPE = LlamaConfig.plain(24, 8, 12, 1, 2, 1, 24, true);
  private static final Recipe RECIPE = new Recipe(2, 3, 2, 5e-3, 1, Recipe.Decay.COSINE, 0.1, 1, 5);

  private TinyRun() {}

  /** Digest of the weights after its last step. */
  static String digest() {
    return Digest.VALUE;
  }

  /** Computed once, when it is first asked for. */
  private static final class Digest {
    static final String VALUE = compute();
  }

  private static String compute() {
    SplittableRandom random = new SplittableRandom(7);
    List<TokenizedExample> data = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      data.add(new TokenizedExample(random.ints(6 + i, 0, SHAPE.vocabSize()).toArray(), 2));
    }
    try (Llama model = new Llama(SHAPE, InitialWeights.draw(SHAPE, 3))) {
      new Descent(data, Loss.NLL, RECIPE, Optional.empty(), p -> {}, () -> false).run(model);
      return model.weights().digest();
    }
  }
}
