package palimpsest.torch.train;

import static org.bytedeco.pytorch.global.torch.zeros;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.text.TokenizedExample;

/** An {@link Objective} of a language model as a slope. */
final class TextSlope implements Slope {
  private final CausalLm model;
  private final List<TokenizedExample> data;
  private final List<TokenizedExample> companion;
  private final Objective objective;
  private final Direction direction;
  private final Tensor weight; // (1), of the companions' loss

  TextSlope(CausalLm model, Descent descent) {
    this.model = model;
    this.data = descent.data();
    this.companion = descent.companion();
    this.objective = descent.objective();
    this.direction = descent.stepping().direction().of(model.weights());
    this.weight = Scopes.keep(zeros(1));
    set(objective.beside().map(Objective.Beside::weight).orElse(0.0));
  }

  @Override
  public Weights weights() {
    return model.weights();
  }

  @Override
  public Map<String, Tensor> state() {
    return state(direction, weight);
  }

  /** What is remembered of a text run, by name. */
  static Map<String, Tensor> state(Direction direction, Tensor companionWeight) {
    Map<String, Tensor> all = new LinkedHashMap<>(direction.state());
    all.put("companion_weight", companionWeight);
    return all;
  }

  @Override
  public Filled fill(int step, Course.Planned met) {
    List<Batch> batches = batches(data, met.parts(), met.epoch());
    List<Batch> companions = batches(companion, met.beside(), met.epoch());
    double w = weight.item_double();
    Direction.Losses losses =
        direction.fill(model, objective, w, new Direction.Parts(batches, companions));
    return new Filled(
        losses.total(w),
        losses.companions().orElse(0.0),
        batches.get(0).step().labelTokens(),
        size(batches) + size(companions));
  }

  @Override
  public void moved(Filled filled, Course.Planned met) {
    objective
        .beside()
        .ifPresent(b -> set(b.rule().next(weight.item_double(), filled.companions(), met.epoch())));
  }

  private void set(double value) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      weight.fill_(new Scalar(value));
    }
  }

  private static List<Batch> batches(List<TokenizedExample> from, List<int[]> parts, int epoch) {
    int[] all = parts.stream().flatMapToInt(Arrays::stream).toArray();
    Batch.Step whole = Batch.Step.of(from, all, epoch);
    return parts.stream().map(part -> Batch.of(from, part, whole)).toList();
  }

  private static long size(List<Batch> batches) {
    return batches.stream().flatMap(b -> b.rows().stream()).mapToLong(e -> e.ids().length).sum();
  }

  @Override
  public void close() {
    direction.close();
    weight.close();
  }
}
