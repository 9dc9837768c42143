package palimpsest.torch.llm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Decoding;
import palimpsest.api.DecodingConstraint;

/**
 * Continues prompts token by token, many rows at a time.
 *
 * @param model where the logits come from
 * @param isEnd whether a token ends an answer
 * @param text tokens to text, for stop strings
 * @param constraint bans tokens as the answer grows
 */
record Decoder(
    Predictor model,
    IntPredicate isEnd,
    Function<int[], String> text,
    DecodingConstraint constraint) {
  private static final int ROWS = 48;

  /** Tokens of all rows of a group, answers included, so that the cache fits. */
  private static final int TOKENS = 32_768;

  static final DecodingConstraint FREE = (context, length, promptLength) -> new int[0];

  /** One row being decoded: a prompt and one of its samples. */
  private static final class Row {
    final int promptLength;
    final SplittableRandom random;
    int[] tokens;
    int length;
    boolean done;

    Row(int[] prompt, int room, long seed) {
      this.promptLength = prompt.length;
      this.length = prompt.length;
      this.tokens = Arrays.copyOf(prompt, prompt.length + room);
      this.random = new SplittableRandom(seed);
    }
  }

  /** Answers' tokens, end token excluded: for each prompt, {@link Decoding#samples} in order. */
  List<List<int[]>> decode(List<int[]> prompts, Decoding how) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < prompts.size(); i++) {
      SplittableRandom seeds = new SplittableRandom(seed(prompts.get(i), how));
      for (int s = 0; s < how.samples(); s++) {
        rows.add(new Row(prompts.get(i), room(prompts.get(i), how), seeds.nextLong()));
      }
    }
    List<Row> byLength = new ArrayList<>(rows);
    byLength.sort(Comparator.comparingInt(r -> r.promptLength));
    int at = 0;
    while (at < byLength.size()) {
      int end = at + 1;
      while (end < byLength.size()
          && end - at < ROWS
          && (end - at + 1) * byLength.get(end).tokens.length <= TOKENS) {
        end++;
      }
      group(byLength.subList(at, end), how);
      at = end;
    }
    return IntStream.range(0, prompts.size())
        .mapToObj(
            i ->
                rows.subList(i * how.samples(), (i + 1) * how.samples()).stream()
                    .map(r -> Arrays.copyOfRange(r.tokens, r.promptLength, r.length))
                    .toList())
        .toList();
  }

  /** Tokens that an answer may have: the model's positions end it. */
  private int room(int[] prompt, Decoding how) {
    return Math.min(how.maxNewTokens(), model.positions() - prompt.length);
  }

  /** Of seed and prompt only: an answer depends neither on the other prompts nor on their order. */
  private static long seed(int[] prompt, Decoding how) {
    long seed = how.seed();
    for (int id : prompt) {
      seed = new SplittableRandom(seed + id).nextLong();
    }
    return seed;
  }

  private void group(List<Row> rows, Decoding how) {
    int room = rows.stream().mapToInt(r -> r.tokens.length - r.promptLength).max().orElseThrow();
    int width = rows.stream().mapToInt(r -> r.promptLength).max().orElseThrow();
    int[] padding = rows.stream().mapToInt(r -> width - r.promptLength).toArray();
    long[] ids = new long[rows.size() * width];
    for (int row = 0; row < rows.size(); row++) {
      Row r = rows.get(row);
      for (int t = 0; t < r.promptLength; t++) {
        ids[row * width + padding[row] + t] = r.tokens[t];
      }
    }
    try (AutoGradMode off = new AutoGradMode(false);
        Predictor.Reading reading = model.read(padding, width + room)) {
      List<Row> open = rows;
      int read = width;
      for (int n = 0; n < room; n++) {
        step(open, ids, read, reading, how);
        open = compact(open, reading);
        if (open.isEmpty()) {
          return;
        }
        ids = open.stream().mapToLong(r -> r.tokens[r.length - 1]).toArray();
        read = 1;
      }
    }
  }

  /** Drops the rows that are done once they are half of all: until then copying costs more. */
  private static List<Row> compact(List<Row> rows, Predictor.Reading reading) {
    int[] open = IntStream.range(0, rows.size()).filter(i -> !rows.get(i).done).toArray();
    if (open.length > 0 && open.length * 2 > rows.size()) {
      return rows;
    }
    if (open.length > 0) {
      reading.select(open);
    }
    return Arrays.stream(open).mapToObj(rows::get).toList();
  }

  private void step(List<Row> rows, long[] ids, int read, Predictor.Reading reading, Decoding how) {
    try (PointerScope scope = new PointerScope()) {
      Tensor z = reading.next(ids, read); // (B, V)
      int vocabulary = (int) z.size(1);
      FloatPointer all = z.data_ptr_float();
      float[] logits = new float[vocabulary];
      for (int row = 0; row < rows.size(); row++) {
        Row r = rows.get(row);
        if (!r.done) {
          all.position((long) row * vocabulary).get(logits);
          choose(r, logits, how);
        }
      }
    }
  }

  private void choose(Row r, float[] logits, Decoding how) {
    for (int banned : constraint.banned(r.tokens, r.length, r.promptLength)) {
      logits[banned] = Float.NEGATIVE_INFINITY;
    }
    int token = Sampler.choose(logits, how, r.random);
    if (token == Sampler.NONE || isEnd.test(token)) {
      r.done = true;
      return;
    }
    r.tokens[r.length++] = token;
    r.done = r.length == r.tokens.length;
    if (!how.stops().isEmpty()) {
      String answer = text.apply(Arrays.copyOfRange(r.tokens, r.promptLength, r.length));
      r.done |= how.stops().stream().anyMatch(answer::contains);
    }
  }
}
