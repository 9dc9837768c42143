package palimpsest.torch.diffusion.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.checkpoint.Words;

/**
 * What {@code model_index.json} says: the class of a pipeline and of its components.
 *
 * @param pipeline name of the pipeline's class
 * @param components names of those that are there, in the file's order
 */
record ModelIndex(String pipeline, List<String> components) {
  /** The components with weights of the model itself, with the class that each must be of. */
  static final Map<String, String> WEIGHED =
      Map.of(
          "unet", "UNet2DConditionModel",
          "vae", "AutoencoderKL",
          "text_encoder", "CLIPTextModel",
          "text_encoder_2", "CLIPTextModelWithProjection");

  /** Components that have no weights. */
  static final Set<String> PLAIN = Set.of("tokenizer", "tokenizer_2", "scheduler");

  /** Components that are not part of the model and are carried along as they are. */
  static final Set<String> CARRIED = Set.of("safety_checker", "feature_extractor", "image_encoder");

  /** The pipeline of models that draw pixels and so have no autoencoder; it is our own. */
  static final String PIXELS = "PixelTextToImagePipeline";

  private static final Set<String> PIPELINES =
      Set.of(
          PIXELS,
          "StableDiffusionPipeline",
          "StableDiffusionImg2ImgPipeline",
          "StableDiffusionInpaintPipeline",
          "StableDiffusionXLPipeline",
          "StableDiffusionXLImg2ImgPipeline",
          "StableDiffusionXLInpaintPipeline");

  ModelIndex {
    components = List.copyOf(components);
  }

  static ModelIndex read(ObjectNode json, String where) {
    String pipeline = json.path("_class_name").asText("");
    if (!PIPELINES.contains(pipeline)) {
      throw new UnsupportedModel(
          where
              + ": pipeline "
              + Words.quoted(pipeline)
              + "; supported: Stable Diffusion 1, 2 and XL");
    }
    List<String> components = new ArrayList<>();
    for (Map.Entry<String, JsonNode> each : json.properties()) {
      if (each.getValue().isArray() && isThere(each.getKey(), each.getValue(), where)) {
        components.add(each.getKey());
      }
    }
    String coder = pipeline.equals(PIXELS) ? "text_encoder" : "vae";
    for (String needed : List.of("unet", coder)) {
      if (!components.contains(needed)) {
        throw new CorruptArtifact(where + ": lists no " + needed);
      }
    }
    return new ModelIndex(pipeline, components);
  }

  private static boolean isThere(String name, JsonNode value, String where) {
    if (value.size() != 2) {
      throw new CorruptArtifact(
          where + ": " + Words.quoted(name) + " is not a pair of library and class");
    }
    if (value.get(0).isNull() || value.get(1).isNull()) {
      return false;
    }
    if (!WEIGHED.containsKey(name) && !PLAIN.contains(name) && !CARRIED.contains(name)) {
      throw new UnsupportedModel(
          where + ": component " + Words.quoted(name) + " is none of Stable Diffusion");
    }
    String wanted = WEIGHED.get(name);
    String got = value.get(1).asText("");
    if (wanted != null && !wanted.equals(got)) {
      throw new UnsupportedModel(
          where + ": " + name + " is of class " + Words.quoted(got) + "; supported: " + wanted);
    }
    return true;
  }
}
