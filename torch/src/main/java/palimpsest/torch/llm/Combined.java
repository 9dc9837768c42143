package palimpsest.torch.llm;

import org.bytedeco.pytorch.Tensor;

/**
 * Two models on the same tokens, each with its own cache.
 *
 * @param base the model
 * @param other beside it, of the same vocabulary
 * @param how their logits become one
 */
record Combined(Predictor base, Predictor other, Combination how) implements Predictor {

  @Override
  public int positions() {
    return Math.min(base.positions(), other.positions());
  }

  @Override
  public LabelLogits labels(TokenBatch batch) {
    LabelLogits first = base.labels(batch);
    LabelLogits second = other.labels(batch);
    return (from, count) -> how.of(first.slice(from, count), second.slice(from, count));
  }

  @Override
  public Reading read(int[] padding, int capacity) {
    return new Both(base.read(padding, capacity), other.read(padding, capacity));
  }

  private final class Both implements Reading {
    private final Reading first;
    private final Reading second;

    Both(Reading first, Reading second) {
      this.first = first;
      this.second = second;
    }

    @Override
    public Tensor next(long[] ids, int width) {
      return how.of(first.next(ids, width), second.next(ids, width)).contiguous(); // (B, V)
    }

    @Override
    public void select(int[] rows) {
      first.select(rows);
      second.select(rows);
    }

    @Override
    public void close() {
      first.close();
      second.close();
    }
  }
}
