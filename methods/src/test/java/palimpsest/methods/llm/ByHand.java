package palimpsest.methods.llm;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import palimpsest.testkit.LossAndGradient;
import palimpsest.testkit.TinyModels;
import palimpsest.torch.Scopes;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.ReferenceLogProb;

/** What losses are worked out on by hand. */
public final class ByHand {
  /** Size of the vocabulary. */
  static final int V = 300;

  static final double LOG_V = Math.log(V);

  /** Four label tokens after a prompt of two, and two after one. */
  static final List<TokenizedExample> FORGET =
      List.of(example(2, 5, 9, 17, 33, 12, 1), example(1, 40, 8, 1));

  /** Three and two label tokens. */
  static final List<TokenizedExample> RETAIN =
      List.of(example(1, 7, 71, 200, 1), example(2, 250, 30, 31, 1));

  /** Two and three label tokens, to the questions of the forget set. */
  static final List<TokenizedExample> REFUSALS =
      List.of(example(2, 5, 9, 60, 1), example(1, 40, 60, 61, 1));

  /** Two and four label tokens, to the questions of the retain set. */
  static final List<TokenizedExample> RETAIN_REFUSALS =
      List.of(example(1, 7, 60, 1), example(2, 250, 30, 60, 61, 62, 1));

  private ByHand() {}

  /**
   * A model whose last norm gives 0, so that every logit is 0 and every token has log-probability
   * -ln V; its gradient need not be 0. Whoever calls closes it.
   */
  public static Llama uniform() {
    Llama model = TinyModels.llama(1);
    Scopes.withoutGradient(() -> model.weights().tensor("model.norm.weight").zero_().numel());
    return model;
  }

  /** A model all of whose weights are 0, and so all its states. Whoever calls closes it. */
  static Llama zero() {
    Llama model = TinyModels.llama(1);
    Scopes.withoutGradient(() -> model.weights().flat().zero_().numel());
    return model;
  }

  static TokenizedExample example(int promptLength, int... ids) {
    return new TokenizedExample(ids, promptLength);
  }

  /** A reference that gave these sums to the first examples. */
  static ReferenceLogProb reference(List<TokenizedExample> data, double... sums) {
    Map<TokenizedExample, float[]> values = new HashMap<>();
    for (int i = 0; i < sums.length; i++) {
      float[] tokens = new float[data.get(i).completionLength()];
      tokens[0] = (float) sums[i];
      values.put(data.get(i), tokens);
    }
    return new ReferenceLogProb(values);
  }

  /** Log-probability of the labels. */
  static double sum(Llama model, TokenizedExample one) {
    double sum = 0;
    for (float f : ReferenceLogProb.of(model, List.of(one)).tokens(one)) {
      sum += f;
    }
    return sum;
  }

  /** Gradient ascent on one example. */
  static LossAndGradient ascent(Llama model, TokenizedExample one) {
    return new LossRig(model, Materials.NONE, List.of(one), RETAIN).of(new GradientAscent());
  }

  /** With refusals as the answers to use instead. */
  static LossRig rig(Llama model, Llama start, ReferenceLogProb reference) {
    return new LossRig(model, refusing(start, reference), FORGET, RETAIN);
  }

  /** The first example of each set alone. */
  static LossRig first(Llama model, ReferenceLogProb reference) {
    return new LossRig(
        model, refusing(model, reference), FORGET.subList(0, 1), RETAIN.subList(0, 1));
  }

  private static Materials refusing(Llama start, ReferenceLogProb reference) {
    return new Materials(
        Optional.of(start), reference, LossRig.one(REFUSALS), LossRig.one(RETAIN_REFUSALS));
  }
}
