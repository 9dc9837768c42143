package palimpsest.guard;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.api.DecodingConstraint;
import palimpsest.api.Guarantee;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;

/**
 * MemFree decoding: no n-gram of a protected text is completed by an answer.
 *
 * <p>Let g be the set of the protected texts' n-grams. After the tokens {@code x}, the token {@code
 * t} is banned if the last n-1 tokens of {@code x} followed by {@code t} are in g. The first n-1 of
 * them may lie in the prompt: an answer may not carry on a passage that the prompt began. What lies
 * wholly in the prompt was not emitted and is left alone.
 *
 * <p>A text of fewer than n tokens is protected as one sequence of its own length. Give every
 * tokenisation that an answer may use (with and without the leading space), texts without the
 * prompt's template and without the end token: both recur in every answer.
 *
 * <p>Where the paper keeps a Bloom filter, this keeps keyed 64-bit fingerprints of the prefixes,
 * since a plain list would be a copy of what was to be forgotten. A step whose context is not
 * protected is constrained by mistake with probability at most m/2⁶⁴ for m protected n-grams, and
 * then by one prefix' continuations only; a protected n-gram is never missed. Whoever holds both
 * table and key can test guesses, and read on from a known beginning: keep the key apart, destroy
 * it with the guard.
 *
 * <p>It suppresses; it removes nothing. Another segmentation, spelling or wording of the same fact
 * gets past it.
 *
 * @see <a href="https://arxiv.org/abs/2210.17546">Ippolito et al. 2022</a>
 */
public final class MemFree implements DecodingConstraint {
  /** Id of the method. */
  public static final String ID = "guard.memfree";

  private static final int[] NONE = {};

  private final Continuations table;
  private final int[] orders;

  /**
   * The length of the n-grams.
   *
   * @param n tokens, 2 to 64; the paper uses 10
   */
  public record Order(int n) implements Method {
    public Order {
      Check.atLeast(n, 2, "n of MemFree");
      if (n > 64) {
        throw new InvalidRequest("n of MemFree must be at most 64, got " + n);
      }
    }

    /** 6: answers of a sentence state their fact in fewer tokens than the paper's 10. */
    public static Order defaults() {
      return new Order(6);
    }

    @Override
    public String id() {
      return ID;
    }

    @Override
    public Guarantee guarantee() {
      return Guarantee.SUPPRESSED;
    }

    @Override
    public About about() {
      return new About(
          "MemFree decoding",
          "an answer completes no n consecutive tokens of a protected text that kept texts do not share",
          "Ippolito et al. 2022, arXiv 2210.17546",
          "variant: keyed fingerprints for the Bloom filter; n-grams may begin in the prompt; n-grams that kept texts share are free",
          "6, not the paper's 10: answers of a sentence state their fact in fewer tokens",
          Map.of("n", "consecutive tokens that may not be completed"));
    }

    @Override
    public List<String> cannotShow() {
      return List.of(
          "removal: the weights are unchanged and still hold the information",
          "that the fact cannot be said in other words, or in pieces shared with kept texts");
    }
  }

  private MemFree(Continuations table, int[] orders) {
    this.table = table;
    this.orders = orders;
  }

  /**
   * Protects all n-grams of the texts.
   *
   * @param texts token ids of the protected texts, each of at least 2 tokens
   * @param key 16 secret random bytes
   */
  public static MemFree protect(List<int[]> texts, Order order, byte[] key) {
    return protect(texts, List.of(), order, key);
  }

  /**
   * Protects the n-grams of the texts that do not occur in kept texts too, such as a turn of phrase
   * that many answers share. Weaker: a protected text may come out piece by piece as far as kept
   * ones have the same pieces.
   */
  public static MemFree protect(List<int[]> texts, List<int[]> kept, Order order, byte[] key) {
    int[] lengths = texts.stream().mapToInt(text -> checked(text).length).toArray();
    int[] orders = Arrays.stream(lengths).map(l -> Math.min(l, order.n())).distinct().toArray();
    SipHash hash = new SipHash(key);
    Continuations common = new Continuations(hash);
    for (int[] text : kept) {
      for (int n : orders) {
        for (int end = n; end <= text.length; end++) {
          common.add(text, end - n, end);
        }
      }
    }
    Continuations table = new Continuations(hash);
    for (int[] text : texts) {
      int n = Math.min(text.length, order.n());
      for (int end = n; end <= text.length; end++) {
        if (!common.contains(text, end - n, end)) {
          table.add(text, end - n, end);
        }
      }
    }
    return new MemFree(table, orders);
  }

  private static int[] checked(int[] text) {
    if (text.length < 2) {
      throw new InvalidRequest(
          "protected text has "
              + text.length
              + " tokens, wanted at least 2: to ban a single token everywhere would block"
              + " unrelated answers; protect it together with its sentence");
    }
    return text;
  }

  @Override
  public int[] banned(int[] context, int length, int promptLength) {
    IntStream.Builder tokens = IntStream.builder();
    boolean[] any = new boolean[1];
    for (int n : orders) {
      if (n - 1 <= length) {
        table.forEachAfter(
            context,
            length - n + 1,
            length,
            token -> {
              tokens.add(token);
              any[0] = true;
            });
      }
    }
    return any[0] ? tokens.build().distinct().toArray() : NONE;
  }

  /** Distinct protected n-grams. */
  public int size() {
    return table.size();
  }

  /** Bytes of the table of fingerprints. */
  public long bytes() {
    return table.bytes();
  }
}
