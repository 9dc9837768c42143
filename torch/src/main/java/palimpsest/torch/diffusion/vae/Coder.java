package palimpsest.torch.diffusion.vae;

import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;
import palimpsest.torch.diffusion.unet.Layers;
import palimpsest.torch.diffusion.unet.Part;

/** One half of an autoencoder: steps that an image goes through one after another. */
interface Coder extends Part {

  /** The steps with these layers. */
  List<UnaryOperator<Tensor>> steps(Layers layers);

  /** Goes through all steps; each frees what the step before it left. */
  default Tensor forward(Layers layers, Tensor x) {
    return Scopes.compute(
        () -> {
          Tensor h = x;
          for (UnaryOperator<Tensor> step : steps(layers)) {
            Tensor before = h;
            h = Scopes.compute(() -> step.apply(before));
            if (before != x) {
              PointerScope.getInnerScope().detach(before); // whose last reference that is
            }
          }
          return h;
        });
  }
}
