package palimpsest.torch.train;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import palimpsest.torch.Item;

/**
 * The order in which a run meets its examples.
 *
 * <p>Within an epoch, examples are sorted by a keyed hash of (seed, epoch, content): taking one
 * away leaves the order of the others as it was, which is what an exact replay needs.
 */
final class Order {
  private final long seed;
  private final long[] fingerprints;

  Order(List<? extends Item> data, long seed) {
    this.seed = seed;
    this.fingerprints = new long[data.size()];
    for (int i = 0; i < fingerprints.length; i++) {
      fingerprints[i] = fingerprint(data.get(i));
    }
  }

  /** Indices of all examples in the order of an epoch, from 0. */
  int[] epoch(int epoch) {
    long key = mix(seed ^ mix(epoch + 0x9E3779B97F4A7C15L));
    return IntStream.range(0, fingerprints.length)
        .boxed()
        .sorted(
            Comparator.comparingLong((Integer i) -> mix(fingerprints[i] ^ key))
                .thenComparing(Comparator.naturalOrder()))
        .mapToInt(i -> i)
        .toArray();
  }

  private static long fingerprint(Item item) {
    int[] content = item.content();
    long h = content[0];
    for (int i = 1; i < content.length; i++) {
      h = mix(h * 31 + content[i]);
    }
    return h;
  }

  /** Stafford's 13th variant of the MurmurHash3 finaliser. */
  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
