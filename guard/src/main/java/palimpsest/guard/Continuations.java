package palimpsest.guard;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Which tokens follow which prefixes, held as keyed fingerprints: an open-addressing table from a
 * prefix' 64-bit fingerprint to the tokens after it, these masked by a second fingerprint of the
 * prefix. Without the key it shows how many n-grams there are and how many share a prefix.
 */
final class Continuations {
  private static final int[] MASK_DOMAIN = {-1};

  private final SipHash hash;
  private long[] prefixes = new long[16];
  private int[] masked = new int[16];
  private int size;

  Continuations(SipHash hash) {
    this.hash = hash;
  }

  /** Adds the n-gram {@code tokens[from, to)}; no effect if it is there. */
  void add(int[] tokens, int from, int to) {
    if (contains(tokens, from, to)) {
      return;
    }
    if (2 * (size + 1) > prefixes.length) {
      grow();
    }
    put(fingerprint(tokens, from, to - 1), tokens[to - 1] ^ mask(tokens, from, to - 1));
    size++;
  }

  boolean contains(int[] tokens, int from, int to) {
    boolean[] found = new boolean[1];
    int last = tokens[to - 1];
    forEachAfter(tokens, from, to - 1, token -> found[0] |= token == last);
    return found[0];
  }

  /** Gives each token that follows the prefix {@code tokens[from, to)}. */
  void forEachAfter(int[] tokens, int from, int to, IntConsumer action) {
    long prefix = fingerprint(tokens, from, to);
    int slot = slot(prefix);
    if (prefixes[slot] == 0) {
      return;
    }
    int mask = mask(tokens, from, to);
    for (; prefixes[slot] != 0; slot = slot + 1 & prefixes.length - 1) {
      if (prefixes[slot] == prefix) {
        action.accept(masked[slot] ^ mask);
      }
    }
  }

  /** Distinct n-grams. */
  int size() {
    return size;
  }

  long bytes() {
    return 12L * prefixes.length;
  }

  private void put(long prefix, int token) {
    int slot = slot(prefix);
    while (prefixes[slot] != 0) {
      slot = slot + 1 & prefixes.length - 1;
    }
    prefixes[slot] = prefix;
    masked[slot] = token;
  }

  private void grow() {
    long[] oldPrefixes = prefixes;
    int[] oldMasked = masked;
    prefixes = new long[2 * oldPrefixes.length];
    masked = new int[prefixes.length];
    for (int i = 0; i < oldPrefixes.length; i++) {
      if (oldPrefixes[i] != 0) {
        put(oldPrefixes[i], oldMasked[i]);
      }
    }
  }

  private int slot(long prefix) {
    return (int) prefix & prefixes.length - 1;
  }

  /** Never 0, which marks a free slot. */
  private long fingerprint(int[] tokens, int from, int to) {
    long prefix = hash.of(tokens, from, to);
    return prefix == 0 ? 1 : prefix;
  }

  private int mask(int[] tokens, int from, int to) {
    int[] tagged = Arrays.copyOf(MASK_DOMAIN, to - from + 1);
    System.arraycopy(tokens, from, tagged, 1, to - from);
    return (int) hash.of(tagged, 0, tagged.length);
  }
}
