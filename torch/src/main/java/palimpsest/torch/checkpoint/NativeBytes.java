package palimpsest.torch.checkpoint;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The memory of tensors as byte buffers, a piece at a time, so that any size works. */
public final class NativeBytes {
  /** Bytes of a piece. */
  static final int PIECE = 1 << 24;

  private NativeBytes() {}

  /** Takes a piece of memory; what it throws passes through. */
  @FunctionalInterface
  public interface Piece<E extends Exception> {
    void take(ByteBuffer bytes) throws E;
  }

  /** The elements in row-major order as {@code dtype}, from whatever device and layout. */
  public static <E extends Exception> void of(Tensor tensor, Dtype dtype, Piece<E> piece) throws E {
    try (PointerScope scope = new PointerScope()) {
      Tensor plain =
          tensor.detach().to(new Device(torch.DeviceType.CPU), dtype.scalarType()).contiguous();
      inPlace(plain, dtype, piece);
    }
  }

  /** The memory of a contiguous tensor on the CPU itself. */
  public static <E extends Exception> void inPlace(Tensor plain, Dtype dtype, Piece<E> piece)
      throws E {
    long size = Math.multiplyExact(plain.numel(), dtype.width());
    try (PointerScope scope = new PointerScope()) {
      BytePointer memory = new BytePointer(plain.data_ptr());
      for (long at = 0; at < size; at += PIECE) {
        long end = Math.min(size, at + PIECE);
        piece.take(memory.position(at).limit(end).asByteBuffer());
      }
    } finally {
      Reference.reachabilityFence(plain);
    }
  }

  /** The dimensions of a tensor. */
  public static long[] shape(Tensor tensor) {
    long[] shape = new long[Math.toIntExact(tensor.dim())];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = tensor.size(i);
    }
    return shape;
  }
}
