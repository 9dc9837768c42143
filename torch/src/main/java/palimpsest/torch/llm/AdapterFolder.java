package palimpsest.torch.llm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.checkpoint.Safetensors;

/**
 * A low-rank adapter on disk as PEFT lays it out.
 *
 * <pre>
 * adapter_model.safetensors   base_model.model.NAME.lora_A.weight and lora_B
 * adapter_config.json
 * </pre>
 */
public final class AdapterFolder {
  private AdapterFolder() {}

  /** Writes it into a folder that is there and empty. */
  public static void write(Path folder, Adapter adapter, Trained.LowRank how) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    adapter.weights().tensors().forEach((name, t) -> tensors.put("base_model.model." + name, t));
    Safetensors.write(folder.resolve("adapter_model.safetensors"), tensors, Dtype.F32);
    String config =
        String.format(
            Locale.ROOT,
            "{\"peft_type\":\"LORA\",\"task_type\":\"CAUSAL_LM\",\"r\":%d,\"lora_alpha\":%s,"
                + "\"target_modules\":[%s],\"lora_dropout\":0.0,\"bias\":\"none\","
                + "\"fan_in_fan_out\":false,\"inference_mode\":true,"
                + "\"base_model_name_or_path\":null}%n",
            how.rank(),
            how.alpha(),
            how.targets().stream().map(t -> "\"" + t + "\"").collect(Collectors.joining(",")));
    try {
      Files.write(folder.resolve("adapter_config.json"), config.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
