package palimpsest.torch.diffusion.unet;

/** A part of a network: it has a place in the names of parameters, and owns none. */
public interface Part {

  /** Names the parameters it needs, in the order in which diffusers makes them. */
  void declare(TensorShapes shapes);
}
