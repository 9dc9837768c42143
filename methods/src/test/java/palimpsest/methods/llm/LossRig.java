package palimpsest.methods.llm;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import palimpsest.methods.DescentMethod;
import palimpsest.methods.RetainLoss;
import palimpsest.testkit.LossAndGradient;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Alternatives;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.Objective;
import palimpsest.torch.train.ReferenceLogProb;

/** Loss and gradient of a method on whole data sets as one step. */
record LossRig(
    Llama model,
    Materials materials,
    List<TokenizedExample> forget,
    List<TokenizedExample> retain) {

  LossAndGradient of(DescentMethod method) {
    return of(method, method.retainLoss());
  }

  LossAndGradient of(DescentMethod method, RetainLoss retainLoss) {
    return of(method.objective(materials, retainLoss));
  }

  LossAndGradient of(Objective objective) {
    return LossAndGradient.of(model, objective, all(forget), all(retain));
  }

  LossAndGradient of(RetainLoss retainLoss) {
    Objective alone = Objective.of((m, batch) -> retainLoss.of(m, batch, materials));
    return LossAndGradient.of(model, alone, all(retain), all(retain));
  }

  /** Of a method that asks for no other answers. */
  static Materials from(Llama start, ReferenceLogProb reference) {
    return new Materials(Optional.of(start), reference, Alternatives.NONE, Alternatives.NONE);
  }

  /** One other answer to each question. */
  static Alternatives one(List<TokenizedExample> answers) {
    return new Alternatives(answers.stream().map(List::of).toList());
  }

  private static Batch all(List<TokenizedExample> data) {
    return Batch.whole(data, IntStream.range(0, data.size()).toArray());
  }
}
