package palimpsest.torch.diffusion.unet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.ToIntFunction;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;

/** A {@link UNetConfig} as config.json of diffusers. */
final class UNetConfigJson {
  private static final String CLASS = "UNet2DConditionModel";
  static final String MID = "UNetMidBlock2DCrossAttn";
  private static final String PLAIN_DOWN = "DownBlock2D";
  private static final String TEXT_DOWN = "CrossAttnDownBlock2D";
  private static final String PLAIN_UP = "UpBlock2D";
  private static final String TEXT_UP = "CrossAttnUpBlock2D";
  static final String ADDED = "addition_embed_type";

  private final ConfigFields fields;

  private UNetConfigJson(ConfigFields fields) {
    this.fields = fields;
  }

  static UNetConfig read(ObjectNode json, String where) {
    ConfigFields fields = new ConfigFields(json, where);
    fields.requireClass(CLASS);
    fields.refuseOthers(UNetFields.READ, UNetFields.FIXED);
    try {
      return new UNetConfigJson(fields).config(json);
    } catch (InvalidRequest e) { // a range that the record checks
      throw new CorruptArtifact(where + ": " + e.getMessage(), e);
    }
  }

  private UNetConfig config(ObjectNode json) {
    List<UNetConfig.Stage> stages = stages();
    return new UNetConfig(
        sampleSize(json),
        fields.integer("in_channels", 4),
        fields.integer("out_channels", 4),
        stages,
        textWidth(stages.size()),
        fields.flag("use_linear_projection", false),
        new Groups(fields.integer("norm_num_groups", 32), fields.number("norm_eps", 1e-5)),
        new TimeEmbedding.Waves(
            stages.get(0).channels(),
            fields.flag("flip_sin_to_cos", true),
            fields.number("freq_shift", 0)),
        fields.integer("downsample_padding", 1),
        added(),
        json.toString());
  }

  private List<UNetConfig.Stage> stages() {
    List<Integer> channels = fields.integers("block_out_channels");
    int count = channels.size();
    List<Boolean> down = attends("down_block_types", PLAIN_DOWN, TEXT_DOWN, count);
    List<Boolean> up = new ArrayList<>(attends("up_block_types", PLAIN_UP, TEXT_UP, count));
    Collections.reverse(up);
    List<Integer> layers = fields.each("layers_per_block", count, 2);
    List<Integer> heads = fields.each("attention_head_dim", count, 8);
    List<Integer> blocks = fields.each("transformer_layers_per_block", count, 1);
    List<UNetConfig.Stage> stages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      stages.add(
          new UNetConfig.Stage(
              channels.get(i), layers.get(i), down.get(i), up.get(i), heads.get(i), blocks.get(i)));
    }
    return stages;
  }

  private List<Boolean> attends(String key, String plain, String withText, int count) {
    List<String> types = fields.words(key);
    if (types.size() != count) {
      throw fields.corrupt(key + " must have " + count + " values, got " + types.size());
    }
    for (String type : types) {
      if (!type.equals(plain) && !type.equals(withText)) {
        throw fields.unsupported(
            key + " has " + ConfigFields.quoted(type) + "; supported: " + plain + ", " + withText);
      }
    }
    return types.stream().map(type -> type.equals(withText)).toList();
  }

  /** null stands for "not stated"; two sides that differ are not one side. */
  private OptionalInt sampleSize(ObjectNode json) {
    if (!fields.present("sample_size")) {
      return OptionalInt.empty();
    }
    if (!json.path("sample_size").isArray()) {
      return OptionalInt.of(fields.integer("sample_size", 0));
    }
    List<Integer> sides = fields.each("sample_size", 2, 0);
    if (!sides.get(0).equals(sides.get(1))) {
      throw fields.unsupported("sample_size is " + sides + "; supported: a square");
    }
    return OptionalInt.of(sides.get(0));
  }

  private int textWidth(int count) {
    List<Integer> widths = fields.each("cross_attention_dim", count, 1280);
    if (Set.copyOf(widths).size() > 1) {
      throw fields.unsupported("cross_attention_dim is " + widths + "; supported: one for all");
    }
    return widths.get(0);
  }

  private Optional<UNetConfig.AddedText> added() {
    boolean inputs = fields.present("projection_class_embeddings_input_dim");
    if (!fields.present(ADDED)) {
      if (inputs) {
        throw fields.unsupported(
            "projection_class_embeddings_input_dim is set without addition_embed_type; supported:"
                + " text_time");
      }
      return Optional.empty();
    }
    return Optional.of(
        new UNetConfig.AddedText(
            fields.integer("addition_time_embed_dim", 0),
            fields.integer("projection_class_embeddings_input_dim", 0)));
  }

  /** What it was read from, if it still says so. */
  static ObjectNode write(UNetConfig config) {
    ObjectNode json = original(config);
    if (json.isEmpty() || !read(json, "original").equals(config)) {
      writeBlocks(config, json);
      writeOthers(config, json);
    }
    return json;
  }

  private static ObjectNode original(UNetConfig config) {
    try {
      return (ObjectNode) new ObjectMapper().readTree(config.original());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("original config is not JSON", e);
    }
  }

  private static void writeBlocks(UNetConfig config, ObjectNode json) {
    List<UNetConfig.Stage> stages = config.stages();
    ArrayNode down = json.putArray("down_block_types");
    ArrayNode up = json.putArray("up_block_types");
    for (int i = 0; i < stages.size(); i++) {
      down.add(stages.get(i).attendsDown() ? TEXT_DOWN : PLAIN_DOWN);
      up.add(stages.get(stages.size() - 1 - i).attendsUp() ? TEXT_UP : PLAIN_UP);
    }
    write(json, "block_out_channels", config, UNetConfig.Stage::channels);
    write(json, "layers_per_block", config, UNetConfig.Stage::layers);
    write(json, "attention_head_dim", config, UNetConfig.Stage::heads);
    write(json, "transformer_layers_per_block", config, UNetConfig.Stage::blocks);
  }

  private static void write(
      ObjectNode json, String key, UNetConfig config, ToIntFunction<UNetConfig.Stage> value) {
    ArrayNode values = json.putArray(key);
    config.stages().forEach(stage -> values.add(value.applyAsInt(stage)));
  }

  private static void writeOthers(UNetConfig config, ObjectNode json) {
    json.put("_class_name", CLASS);
    json.put("mid_block_type", MID);
    json.put("act_fn", "silu");
    config
        .sampleSize()
        .ifPresentOrElse(s -> json.put("sample_size", s), () -> json.putNull("sample_size"));
    json.put("in_channels", config.inChannels());
    json.put("out_channels", config.outChannels());
    json.put("cross_attention_dim", config.textWidth());
    json.put("use_linear_projection", config.linearProjection());
    json.put("norm_num_groups", config.groups().count());
    json.put("norm_eps", config.groups().eps());
    json.put("flip_sin_to_cos", config.waves().cosineFirst());
    json.put("freq_shift", config.waves().shift());
    json.put("downsample_padding", config.downsamplePadding());
    if (config.added().isPresent()) {
      json.put(ADDED, "text_time");
      json.put("addition_time_embed_dim", config.added().get().timeWidth());
      json.put("projection_class_embeddings_input_dim", config.added().get().inputWidth());
    } else {
      json.putNull(ADDED);
      json.putNull("projection_class_embeddings_input_dim");
    }
  }
}
