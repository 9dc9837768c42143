package palimpsest.torch.checkpoint;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Diverged;
import palimpsest.api.InvalidRequest;

/** Writes tensors in a given order. */
final class SafetensorsWriter {
  private SafetensorsWriter() {}

  static void write(Path file, Map<String, Tensor> tensors, Dtype dtype) {
    tensors.forEach((name, tensor) -> requireFinite(name, tensor, dtype));
    byte[] header = header(tensors, dtype);
    AtomicFile.write(
        file,
        channel -> {
          ByteBuffer head =
              ByteBuffer.allocate(Long.BYTES + header.length).order(ByteOrder.LITTLE_ENDIAN);
          AtomicFile.drain(channel, head.putLong(header.length).put(header).flip());
          for (Tensor tensor : tensors.values()) {
            NativeBytes.of(
                tensor, stored(tensor, dtype), bytes -> AtomicFile.drain(channel, bytes));
          }
        });
  }

  private static Dtype stored(Tensor tensor, Dtype dtype) {
    return tensor.scalar_type().intern() == Dtype.I64.scalarType() ? Dtype.I64 : dtype;
  }

  private static void requireFinite(String name, Tensor tensor, Dtype dtype) {
    if (stored(tensor, dtype) == Dtype.I64) {
      return;
    }
    if (!Safetensors.finite(tensor)) {
      throw new Diverged("weight " + name + " holds NaN or infinity; lower the learning rate");
    }
    if (dtype == Dtype.F32) {
      return;
    }
    try (PointerScope scope = new PointerScope()) {
      if (!Safetensors.finite(tensor.to(dtype.scalarType()))) {
        throw new InvalidRequest("weight " + name + " is too large for " + dtype + "; write F32");
      }
    }
  }

  /** Compact JSON, padded with spaces so that the elements begin at a multiple of 8. */
  private static byte[] header(Map<String, Tensor> tensors, Dtype dtype) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putObject("__metadata__").put("format", "pt");
    long at = 0;
    for (Map.Entry<String, Tensor> each : tensors.entrySet()) {
      Dtype stored = stored(each.getValue(), dtype);
      long end =
          Math.addExact(at, Math.multiplyExact(each.getValue().numel(), (long) stored.width()));
      ObjectNode entry = json.putObject(each.getKey()).put("dtype", stored.name());
      Arrays.stream(NativeBytes.shape(each.getValue())).forEach(entry.withArray("shape")::add);
      entry.putArray("data_offsets").add(at).add(end);
      at = end;
    }
    byte[] text = json.toString().getBytes(StandardCharsets.UTF_8);
    byte[] padded = Arrays.copyOf(text, (text.length + 7) / 8 * 8);
    Arrays.fill(padded, text.length, padded.length, (byte) ' ');
    return padded;
  }
}
