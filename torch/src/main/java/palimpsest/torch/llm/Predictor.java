package palimpsest.torch.llm;

import org.bytedeco.pytorch.Tensor;

/**
 * Where the logits of next tokens come from: one model, perhaps one that reads its prompts
 * corrupted, or two of them whose logits are combined. Decoding and tracing know nothing else, so
 * that what is measured is what is deployed.
 */
interface Predictor {

  /** Most tokens of a sequence. */
  int positions();

  /**
   * Begins to decode rows of prompts.
   *
   * @param padding tokens of padding at the left of each row
   * @param capacity most tokens of a row, padding included
   */
  Reading read(int[] padding, int capacity);

  /** One pass over whole examples; its result lives in the caller's scope. */
  LabelLogits labels(TokenBatch batch);

  /** Rows that are read token by token; whoever began it closes it. */
  interface Reading extends AutoCloseable {

    /**
     * Reads on; the first call reads the whole prompts.
     *
     * @param ids (B * width) row by row
     * @return logits of what follows in each row, (B, V), contiguous
     */
    Tensor next(long[] ids, int width);

    /** Goes on with these rows only, in this order. */
    void select(int[] rows);

    @Override
    void close();
  }

  /** The logits that predict label tokens, a slice at a time: all of them seldom fit. */
  interface LabelLogits {

    /** Those of {@code count} label tokens from {@code from}, (l, V). */
    Tensor slice(int from, int count);
  }
}
