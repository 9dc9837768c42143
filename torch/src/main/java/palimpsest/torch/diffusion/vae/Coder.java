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
          List<UnaryOperator<Tensor>> steps = steps(layers);
          Tensor h = steps.get(0).apply(x);
          for (UnaryOperator<Tensor> step : steps.subList(1, steps.size())) {
            Tensor before = h;
            h = Scopes.compute(() -> step.apply(before));
            PointerScope.getInnerScope().detach(before); // whose last reference that is
          }
          return h;
        });
  }
}
