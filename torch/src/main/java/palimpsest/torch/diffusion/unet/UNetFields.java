package palimpsest.torch.diffusion.unet;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which fields of a U-Net's config.json are read, and which may only say what is done anyway. */
final class UNetFields {
  private UNetFields() {}

  static final Set<String> READ =
      Set.of(
          "sample_size",
          "in_channels",
          "out_channels",
          "flip_sin_to_cos",
          "freq_shift",
          "down_block_types",
          "up_block_types",
          "block_out_channels",
          "layers_per_block",
          "downsample_padding",
          "norm_num_groups",
          "norm_eps",
          "cross_attention_dim",
          "transformer_layers_per_block",
          "attention_head_dim",
          "use_linear_projection",
          "addition_time_embed_dim",
          "projection_class_embeddings_input_dim",
          "upcast_attention", // no effect in float32
          "addition_embed_type_num_heads", // of a kind of addition that is refused
          // of the moving average that was saved
          "decay",
          "inv_gamma",
          "min_decay",
          "optimization_step",
          "power",
          "update_after_step");

  static final Map<String, Set<String>> FIXED = fixed();

  private static Map<String, Set<String>> fixed() {
    Map<String, Set<String>> values = new HashMap<>();
    for (String key : List.of("center_input_sample", "dual_cross_attention")) {
      values.put(key, Set.of("false"));
    }
    for (String key :
        List.of("only_cross_attention", "class_embeddings_concat", "resnet_skip_time_act")) {
      values.put(key, Set.of("false"));
    }
    for (String key :
        List.of(
            "reverse_transformer_layers_per_block",
            "encoder_hid_dim",
            "encoder_hid_dim_type",
            "num_attention_heads",
            "class_embed_type",
            "num_class_embeds",
            "time_embedding_dim",
            "time_embedding_act_fn",
            "timestep_post_act",
            "time_cond_proj_dim",
            "cross_attention_norm")) {
      values.put(key, Set.of("null"));
    }
    values.put("mid_block_only_cross_attention", Set.of("null", "false"));
    values.put("mid_block_type", Set.of('"' + UNetConfigJson.MID + '"'));
    values.put("mid_block_scale_factor", Set.of("1", "1.0"));
    values.put("resnet_out_scale_factor", Set.of("1", "1.0"));
    values.put("dropout", Set.of("0", "0.0"));
    values.put("act_fn", Set.of("\"silu\"", "\"swish\""));
    values.put(UNetConfigJson.ADDED, Set.of("null", "\"text_time\""));
    values.put("resnet_time_scale_shift", Set.of("\"default\""));
    values.put("time_embedding_type", Set.of("\"positional\""));
    values.put("conv_in_kernel", Set.of("3"));
    values.put("conv_out_kernel", Set.of("3"));
    values.put("attention_type", Set.of("\"default\""));
    return values;
  }
}
