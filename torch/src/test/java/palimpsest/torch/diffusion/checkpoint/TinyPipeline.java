package palimpsest.torch.diffusion.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.checkpoint.JsonFile;
import palimpsest.torch.checkpoint.NativeBytes;
import palimpsest.torch.checkpoint.Safetensors;

/**
 * A model of some thousand parameters with the structure of a published one, as diffusers makes it;
 * its weights follow from their names.
 */
record TinyPipeline(JsonNode golden) {
  static final JsonNode NAMES =
      JsonFile.read(Path.of("../testkit/golden/diffusion/checkpoint/names.json"));

  /** One of sd1, sd2, sdxl. */
  static TinyPipeline of(String name) {
    for (JsonNode each : NAMES.get("pipelines")) {
      if (each.get("name").asText().equals(name)) {
        return new TinyPipeline(each);
      }
    }
    throw new IllegalArgumentException(name);
  }

  List<String> components() {
    List<String> names = new ArrayList<>();
    golden.get("components").fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** Names and shapes of a component's tensors. */
  Map<String, List<Long>> shapes(String component) {
    return shapes(golden.get("components").get(component));
  }

  /** Names and shapes in the single file. */
  Map<String, List<Long>> file() {
    return shapes(golden.get("file"));
  }

  private static Map<String, List<Long>> shapes(JsonNode node) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    node.properties()
        .forEach(
            e -> {
              List<Long> shape = new ArrayList<>();
              e.getValue().forEach(size -> shape.add(size.asLong()));
              shapes.put(e.getKey(), shape);
            });
    return shapes;
  }

  /** Writes the folder of diffusers, with a tokenizer and other things beside the model. */
  Path writeFolder(Path folder, Dtype dtype) {
    ObjectNode index = golden.get("index").deepCopy();
    index.putArray("tokenizer").add("transformers").add("CLIPTokenizer");
    index.putArray("safety_checker").add("stable_diffusion").add("StableDiffusionSafetyChecker");
    index.putArray("feature_extractor").addNull().addNull();
    index.put("requires_safety_checker", true);
    text(folder.resolve("model_index.json"), index.toPrettyString());
    text(folder.resolve("README.md"), "about the model");
    text(folder.resolve("tokenizer/vocab.json"), "{\"a\": 0}");
    text(folder.resolve("tokenizer/merges.txt"), "#version: 0.2");
    text(folder.resolve("safety_checker/pytorch_model.bin"), "pickled, never opened");
    text(
        folder.resolve("scheduler/scheduler_config.json"),
        "{\"_class_name\": \"DDIMScheduler\", \"prediction_type\": \"epsilon\"}");
    for (String component : components()) {
      JsonNode config = golden.get("configs").get(component);
      text(folder.resolve(component + "/config.json"), config.toPrettyString());
      write(folder.resolve(component).resolve(stem(component) + ".safetensors"), component, dtype);
    }
    return folder;
  }

  static String stem(String component) {
    return component.startsWith("text") ? "model" : "diffusion_pytorch_model";
  }

  private void write(Path file, String component, Dtype dtype) {
    try (PointerScope scope = new PointerScope()) {
      Safetensors.write(file, weights(component), dtype);
    }
  }

  /** The weights of a component of the folder; in the innermost scope. */
  Map<String, Tensor> weights(String component) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    shapes(component)
        .forEach((name, shape) -> weights.put(name, formula(component + "/" + name, shape)));
    return weights;
  }

  /** Writes the single file of the original code. */
  Path writeFile(Path file, Dtype dtype) {
    try (PointerScope scope = new PointerScope()) {
      Safetensors.write(file, fileWeights(), dtype);
    }
    return file;
  }

  /** The tensors of the single file; in the innermost scope. */
  Map<String, Tensor> fileWeights() {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    file().forEach((name, shape) -> weights.put(name, formula(name, shape)));
    return weights;
  }

  static void text(Path file, String content) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, content, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What golden/diffusion/formula.py makes of a name and a shape. */
  static Tensor formula(String name, List<Long> shape) {
    int size = Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
    double bound = shape.size() > 1 ? Math.sqrt(3.0 * shape.get(0) / size) : 0.1;
    double centre = shape.size() < 2 && name.endsWith("weight") ? 1 : 0;
    float[] values = new float[size];
    for (int k = 0; k < size; k++) {
      values[k] = (float) (centre + bound * (2 * uniform(name, k) - 1));
    }
    return torch.tensor(values).reshape(shape.stream().mapToLong(n -> n).toArray());
  }

  static double uniform(String name, long k) {
    CRC32 crc = new CRC32();
    crc.update(name.getBytes(StandardCharsets.UTF_8));
    long z = ((crc.getValue() << 32) + k + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z ^= z >>> 31;
    return (z >>> 40) / (double) (1 << 24);
  }

  /** Names of the keys and values of cross-attention. */
  List<String> maps() {
    return shapes("unet").keySet().stream()
        .filter(name -> name.matches(".*attn2\\.to_[kv]\\.weight"))
        .toList();
  }

  /** Bytes of every file below a folder. */
  static Map<String, byte[]> files(Path folder) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    try (var all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
        files.put(folder.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  /** The elements of a tensor. */
  static float[] values(Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.numel())];
    int[] at = {0};
    NativeBytes.<RuntimeException>of(
        tensor,
        Dtype.F32,
        bytes -> {
          var floats = bytes.order(java.nio.ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
          int n = floats.remaining();
          floats.get(values, at[0], n);
          at[0] += n;
        });
    return values;
  }
}
