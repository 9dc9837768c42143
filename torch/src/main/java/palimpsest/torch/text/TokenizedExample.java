package palimpsest.torch.text;

/**
 * An example as token ids: the prompt, the completion and one end token.
 *
 * <p>What is learned and measured are the positions {@code promptLength <= i < ids.length}, the end
 * token included; which they are follows from the lengths alone, never from the ids, so that an end
 * token is learned even where the padding token has the same id.
 *
 * @param ids all token ids, without padding
 * @param promptLength how many of them are the prompt's, at least 1 and fewer than all
 */
@SuppressWarnings("ArrayRecordComponent") // token ids, compared by value nowhere
public record TokenizedExample(int[] ids, int promptLength) {
  public TokenizedExample {
    if (promptLength < 1 || promptLength >= ids.length) {
      throw new IllegalArgumentException(
          "prompt of " + promptLength + " tokens in an example of " + ids.length);
    }
  }

  /** Tokens that are learned, the end token included. */
  public int completionLength() {
    return ids.length - promptLength;
  }
}
