package palimpsest.torch.llm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import palimpsest.torch.text.TokenizedExample;

/**
 * Examples as one padded rectangle of token ids, on the Java side.
 *
 * <p>Padding is on the right, where causal attention makes it invisible to the tokens before it;
 * labels are positions, never comparisons of ids, so that an end token that doubles as padding is
 * still learned.
 *
 * @param ids token ids, row by row, {@code rows * width}
 * @param rows B
 * @param width T
 * @param positions for each label token, the index in {@code ids} of the token before it, which
 *     predicts it
 * @param labels the label tokens, example by example
 * @param lengths label tokens of each example
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier between Java and native memory
public record TokenBatch(
    long[] ids, int rows, int width, long[] positions, long[] labels, int[] lengths) {

  public static TokenBatch of(List<TokenizedExample> examples) {
    int width = examples.stream().mapToInt(e -> e.ids().length).max().orElseThrow();
    int count = examples.stream().mapToInt(TokenBatch::labelCount).sum();
    long[] ids = new long[examples.size() * width];
    long[] positions = new long[count];
    long[] labels = new long[count];
    int[] lengths = new int[examples.size()];
    int at = 0;
    for (int row = 0; row < examples.size(); row++) {
      TokenizedExample e = examples.get(row);
      for (int t = 0; t < e.ids().length; t++) {
        ids[row * width + t] = e.ids()[t];
        if (t >= firstLabel(e)) {
          positions[at] = (long) row * width + t - 1;
          labels[at++] = e.ids()[t];
        }
      }
      lengths[row] = labelCount(e);
    }
    return new TokenBatch(ids, examples.size(), width, positions, labels, lengths);
  }

  /**
   * Cuts examples into batches of about equal lengths, so that little of them is padding.
   *
   * @param rows most examples of a batch
   * @param tokens most tokens of a batch, padding included, unless one example has more
   * @return indices of the examples of each batch, the shortest first
   */
  static List<int[]> rectangles(List<TokenizedExample> examples, int rows, int tokens) {
    int[] byLength =
        IntStream.range(0, examples.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> examples.get(i).ids().length))
            .mapToInt(i -> i)
            .toArray();
    List<int[]> all = new ArrayList<>();
    int at = 0;
    while (at < byLength.length) {
      int end = at + 1;
      while (end < byLength.length
          && end - at < rows
          && (end - at + 1) * examples.get(byLength[end]).ids().length <= tokens) {
        end++;
      }
      all.add(Arrays.copyOfRange(byLength, at, end));
      at = end;
    }
    return all;
  }

  /** L, the label tokens of all rows. */
  public int labelTokens() {
    return labels.length;
  }

  /** Indices in {@code ids} of the last token of each row's prompt. */
  public long[] promptEnds() {
    long[] ends = new long[rows];
    int at = 0;
    for (int row = 0; row < rows; row++) {
      ends[row] = positions[at];
      at += lengths[row];
    }
    return ends;
  }

  /** Indices in {@code ids} of all tokens of the prompts, row by row. */
  public long[] promptPositions() {
    long[] ends = promptEnds();
    return IntStream.range(0, rows)
        .mapToObj(row -> LongStream.rangeClosed((long) row * width, ends[row]))
        .flatMapToLong(s -> s)
        .toArray();
  }

  /** The first token of a sequence has none before it and cannot be predicted. */
  private static int firstLabel(TokenizedExample e) {
    return Math.max(1, e.promptLength());
  }

  private static int labelCount(TokenizedExample e) {
    return e.ids().length - firstLabel(e);
  }
}
