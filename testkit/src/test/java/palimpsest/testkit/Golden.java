package palimpsest.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Golden files of diffusers' models, and inputs that follow from their names. */
final class Golden {
  private static final Path FOLDER = Path.of("golden/diffusion");

  private Golden() {}

  static JsonNode read(String name) throws IOException {
    return new ObjectMapper().readTree(FOLDER.resolve(name).toFile());
  }

  /** The config.json in a golden file, as a file of its own. */
  static Path config(JsonNode golden, Path folder) throws IOException {
    return Files.writeString(folder.resolve("config.json"), golden.get("config").toString());
  }

  /** Names and shapes of the parameters of diffusers' model. */
  static Map<String, List<Long>> tensors(JsonNode golden) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    golden
        .get("tensors")
        .properties()
        .forEach(
            e ->
                shapes.put(
                    e.getKey(),
                    StreamSupport.stream(e.getValue().spliterator(), false)
                        .map(JsonNode::asLong)
                        .toList()));
    return shapes;
  }

  /** What formula.inputs gives in Python: √12 (u - 1/2). */
  static Tensor input(String name, long... shape) {
    float[] values = new float[(int) Arrays.stream(shape).reduce(1, Math::multiplyExact)];
    for (int k = 0; k < values.length; k++) {
      values[k] = (float) (Math.sqrt(12) * (FormulaWeights.uniform(name, k) - 0.5));
    }
    return torch.tensor(values).view(shape);
  }

  /** The greatest difference to a flat list of values, which must be as many. */
  static double worst(Tensor tensor, JsonNode expected) {
    Tensor flat = tensor.contiguous();
    assertThat(flat.numel()).isEqualTo(expected.size());
    FloatPointer values = flat.data_ptr_float();
    double worst = 0;
    for (int i = 0; i < expected.size(); i++) {
      double difference = Math.abs(values.get(i) - expected.get(i).asDouble());
      worst = Math.max(worst, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
    }
    return worst;
  }

  static long[] longs(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).mapToLong(JsonNode::asLong).toArray();
  }

  static float[] floats(JsonNode list) {
    float[] values = new float[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) list.get(i).asDouble();
    }
    return values;
  }
}
