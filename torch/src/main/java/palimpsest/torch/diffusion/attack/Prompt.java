package palimpsest.torch.diffusion.attack;

import java.util.Arrays;
import java.util.stream.IntStream;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.diffusion.text.ClipTokenizer;

/** Prompts as token ids, with and without what begins, ends and fills them. */
final class Prompt {
  private Prompt() {}

  /** The ids between the start token and the first end token of an encoded text. */
  static int[] body(ClipTokenizer tokenizer, int... encoded) {
    int end =
        IntStream.range(1, encoded.length)
            .filter(i -> encoded[i] == tokenizer.eos())
            .findFirst()
            .orElse(encoded.length);
    return Arrays.copyOfRange(encoded, 1, end);
  }

  /** Start token, the ids, end token and filling, T in all; what is too long loses its end. */
  static int[] encoded(ClipTokenizer tokenizer, int... body) {
    int[] ids = new int[tokenizer.length()];
    Arrays.fill(ids, tokenizer.pad());
    int kept = Math.min(body.length, ids.length - 2);
    ids[0] = tokenizer.bos();
    System.arraycopy(body, 0, ids, 1, kept);
    ids[kept + 1] = tokenizer.eos();
    return ids;
  }

  /** The ids with the first occurrence of some replaced by others, which otherwise come first. */
  static int[] replaced(int[] body, int[] some, int[] others) {
    int at =
        IntStream.rangeClosed(0, body.length - some.length)
            .filter(i -> Arrays.equals(body, i, i + some.length, some, 0, some.length))
            .findFirst()
            .orElse(-1);
    int after = at < 0 ? 0 : at + some.length;
    int[] before = Arrays.copyOf(body, Math.max(at, 0));
    return joined(joined(before, others), Arrays.copyOfRange(body, after, body.length));
  }

  static int[] joined(int[] some, int[] others) {
    return IntStream.concat(Arrays.stream(some), Arrays.stream(others)).toArray();
  }

  /** Refuses tokens that leave no room in a prompt. */
  static void requireRoom(ClipTokenizer tokenizer, int tokens, String what) {
    if (tokens > tokenizer.length() - 2) {
      throw new InvalidRequest(
          what
              + " must be at most "
              + (tokenizer.length() - 2)
              + ", the tokens of a prompt, got "
              + tokens);
    }
  }
}
