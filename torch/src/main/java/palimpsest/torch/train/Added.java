package palimpsest.torch.train;

import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.llm.CausalLm;

/** Plain addition: g = g_data + w g_companions. */
final class Added implements Direction {

  @Override
  public Losses fill(CausalLm model, Objective objective, double weight, Parts parts) {
    double data = Direction.backward(model, objective.loss(), parts.data(), 1);
    Optional<Double> companions =
        objective
            .beside()
            .map(b -> Direction.backward(model, b.loss(), parts.companions(), weight));
    return new Losses(data, companions);
  }

  @Override
  public Map<String, Tensor> state() {
    return Map.of();
  }

  @Override
  public void close() {}
}
