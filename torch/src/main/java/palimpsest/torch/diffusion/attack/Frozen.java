package palimpsest.torch.diffusion.attack;

import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/** Keeps back-propagation from a victim's weights, as long as it is open. */
final class Frozen implements AutoCloseable {
  private final List<Tensor> recorded;

  Frozen(Victim victim) {
    recorded =
        Stream.of(victim.denoiser().weights(), victim.text().weights())
            .flatMap(weights -> weights.tensors().values().stream())
            .filter(Tensor::requires_grad)
            .toList();
    recorded.forEach(tensor -> tensor.set_requires_grad(false));
  }

  @Override
  public void close() {
    recorded.forEach(tensor -> tensor.set_requires_grad(true));
  }
}
