package palimpsest.torch.diffusion.vae;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.diffusion.unet.ConfigFields;

/** An {@link AutoencoderConfig} as config.json of diffusers. */
final class AutoencoderConfigJson {
  private static final String CLASS = "AutoencoderKL";
  private static final String DOWN = "DownEncoderBlock2D";
  private static final String UP = "UpDecoderBlock2D";
  private static final String SHIFT = "shift_factor";

  private static final Set<String> READ =
      Set.of(
          "sample_size",
          "in_channels",
          "out_channels",
          "latent_channels",
          "block_out_channels",
          "layers_per_block",
          "norm_num_groups",
          "scaling_factor",
          SHIFT,
          "use_quant_conv",
          "use_post_quant_conv",
          "force_upcast"); // no effect in float32

  private static final Map<String, Set<String>> FIXED =
      Map.of(
          "down_block_types", Set.of('"' + DOWN + '"'),
          "up_block_types", Set.of('"' + UP + '"'),
          "act_fn", Set.of("\"silu\"", "\"swish\""),
          "latents_mean", Set.of("null"),
          "latents_std", Set.of("null"),
          "mid_block_add_attention", Set.of("true"));

  private AutoencoderConfigJson() {}

  static AutoencoderConfig read(ObjectNode json, String where) {
    ConfigFields fields = new ConfigFields(json, where);
    fields.requireClass(CLASS);
    fields.refuseOthers(READ, FIXED);
    try {
      return config(fields, json);
    } catch (InvalidRequest e) { // a range that the record checks
      throw new CorruptArtifact(where + ": " + e.getMessage(), e);
    }
  }

  private static AutoencoderConfig config(ConfigFields fields, ObjectNode json) {
    List<Integer> channels = fields.integers("block_out_channels");
    for (String types : List.of("down_block_types", "up_block_types")) {
      int count = fields.words(types).size();
      if (count != channels.size()) {
        throw fields.corrupt(types + " must have " + channels.size() + " values, got " + count);
      }
    }
    return new AutoencoderConfig(
        fields.integer("sample_size", 32),
        fields.integer("in_channels", 3),
        fields.integer("out_channels", 3),
        fields.integer("latent_channels", 4),
        channels,
        fields.integer("layers_per_block", 1),
        fields.integer("norm_num_groups", 32),
        fields.number("scaling_factor", 0.18215),
        fields.present(SHIFT) ? fields.number(SHIFT, 0) : 0,
        fields.flag("use_quant_conv", true),
        fields.flag("use_post_quant_conv", true),
        json.toString());
  }

  /** What it was read from, if it still says so. */
  static ObjectNode write(AutoencoderConfig config) {
    ObjectNode json = config.originalJson();
    if (json.isEmpty() || !read(json, "original").equals(config)) {
      writeInto(json, config);
    }
    return json;
  }

  private static void writeInto(ObjectNode json, AutoencoderConfig config) {
    json.put("_class_name", CLASS);
    json.put("act_fn", "silu");
    ArrayNode down = json.putArray("down_block_types");
    ArrayNode up = json.putArray("up_block_types");
    ArrayNode channels = json.putArray("block_out_channels");
    for (int width : config.channels()) {
      down.add(DOWN);
      up.add(UP);
      channels.add(width);
    }
    json.put("sample_size", config.sampleSize());
    json.put("in_channels", config.inChannels());
    json.put("out_channels", config.outChannels());
    json.put("latent_channels", config.latentChannels());
    json.put("layers_per_block", config.layers());
    json.put("norm_num_groups", config.groups());
    json.put("scaling_factor", config.scaling());
    if (config.shift() == 0) {
      json.putNull(SHIFT);
    } else {
      json.put(SHIFT, config.shift());
    }
    json.put("use_quant_conv", config.quantConv());
    json.put("use_post_quant_conv", config.postQuantConv());
  }
}
