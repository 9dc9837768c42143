package palimpsest.torch.diffusion.checkpoint;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import palimpsest.torch.checkpoint.Safetensors;

/** The names of the original latent diffusion code as those of diffusers. */
final class LdmNames {
  private static final String CLIP = "cond_stage_model.transformer.";
  private static final String OPEN = "cond_stage_model.model.";
  private static final String FIRST = "conditioner.embedders.0.transformer.";
  private static final String SECOND = "conditioner.embedders.1.model.";

  /** What is carried along: averages, the loss of the autoencoder, the noise schedule. */
  private static final Pattern EXTRA =
      Pattern.compile(
          "model_ema\\..+|first_stage_model\\.(loss|model_ema)\\..+|global_step"
              + "|betas|(sqrt_|sqrt_one_minus_|log_one_minus_|sqrt_recip_|sqrt_recipm1_)?"
              + "alphas_cumprod|alphas_cumprod_prev"
              + "|posterior_(variance|log_variance_clipped|mean_coef[12])|lvlb_weights|logvar"
              + "|denoiser\\.(log_)?sigmas"
              + "|.+\\.text_model\\.embeddings\\.position_ids"
              + "|(cond_stage_model|conditioner\\.embedders\\.1)\\.model\\.(logit_scale|attn_mask)"
              // Stable Diffusion 2 reads the states before the last layer
              + "|cond_stage_model\\.model\\.(text_projection|transformer\\.resblocks\\.23\\..+)");

  private final LdmKind kind;
  private final LdmUnetNames unet;
  private final LdmVaeNames vae;

  LdmNames(LdmKind kind, Set<String> names) {
    this.kind = kind;
    this.unet = LdmUnetNames.of(names);
    this.vae = LdmVaeNames.of(names);
  }

  /** How a tensor is stored in the one of the original. */
  enum Form {
    WHOLE(-1),
    /** A matrix as a 1 x 1 convolution. */
    CONVOLUTION(-1),
    /** The first third of the rows. */
    QUERY(0),
    /** The second third of the rows. */
    KEY(1),
    /** The last third of the rows. */
    VALUE(2),
    /** With columns as rows. */
    COLUMNS(-1);

    private final int third;

    Form(int third) {
      this.third = third;
    }

    Place place(Safetensors file, String name) {
      Place whole = Place.of(file, name);
      if (this == WHOLE) {
        return whole;
      }
      if (this == CONVOLUTION) {
        return whole.squeezed();
      }
      return this == COLUMNS ? whole.columns(name) : whole.third(third, name);
    }
  }

  /**
   * A tensor of a component.
   *
   * @param component which component
   * @param name its name there
   * @param form how it is stored
   */
  record Target(String component, String name, Form form) {}

  /**
   * What a tensor of the file holds: nothing if it is carried along; empty if the original code has
   * no such name.
   */
  Optional<List<Target>> of(String name) {
    if (EXTRA.matcher(name).matches()) {
      return Optional.of(List.of());
    }
    if (name.startsWith(LdmUnetNames.PREFIX)) {
      return unet.diffusers(name.substring(LdmUnetNames.PREFIX.length()))
          .map(n -> List.of(new Target("unet", n, Form.WHOLE)));
    }
    if (name.startsWith(LdmVaeNames.PREFIX)) {
      String rest = name.substring(LdmVaeNames.PREFIX.length());
      Form form = LdmVaeNames.isMatrix(rest) ? Form.CONVOLUTION : Form.WHOLE;
      return vae.diffusers(rest).map(n -> List.of(new Target("vae", n, form)));
    }
    return text(name);
  }

  private Optional<List<Target>> text(String name) {
    if (kind == LdmKind.SD1 && name.startsWith(CLIP)) {
      return targets("text_encoder", LdmTextNames.clip(name.substring(CLIP.length())));
    }
    if (kind == LdmKind.SD2 && name.startsWith(OPEN)) {
      return targets("text_encoder", LdmTextNames.openClip(name.substring(OPEN.length())));
    }
    if (kind == LdmKind.SDXL && name.startsWith(FIRST)) {
      return targets("text_encoder", LdmTextNames.clip(name.substring(FIRST.length())));
    }
    if (kind == LdmKind.SDXL && name.startsWith(SECOND)) {
      return targets("text_encoder_2", LdmTextNames.openClip(name.substring(SECOND.length())));
    }
    return Optional.empty();
  }

  private static Optional<List<Target>> targets(
      String component, Optional<List<LdmTextNames.Part>> parts) {
    return parts.map(
        all -> all.stream().map(p -> new Target(component, p.name(), p.form())).toList());
  }

  /** Residual blocks of a level of the U-Net. */
  int layers() {
    return unet.layers();
  }
}
