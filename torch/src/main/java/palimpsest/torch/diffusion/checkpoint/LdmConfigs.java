package palimpsest.torch.diffusion.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import palimpsest.api.CorruptArtifact;
import palimpsest.torch.diffusion.checkpoint.SingleFile.Prediction;

/**
 * Configurations of a single file's components: sizes from the shapes of its tensors, the rest as
 * the base models of its kind have it.
 *
 * @param kind which model
 * @param prediction what it predicts, if that was said
 * @param layers residual blocks of a level of the U-Net
 */
record LdmConfigs(LdmKind kind, Optional<Prediction> prediction, int layers) {
  /** The size of a head, except in Stable Diffusion 1, which has eight heads at all widths. */
  private static final long HEAD = 64;

  /** As diffusers or transformers would write it. */
  ObjectNode of(Component component) {
    Shapes shapes = new Shapes(component);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    if (component.name().equals("unet")) {
      unet(json, shapes);
    } else if (component.name().equals("vae")) {
      vae(json, shapes);
    } else {
      text(json, shapes, component.name().equals("text_encoder_2"));
    }
    return json;
  }

  private void unet(ObjectNode json, Shapes shapes) {
    json.put("_class_name", "UNet2DConditionModel").put("act_fn", "silu");
    json.put("in_channels", shapes.size("conv_in.weight", 1));
    json.put("out_channels", shapes.size("conv_out.weight", 0));
    json.put("layers_per_block", layers).put("norm_num_groups", 32).put("norm_eps", 1e-5);
    json.put("flip_sin_to_cos", true).put("freq_shift", 0).put("downsample_padding", 1);
    json.put("sample_size", pixels() / 8);
    ArrayNode channels = json.putArray("block_out_channels");
    ArrayNode down = json.putArray("down_block_types");
    ArrayNode depth = json.putArray("transformer_layers_per_block");
    ArrayNode heads = json.putArray("attention_head_dim");
    for (int i = 0; shapes.has("down_blocks." + i + "."); i++) {
      String level = "down_blocks." + i + ".";
      long width = shapes.size(level + "resnets.0.conv1.weight", 0);
      channels.add(width);
      heads.add(kind == LdmKind.SD1 ? 8 : width / HEAD);
      boolean attends = shapes.has(level + "attentions.");
      down.add(attends ? "CrossAttnDownBlock2D" : "DownBlock2D");
      depth.add(Math.max(1, shapes.count(level + "attentions.0.transformer_blocks.")));
    }
    ArrayNode up = json.putArray("up_block_types");
    for (int i = 0; shapes.has("up_blocks." + i + "."); i++) {
      boolean attends = shapes.has("up_blocks." + i + ".attentions.");
      up.add(attends ? "CrossAttnUpBlock2D" : "UpBlock2D");
    }
    String middle = "mid_block.attentions.0.";
    String keys = middle + "transformer_blocks.0.attn2.to_k.weight";
    json.put("cross_attention_dim", shapes.size(keys, 1));
    json.put("use_linear_projection", shapes.of(middle + "proj_in.weight").size() == 2);
    if (shapes.has("add_embedding.")) {
      json.put("addition_embed_type", "text_time").put("addition_time_embed_dim", 256);
      json.put(
          "projection_class_embeddings_input_dim", shapes.size("add_embedding.linear_1.weight", 1));
    }
  }

  private int pixels() {
    boolean large = prediction.filter(p -> p == Prediction.VELOCITY).isPresent();
    return kind == LdmKind.SDXL ? 1024 : kind == LdmKind.SD2 && large ? 768 : 512;
  }

  private void vae(ObjectNode json, Shapes shapes) {
    json.put("_class_name", "AutoencoderKL").put("act_fn", "silu").put("norm_num_groups", 32);
    json.put("in_channels", shapes.size("encoder.conv_in.weight", 1));
    json.put("out_channels", shapes.size("decoder.conv_out.weight", 0));
    json.put("latent_channels", shapes.size("decoder.conv_in.weight", 1));
    json.put("layers_per_block", shapes.count("encoder.down_blocks.0.resnets."));
    json.put("sample_size", pixels());
    json.put("scaling_factor", kind == LdmKind.SDXL ? 0.13025 : 0.18215);
    json.put("force_upcast", true);
    ArrayNode channels = json.putArray("block_out_channels");
    ArrayNode down = json.putArray("down_block_types");
    ArrayNode up = json.putArray("up_block_types");
    for (int i = 0; shapes.has("encoder.down_blocks." + i + "."); i++) {
      channels.add(shapes.size("encoder.down_blocks." + i + ".resnets.0.conv1.weight", 0));
      down.add("DownEncoderBlock2D");
      up.add("UpDecoderBlock2D");
    }
  }

  private void text(ObjectNode json, Shapes shapes, boolean second) {
    List<Long> tokens = shapes.of("text_model.embeddings.token_embedding.weight");
    long width = tokens.get(1);
    boolean open = second || kind == LdmKind.SD2;
    json.putArray("architectures").add(second ? "CLIPTextModelWithProjection" : "CLIPTextModel");
    json.put("model_type", "clip_text_model").put("hidden_act", open ? "gelu" : "quick_gelu");
    json.put("vocab_size", tokens.get(0)).put("hidden_size", width);
    json.put(
        "max_position_embeddings",
        shapes.size("text_model.embeddings.position_embedding.weight", 0));
    json.put("intermediate_size", shapes.size("text_model.encoder.layers.0.mlp.fc1.weight", 0));
    json.put("num_hidden_layers", shapes.count("text_model.encoder.layers."));
    json.put("num_attention_heads", Math.max(1, width / HEAD)).put("layer_norm_eps", 1e-5);
    json.put("bos_token_id", 0).put("eos_token_id", 2).put("pad_token_id", 1);
    json.put("projection_dim", second ? shapes.size("text_projection.weight", 0) : width);
  }

  /** The scheduler that a base model is published with. */
  static ObjectNode scheduler(LdmKind kind, Prediction prediction) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    boolean xl = kind == LdmKind.SDXL;
    json.put("_class_name", xl ? "EulerDiscreteScheduler" : "PNDMScheduler");
    json.put("num_train_timesteps", 1000).put("beta_schedule", "scaled_linear");
    json.put("beta_start", 0.00085).put("beta_end", 0.012);
    json.put("prediction_type", prediction.word()).put("timestep_spacing", "leading");
    json.put("steps_offset", 1);
    if (!xl) {
      json.put("set_alpha_to_one", false).put("skip_prk_steps", true);
    }
    return json;
  }

  /** The shapes of a component, of which none may be missing that a size is read from. */
  private record Shapes(String where, Map<String, List<Long>> all) {
    Shapes(Component component) {
      this(component.where(), component.shapes());
    }

    boolean has(String prefix) {
      return all.keySet().stream().anyMatch(name -> name.startsWith(prefix));
    }

    /** How many different numbers follow a prefix. */
    int count(String prefix) {
      return (int)
          all.keySet().stream()
              .filter(name -> name.startsWith(prefix))
              .map(name -> name.substring(prefix.length()).split("\\.", 2)[0])
              .distinct()
              .count();
    }

    List<Long> of(String name) {
      List<Long> shape = all.get(name);
      if (shape == null || shape.isEmpty()) {
        throw new CorruptArtifact(where + ": has no tensor " + name);
      }
      return shape;
    }

    long size(String name, int dimension) {
      List<Long> shape = of(name);
      if (shape.size() <= dimension) {
        throw new CorruptArtifact(where + ": tensor " + name + " has shape " + shape);
      }
      return shape.get(dimension);
    }
  }
}
