package palimpsest.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.stream.StreamSupport;

/** Reads values of the reference implementations. */
public final class Golden {
  private Golden() {}

  public static JsonNode metrics(String file) {
    return read(Path.of("../testkit/golden/metrics", file));
  }

  /** The cases of such a file, of which there are some. */
  public static JsonNode cases(String file, String field) {
    JsonNode cases = metrics(file).path(field);
    if (cases.isEmpty()) {
      throw new AssertionError(file + " has no " + field);
    }
    return cases;
  }

  public static JsonNode read(Path file) {
    try {
      return new ObjectMapper().readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static double[] doubles(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  /** Error relative to the larger of 1e-300 and the expected value. */
  public static double relative(double got, double wanted) {
    return Math.abs(got - wanted) / Math.max(1e-300, Math.abs(wanted));
  }
}
