package palimpsest.testkit;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Alternatives;

/** Examples of random tokens for {@link TinyModels}, the same from the same seed. */
public final class RandomExamples {
  private RandomExamples() {}

  /** Each of 6 to 13 tokens, the first 2 to 4 of them the prompt. */
  public static List<TokenizedExample> of(int count, long seed) {
    Random random = new Random(seed);
    return IntStream.range(0, count)
        .mapToObj(i -> tokens(random, 6 + random.nextInt(8)).toArray())
        .map(ids -> new TokenizedExample(ids, 2 + random.nextInt(3)))
        .toList();
  }

  /** One other answer to each prompt, of 2 to 5 tokens. */
  static Alternatives instead(List<TokenizedExample> data, long seed) {
    Random random = new Random(seed);
    return new Alternatives(data.stream().map(e -> List.of(other(e, random))).toList());
  }

  private static TokenizedExample other(TokenizedExample e, Random random) {
    IntStream prompt = IntStream.of(e.ids()).limit(e.promptLength());
    IntStream answer = tokens(random, 2 + random.nextInt(4));
    return new TokenizedExample(IntStream.concat(prompt, answer).toArray(), e.promptLength());
  }

  private static IntStream tokens(Random random, int count) {
    return random.ints(count, 0, TinyModels.CONFIG.vocabSize());
  }
}
