package palimpsest.torch.llm;

import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/**
 * One model.
 *
 * @param llama the model
 * @param corruption of the prompts that it reads
 */
record Alone(Llama llama, Corruption corruption) implements Predictor {

  @Override
  public int positions() {
    return llama.config().maxPositions();
  }

  @Override
  public LabelLogits labels(TokenBatch batch) {
    Tensor x = embed(batch.ids(), batch.rows(), batch.width());
    int at = 0;
    for (int row = 0; row < batch.rows(); row++) {
      int first = row * batch.width();
      int prompt = (int) batch.positions()[at] + 1 - first; // what precedes the first label token
      corrupt(x, batch.ids(), row, first, prompt);
      at += batch.lengths()[row];
    }
    Tensor h = llama.rows(llama.hiddenOf(x, null), batch.positions()); // (L, E)
    return (from, count) -> llama.head(h.narrow(0, from, count));
  }

  @Override
  public Reading read(int[] padding, int capacity) {
    return new Cached(new KeyValueCache(llama.config(), padding, capacity), padding);
  }

  private Tensor embed(long[] ids, int rows, int width) {
    return llama.embed(tensor(ids).view(rows, width)); // (B, T, E)
  }

  /** The prompt of a row of {@code x}, which begins at an index of all the ids. */
  private void corrupt(Tensor x, long[] ids, int row, int from, int length) {
    int[] prompt = Arrays.stream(ids, from, from + length).mapToInt(id -> (int) id).toArray();
    long begin = from - row * x.size(1);
    corruption.corrupt(prompt, x.select(0, row).narrow(0, begin, length)); // (T, E)
  }

  private final class Cached implements Reading {
    private final KeyValueCache cache;
    private final int[] padding;

    Cached(KeyValueCache cache, int[] padding) {
      this.cache = cache;
      this.padding = padding;
    }

    @Override
    public Tensor next(long[] ids, int width) {
      int rows = ids.length / width;
      Tensor x = embed(ids, rows, width); // (B, T, E)
      if (cache.length() == 0) {
        for (int row = 0; row < rows; row++) {
          corrupt(x, ids, row, row * width + padding[row], width - padding[row]);
        }
      }
      Tensor h = llama.hiddenOf(x, cache); // (B, T, E)
      cache.advance(width);
      return llama.head(h.narrow(1, width - 1, 1)).squeeze(1).contiguous(); // (B, V)
    }

    @Override
    public void select(int[] rows) {
      cache.select(rows);
    }

    @Override
    public void close() {
      cache.close();
    }
  }
}
