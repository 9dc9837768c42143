package palimpsest.guard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import palimpsest.api.InvalidRequest;

/**
 * SipHash-2-4, a keyed 64-bit fingerprint: without the key nobody can tell what was fingerprinted,
 * nor build two inputs that collide.
 *
 * @see <a href="https://www.aumasson.jp/siphash/siphash.pdf">Aumasson and Bernstein 2012</a>
 */
final class SipHash {
  private final long k0;
  private final long k1;

  SipHash(byte[] key) {
    if (key.length != 16) {
      throw new InvalidRequest(
          "guard key must be 16 bytes, got " + key.length + ": draw it from a SecureRandom");
    }
    ByteBuffer words = ByteBuffer.wrap(key).order(ByteOrder.LITTLE_ENDIAN);
    k0 = words.getLong();
    k1 = words.getLong();
  }

  /** Fingerprint of {@code tokens[from, to)}, each as four bytes, the lowest first. */
  long of(int[] tokens, int from, int to) {
    State state = new State(k0, k1);
    int at = from;
    for (; at + 1 < to; at += 2) {
      state.absorb(Integer.toUnsignedLong(tokens[at]) | (long) tokens[at + 1] << 32);
    }
    long last = (4L * (to - from) & 0xff) << 56;
    state.absorb(at < to ? last | Integer.toUnsignedLong(tokens[at]) : last);
    return state.finish();
  }

  private static final class State {
    private long v0;
    private long v1;
    private long v2;
    private long v3;

    State(long k0, long k1) {
      v0 = k0 ^ 0x736f6d6570736575L;
      v1 = k1 ^ 0x646f72616e646f6dL;
      v2 = k0 ^ 0x6c7967656e657261L;
      v3 = k1 ^ 0x7465646279746573L;
    }

    void absorb(long word) {
      v3 ^= word;
      round();
      round();
      v0 ^= word;
    }

    long finish() {
      v2 ^= 0xff;
      for (int i = 0; i < 4; i++) {
        round();
      }
      return v0 ^ v1 ^ v2 ^ v3;
    }

    private void round() {
      v0 += v1;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v0 = Long.rotateLeft(v0, 32);
      v2 += v3;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 += v3;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 += v1;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v2 = Long.rotateLeft(v2, 32);
    }
  }
}
