package palimpsest.torch.text;

import palimpsest.torch.Item;

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
public record TokenizedExample(int[] ids, int promptLength) implements Item {
  /** Stands where there is none. */
  public static final TokenizedExample VACANT = new TokenizedExample(new int[2], 1);

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

  /** The prompt's length, then all ids. */
  @Override
  public int[] content() {
    int[] content = new int[ids.length + 1];
    content[0] = promptLength;
    System.arraycopy(ids, 0, content, 1, ids.length);
    return content;
  }

  @Override
  public int size() {
    return ids.length;
  }
}
