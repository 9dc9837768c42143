package palimpsest.torch.diffusion.train;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.checkpoint.JsonFile;
import palimpsest.torch.checkpoint.Safetensors;
import palimpsest.torch.checkpoint.Words;
import palimpsest.torch.diffusion.checkpoint.Component;
import palimpsest.torch.diffusion.checkpoint.DiffusionFolder;
import palimpsest.torch.diffusion.schedule.Sampler;
import palimpsest.torch.diffusion.schedule.SchedulerConfig;
import palimpsest.torch.diffusion.text.ClipText;
import palimpsest.torch.diffusion.text.ClipTextConfig;
import palimpsest.torch.diffusion.text.ClipTokenizer;
import palimpsest.torch.diffusion.unet.UNet;
import palimpsest.torch.diffusion.unet.UNetConfig;

/**
 * A model of pixels in the folder layout of diffusers; its components load there one by one, the
 * pipeline is our own.
 *
 * <pre>
 * model_index.json
 * unet/          config.json, diffusion_pytorch_model.safetensors
 * text_encoder/  config.json, model.safetensors
 * tokenizer/     vocab.json, merges.txt, tokenizer_config.json
 * scheduler/     scheduler_config.json
 * </pre>
 */
public final class PixelFolder {
  private static final String TOKENIZER = "tokenizer";
  private static final String SCHEDULER = "scheduler";
  private static final String UNET = "unet";
  private static final String TEXT = "text_encoder";
  private static final String CONFIG = "config.json";

  private PixelFolder() {}

  /**
   * Writes a model, float32, into a folder that is there and empty.
   *
   * @param sampler which its scheduler's file states
   * @throws InvalidRequest if it cannot be written
   */
  public static void write(
      Path folder, TextToImage model, ClipTokenizer tokenizer, Sampler sampler) {
    model.unet().config().writeTo(part(folder, UNET).resolve(CONFIG));
    Safetensors.write(
        folder.resolve(UNET).resolve("diffusion_pytorch_model.safetensors"),
        model.unet().weights().tensors(),
        Dtype.F32);
    model.text().config().writeTo(part(folder, TEXT).resolve(CONFIG));
    Safetensors.write(
        folder.resolve(TEXT).resolve("model.safetensors"),
        model.text().weights().tensors(),
        Dtype.F32);
    tokenizer.writeTo(part(folder, TOKENIZER));
    SchedulerConfig.of(sampler).write(part(folder, SCHEDULER).resolve("scheduler_config.json"));
    JsonFile.write(folder.resolve("model_index.json"), index(sampler));
  }

  private static ObjectNode index(Sampler sampler) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("_class_name", DiffusionFolder.PIXELS);
    json.putArray(UNET).add("diffusers").add("UNet2DConditionModel");
    json.putArray(TEXT).add("transformers").add("CLIPTextModel");
    json.putArray(TOKENIZER).add("transformers").add("CLIPTokenizer");
    json.putArray(SCHEDULER).add("diffusers").add(sampler.className());
    return json;
  }

  private static Path part(Path folder, String name) {
    try {
      return Files.createDirectories(folder.resolve(name));
    } catch (IOException e) {
      throw new InvalidRequest(folder + ": cannot be written: " + Words.reason(e), e);
    }
  }

  /**
   * The tokenizer of a model; whoever calls closes it.
   *
   * @throws CorruptArtifact if a file of it is missing or not what it should be
   */
  public static ClipTokenizer tokenizer(DiffusionFolder folder) {
    Path file = folder.file(TOKENIZER, "vocab.json");
    return ClipTokenizer.load(file.resolveSibling(""));
  }

  /** What the scheduler's file states. */
  public static SchedulerConfig scheduler(DiffusionFolder folder) {
    return SchedulerConfig.read(folder.file(SCHEDULER, "scheduler_config.json"));
  }

  /**
   * The model in a folder; whoever calls closes it.
   *
   * @throws UnsupportedModel if it does not draw pixels of a square that is told
   * @throws CorruptArtifact if a file is damaged, or the parts do not fit each other
   */
  public static TextToImage read(DiffusionFolder folder, ClipTokenizer tokenizer) {
    UNetConfig unet = UNetConfig.read(folder.file(UNET, CONFIG));
    ClipTextConfig text = ClipTextConfig.read(folder.file(TEXT, CONFIG));
    requirePixels(folder);
    requirePixels(folder, unet);
    if (unet.textWidth() != text.hiddenSize() || text.projection().isPresent()) {
      throw new CorruptArtifact(
          folder.file(UNET, CONFIG)
              + ": reads texts of width "
              + unet.textWidth()
              + ", the text encoder gives "
              + text.hiddenSize()
              + ": they are of two models");
    }
    tokenizer.requireFits(text);
    Component unetPart = folder.component(UNET);
    Component textPart = folder.component(TEXT);
    try (UNet denoiser = new UNet(unet, unetPart.weights(unet.tensors()));
        ClipText encoder = new ClipText(text, textPart.weights(text.tensors()))) {
      return TextToImage.join(denoiser, encoder, tokenizer.encode(""));
    }
  }

  /**
   * Refuses another pipeline, such as one that draws latents.
   *
   * @throws UnsupportedModel if it is one
   */
  public static void requirePixels(DiffusionFolder folder) {
    if (!folder.pipeline().equals(DiffusionFolder.PIXELS)) {
      throw new UnsupportedModel(
          "the folder holds a "
              + Words.quoted(folder.pipeline())
              + "; wanted a model of pixels, as train --pictures makes it");
    }
  }

  private static void requirePixels(DiffusionFolder folder, UNetConfig unet) {
    if (unet.inChannels() != Fold.of(unet).channels()
        || unet.outChannels() != unet.inChannels()
        || unet.sampleSize().isEmpty()
        || unet.added().isPresent()) {
      throw new UnsupportedModel(
          folder.file(UNET, CONFIG)
              + ": reads "
              + unet.inChannels()
              + " channels and gives "
              + unet.outChannels()
              + "; wanted a U-Net of pixels: 3 and 3, or 3 p x p of p x p pixels, of a side that is stated, no added text");
    }
  }
}
