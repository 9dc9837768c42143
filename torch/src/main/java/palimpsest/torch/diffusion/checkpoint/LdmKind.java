package palimpsest.torch.diffusion.checkpoint;

import java.util.Set;
import palimpsest.api.UnsupportedModel;

/** Which model a single file holds, as its text encoders tell. */
public enum LdmKind {
  /** Stable Diffusion 1: CLIP of OpenAI, width 768. */
  SD1("Stable Diffusion 1", "cond_stage_model.transformer."),
  /** Stable Diffusion 2: OpenCLIP, width 1024, its last layer unused. */
  SD2("Stable Diffusion 2", "cond_stage_model.model."),
  /** Stable Diffusion XL: both, side by side. */
  SDXL("Stable Diffusion XL", "conditioner.embedders.1.model.");

  private final String title;
  private final String sign;

  LdmKind(String title, String sign) {
    this.title = title;
    this.sign = sign;
  }

  /** Its name in words. */
  public String title() {
    return title;
  }

  /**
   * The kind of a file with tensors of these names.
   *
   * @throws UnsupportedModel if it is none of them
   */
  static LdmKind of(Set<String> names, String where) {
    boolean unet = names.stream().anyMatch(name -> name.startsWith(LdmUnetNames.PREFIX));
    for (LdmKind kind : values()) {
      if (unet && names.stream().anyMatch(name -> name.startsWith(kind.sign))) {
        return kind;
      }
    }
    throw new UnsupportedModel(
        where
            + ": no checkpoint of a whole Stable Diffusion 1, 2 or XL base model: "
            + (unet ? "has no text encoder of theirs" : "has no U-Net of theirs"));
  }
}
