package palimpsest.testkit;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.checkpoint.JsonFile;
import palimpsest.torch.checkpoint.Safetensors;
import palimpsest.torch.diffusion.text.ClipTextConfig;
import palimpsest.torch.diffusion.text.ClipTokenizer;
import palimpsest.torch.diffusion.unet.Groups;
import palimpsest.torch.diffusion.unet.TimeEmbedding;
import palimpsest.torch.diffusion.unet.UNetConfig;
import palimpsest.torch.diffusion.vae.AutoencoderConfig;

/**
 * Stable Diffusion pipelines of some thousand parameters in the folder layout of diffusers, with
 * tokenizers of their own: untrained but whole, their weights following from their names.
 */
public enum TinyDiffusion {
  /** One text encoder, convolutions before the transformers. */
  SD1(12, false, false),
  /** One text encoder, linear maps before the transformers. */
  SD2(12, true, false),
  /** Two text encoders, whose states stand side by side. */
  SDXL(20, true, true);

  private static final int FIRST = 12;
  private static final int SECOND = 8;
  private static final int LENGTH = 40;
  private static final List<String> TEXTS =
      List.of(
          "a painting of a harbour in the style of van gogh",
          "a photo of a dog",
          "a drawing of a house by the sea");

  private final int textWidth;
  private final boolean linear;
  private final boolean twoEncoders;

  TinyDiffusion(int textWidth, boolean linear, boolean twoEncoders) {
    this.textWidth = textWidth;
    this.linear = linear;
    this.twoEncoders = twoEncoders;
  }

  /** Writes one into a folder that is not there yet; gives the folder. */
  public Path write(Path folder, Dtype dtype) {
    try {
      ObjectNode index = JsonNodeFactory.instance.objectNode();
      String name = twoEncoders ? "StableDiffusionXLPipeline" : "StableDiffusionPipeline";
      index.put("_class_name", name);
      try (ClipTokenizer tokenizer = ClipTokenizer.train(TEXTS, 560, LENGTH)) {
        tokenizer(folder, index, "tokenizer", tokenizer);
        ClipTextConfig text = ClipTextConfig.small(tokenizer, FIRST, 2, 2);
        text(folder, index, "text_encoder", text, dtype);
        if (twoEncoders) {
          tokenizer(folder, index, "tokenizer_2", tokenizer);
          text(folder, index, "text_encoder_2", projected(tokenizer), dtype);
        }
      }
      unet(folder, index, dtype);
      vae(folder, index, dtype);
      scheduler(folder, index);
      JsonFile.write(folder.resolve("model_index.json"), index);
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path part(Path folder, ObjectNode index, String name, List<String> type)
      throws IOException {
    index.putArray(name).add(type.get(0)).add(type.get(1));
    return Files.createDirectories(folder.resolve(name));
  }

  private static void tokenizer(Path folder, ObjectNode index, String name, ClipTokenizer tokenizer)
      throws IOException {
    tokenizer.writeTo(part(folder, index, name, List.of("transformers", "CLIPTokenizer")));
  }

  private static ClipTextConfig projected(ClipTokenizer tokenizer) {
    ClipTextConfig plain = ClipTextConfig.small(tokenizer, SECOND, 2, 1);
    return new ClipTextConfig(
        plain.vocabSize(),
        plain.hiddenSize(),
        plain.intermediateSize(),
        plain.layers(),
        plain.heads(),
        plain.maxPositions(),
        ClipTextConfig.Activation.GELU,
        plain.layerNormEps(),
        OptionalInt.of(SECOND),
        plain.eos(),
        plain.dtype(),
        plain.original());
  }

  private static void text(
      Path folder, ObjectNode index, String name, ClipTextConfig config, Dtype dtype)
      throws IOException {
    String type = config.projection().isPresent() ? "CLIPTextModelWithProjection" : "CLIPTextModel";
    Path part = part(folder, index, name, List.of("transformers", type));
    config.writeTo(part.resolve("config.json"));
    weights(part.resolve("model.safetensors"), name, config.tensors(), dtype);
  }

  private void unet(Path folder, ObjectNode index, Dtype dtype) throws IOException {
    Path part = part(folder, index, "unet", List.of("diffusers", "UNet2DConditionModel"));
    UNetConfig config =
        new UNetConfig(
            OptionalInt.of(8),
            4,
            4,
            List.of(
                new UNetConfig.Stage(8, 1, true, true, 2, 1),
                new UNetConfig.Stage(16, 1, false, false, 2, 1)),
            textWidth,
            linear,
            new Groups(4, 1e-5),
            new TimeEmbedding.Waves(8, true, 0),
            1,
            twoEncoders ? Optional.of(new UNetConfig.AddedText(8, 56)) : Optional.empty(),
            "{}");
    config.writeTo(part.resolve("config.json"));
    Path file = part.resolve("diffusion_pytorch_model.safetensors");
    weights(file, "unet", config.tensors(), dtype);
  }

  private static void vae(Path folder, ObjectNode index, Dtype dtype) throws IOException {
    Path part = part(folder, index, "vae", List.of("diffusers", "AutoencoderKL"));
    AutoencoderConfig config =
        new AutoencoderConfig(16, 3, 3, 4, List.of(4, 8), 1, 2, 0.18215, 0, true, true, "{}");
    config.writeTo(part.resolve("config.json"));
    Path file = part.resolve("diffusion_pytorch_model.safetensors");
    weights(file, "vae", config.tensors(), dtype);
  }

  private static void scheduler(Path folder, ObjectNode index) throws IOException {
    Path part = part(folder, index, "scheduler", List.of("diffusers", "DDIMScheduler"));
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("_class_name", "DDIMScheduler");
    json.put("num_train_timesteps", 1000).put("beta_schedule", "scaled_linear");
    json.put("beta_start", 0.00085).put("beta_end", 0.012).put("prediction_type", "epsilon");
    JsonFile.write(part.resolve("scheduler_config.json"), json);
  }

  private static void weights(
      Path file, String component, Map<String, List<Long>> shapes, Dtype dtype) {
    try (Weights weights = Weights.allocate(shapes)) {
      weights.tensors().forEach((name, t) -> FormulaWeights.fill(component + "/" + name, t));
      Safetensors.write(file, weights.tensors(), dtype);
    }
  }
}
