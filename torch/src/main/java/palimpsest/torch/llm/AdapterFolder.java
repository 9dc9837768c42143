package palimpsest.torch.llm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.CorruptArtifact;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.checkpoint.Safetensors;

/**
 * A low-rank adapter on disk as PEFT lays it out.
 *
 * <pre>
 * adapter_model.safetensors   base_model.model.NAME.lora_A.weight and lora_B
 * adapter_config.json         rank, alpha, targets
 * </pre>
 */
public final class AdapterFolder {
  private static final String TENSORS = "adapter_model.safetensors";
  private static final String PREFIX = "base_model.model.";

  private AdapterFolder() {}

  /**
   * Reads the tensors of one that was written for such a model; whoever calls closes it.
   *
   * @param how rank, alpha and targets that it was made with
   * @throws CorruptArtifact if its tensors are not those
   */
  public static Adapter read(Path folder, Llama model, Trained.LowRank how) {
    Adapter adapter = how.over(model, 0).orElseThrow();
    Map<String, Tensor> wanted = adapter.weights().tensors();
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false);
        Safetensors file = Safetensors.open(folder.resolve(TENSORS))) {
      Set<String> names = wanted.keySet().stream().map(n -> PREFIX + n).collect(Collectors.toSet());
      if (!names.equals(file.names())) {
        throw new CorruptArtifact(
            folder.resolve(TENSORS)
                + " has "
                + file.names().size()
                + " tensors, wanted the "
                + names.size()
                + " of "
                + how);
      }
      for (Map.Entry<String, Tensor> each : wanted.entrySet()) {
        Tensor there = file.read(PREFIX + each.getKey());
        if (!Arrays.equals(there.sizes().vec().get(), each.getValue().sizes().vec().get())) {
          throw new CorruptArtifact(
              folder.resolve(TENSORS) + ": " + each.getKey() + " is not of the shape of " + how);
        }
        each.getValue().copy_(there);
      }
      return adapter;
    } catch (RuntimeException e) {
      adapter.close();
      throw e;
    }
  }

  /** Writes it into a folder that is there and empty. */
  public static void write(Path folder, Adapter adapter, Trained.LowRank how) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    adapter.weights().tensors().forEach((name, t) -> tensors.put(PREFIX + name, t));
    Safetensors.write(folder.resolve(TENSORS), tensors, Dtype.F32);
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
