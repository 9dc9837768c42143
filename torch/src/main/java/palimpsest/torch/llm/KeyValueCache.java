package palimpsest.torch.llm;

import static org.bytedeco.pytorch.global.torch.empty;
import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import palimpsest.torch.Scopes;
import palimpsest.torch.checkpoint.LlamaConfig;

/**
 * Keys and values of the tokens read so far, for rows whose prompts were padded on the left.
 *
 * <p>Each row has its own positions, counted from its first real token, and never attends to its
 * padding: a row's answer does not depend on the company it is decoded in, up to rounding.
 */
final class KeyValueCache implements AutoCloseable {
  private int rows;
  private final int capacity;
  private int[] padding;
  private final Tensor[] keys; // per layer (B, N_kv, C, K)
  private final Tensor[] values;
  private final int headSize;
  private int length;

  /**
   * An empty cache.
   *
   * @param padding tokens of padding at the left of each row
   * @param capacity C, most tokens of a row, padding included
   */
  KeyValueCache(LlamaConfig config, int[] padding, int capacity) {
    this.rows = padding.length;
    this.capacity = capacity;
    this.padding = padding.clone();
    this.headSize = config.headDim();
    this.keys = new Tensor[config.layers()];
    this.values = new Tensor[config.layers()];
    for (int layer = 0; layer < keys.length; layer++) {
      keys[layer] = Scopes.keep(empty(rows, config.kvHeads(), capacity, headSize));
      values[layer] = Scopes.keep(empty(rows, config.kvHeads(), capacity, headSize));
    }
  }

  /** Tokens of each row read so far, padding included. */
  int length() {
    return length;
  }

  /** Counts the tokens of a pass as read, after all its layers. */
  void advance(int tokens) {
    length += tokens;
  }

  /** Goes on with these rows only, in this order. */
  void select(int[] kept) {
    try (PointerScope scope = new PointerScope()) {
      Tensor index = tensor(Arrays.stream(kept).asLongStream().toArray());
      for (Tensor[] tensors : List.of(keys, values)) {
        for (int layer = 0; layer < tensors.length; layer++) {
          Tensor fewer = Scopes.keep(tensors[layer].index_select(0, index));
          tensors[layer].close();
          tensors[layer] = fewer;
        }
      }
    }
    padding = Arrays.stream(kept).map(row -> padding[row]).toArray();
    rows = kept.length;
  }

  /** Cosines of the next {@code width} positions of each row, (B, 1, width, K). */
  Tensor cos(Rope rope, int width) {
    return rope.cos(capacity).index_select(0, positions(width)).view(rows, 1, width, headSize);
  }

  /** Sines of the next {@code width} positions of each row, (B, 1, width, K). */
  Tensor sin(Rope rope, int width) {
    return rope.sin(capacity).index_select(0, positions(width)).view(rows, 1, width, headSize);
  }

  private Tensor positions(int width) {
    long[] p = new long[rows * width];
    for (int row = 0; row < rows; row++) {
      for (int t = 0; t < width; t++) {
        p[row * width + t] = Math.max(0, length + t - padding[row]);
      }
    }
    return tensor(p);
  }

  /** Stores the new keys and values and attends to all that each query may see, (B, N, T, K). */
  Tensor attend(int layer, Tensor q, Tensor k, Tensor v, Tensor mask) {
    long width = q.size(2);
    keys[layer].narrow(2, length, width).copy_(k);
    values[layer].narrow(2, length, width).copy_(v);
    Tensor allKeys = keys[layer].narrow(2, 0, length + width);
    Tensor allValues = values[layer].narrow(2, 0, length + width);
    return Llama.attend(q, allKeys, allValues, new TensorOptional(mask), false);
  }

  /** 0 where a query of the next pass may look, else -inf, (B, 1, T, C'). Padding sees itself. */
  Tensor mask(int width) {
    int seen = length + width;
    float[] m = new float[rows * width * seen];
    for (int row = 0; row < rows; row++) {
      for (int t = 0; t < width; t++) {
        int at = (row * width + t) * seen;
        int self = length + t;
        for (int s = 0; s < seen; s++) {
          boolean visible = s == self || (s < self && s >= padding[row]);
          m[at + s] = visible ? 0 : Float.NEGATIVE_INFINITY;
        }
      }
    }
    return tensor(m).view(rows, 1, width, seen);
  }

  @Override
  public void close() {
    for (Tensor t : keys) {
      t.close();
    }
    for (Tensor t : values) {
      t.close();
    }
  }
}
