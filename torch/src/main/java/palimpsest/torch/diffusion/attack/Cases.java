package palimpsest.torch.diffusion.attack;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import palimpsest.api.Check;
import palimpsest.torch.diffusion.train.CaptionedPicture;

/**
 * What an attack works with and what it is judged on.
 *
 * @param concept its words as prompts and captions have them, such as {@code cat}
 * @param pictures that show it, with their captions; at least one
 * @param pairs of prompts with and without it; possibly none
 * @param prompts that are drawn without and under attack; at least one
 * @param noises numbers of the noises that each prompt is drawn from; at least one
 */
public record Cases(
    String concept,
    List<CaptionedPicture> pictures,
    List<PromptPair> pairs,
    List<String> prompts,
    List<Long> noises) {
  public Cases {
    Check.notBlank(concept, "concept");
    pictures = List.copyOf(pictures);
    pairs = List.copyOf(pairs);
    prompts = List.copyOf(prompts);
    noises = List.copyOf(noises);
    Check.atLeast(pictures.size(), 1, "pictures of the concept");
    Check.atLeast(prompts.size(), 1, "prompts of an attack");
    Check.atLeast(noises.size(), 1, "noises of a prompt");
  }

  /** All prompts, in lower case with single blanks, which is how CLIP reads them. */
  List<String> texts() {
    Stream<String> paired = pairs.stream().flatMap(p -> Stream.of(p.with(), p.without()));
    return Stream.concat(prompts.stream(), paired).map(Cases::plain).toList();
  }

  private static String plain(String text) {
    return text.strip().toLowerCase(Locale.ROOT).replaceAll("\\s+", " ");
  }

  /** What tells pictures apart: their bytes, whatever the caption. */
  List<ByteBuffer> pixels() {
    return pictures.stream().map(picture -> ByteBuffer.wrap(picture.rgb())).toList();
  }

  /** SHA-256 over all of it, hexadecimal. */
  public String digest() {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      String words = concept + "\n" + pairs + "\n" + prompts + "\n" + noises + "\n";
      sha.update(words.getBytes(StandardCharsets.UTF_8));
      pictures.forEach(
          picture -> {
            ByteBuffer content = ByteBuffer.allocate(4 * 8);
            Arrays.stream(picture.content()).forEach(content::putInt);
            sha.update(content.flip());
          });
      return HexFormat.of().formatHex(sha.digest());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
