package palimpsest.methods.diffusion.descent;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.Denoiser;
import palimpsest.torch.diffusion.unet.Overlay;
import palimpsest.torch.diffusion.unet.UNet;

/** Copies of some of a U-Net's parameters in place of its own. */
final class Copies implements Laid {
  private final ImageModel model;
  private final Weights own;
  private final UNet over;

  private Copies(ImageModel model, Weights own) {
    this.model = model;
    this.own = own;
    this.over = model.unet().with(new Replacing(own));
  }

  /** Those of a region. */
  static Copies of(ImageModel model, Region region) {
    Predicate<String> chosen = region.of(model.unet());
    Map<String, Tensor> some = new LinkedHashMap<>();
    model
        .unet()
        .weights()
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (chosen.test(name)) {
                some.put(name, tensor);
              }
            });
    if (some.isEmpty()) {
      throw new UnsupportedModel("the denoiser has no parameters of " + region);
    }
    return new Copies(model, Weights.of(some));
  }

  /** In place of the base's tensors of those names. */
  private record Replacing(Weights own) implements Overlay {
    @Override
    public Weights trained(Weights base) {
      return own;
    }

    @Override
    public Tensor over(String name, Weights base) {
      Tensor mine = own.tensors().get(name);
      return mine == null ? base.tensor(name) : mine;
    }
  }

  @Override
  public Denoiser denoiser() {
    return over;
  }

  @Override
  public Texts texts() {
    return model.texts();
  }

  @Override
  public Weights weights() {
    return own;
  }

  @Override
  public void settle() {
    copy(own, model.unet().weights());
  }

  /** Into the tensors of like names. */
  static void copy(Weights from, Weights to) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      from.tensors().forEach((name, tensor) -> to.tensor(name).copy_(tensor));
    }
  }

  @Override
  public boolean recordBelow(boolean on) {
    return record(model.unet().weights(), on);
  }

  static boolean record(Weights weights, boolean on) {
    boolean before = weights.tensors().values().stream().anyMatch(Tensor::requires_grad);
    weights.recordGradients(on);
    return before;
  }

  @Override
  public void close() {
    own.close();
  }
}
