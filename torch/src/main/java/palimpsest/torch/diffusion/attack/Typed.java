package palimpsest.torch.diffusion.attack;

import java.util.Arrays;
import java.util.stream.IntStream;
import palimpsest.torch.diffusion.text.ClipTokenizer;

/** Tokens that a user can type: their text alone is read as them. */
final class Typed {
  private Typed() {}

  /** Their ids, ascending; neither special tokens nor pieces of words are among them. */
  static int[] ids(ClipTokenizer tokenizer) {
    return IntStream.range(0, tokenizer.size()).filter(id -> isTyped(tokenizer, id)).toArray();
  }

  private static boolean isTyped(ClipTokenizer tokenizer, int id) {
    if (id == tokenizer.bos() || id == tokenizer.eos() || id == tokenizer.pad()) {
      return false;
    }
    int[] alone = {id};
    String text = tokenizer.decode(alone);
    return text.codePoints().noneMatch(Character::isISOControl)
        && Arrays.equals(tokenizer.tokens(text), alone);
  }
}
