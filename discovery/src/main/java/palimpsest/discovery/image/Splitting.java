package palimpsest.discovery.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import palimpsest.api.Check;
import palimpsest.discovery.image.ImageCorpus.Division;

/** Which group goes to which side, whole families of groups at a time. */
final class Splitting {
  private final Map<String, String> parents = new HashMap<>();

  private Splitting() {}

  static Division split(ImageCorpus corpus, String key, double share) {
    Check.fraction(share, "share held out");
    Splitting splitting = new Splitting();
    Map<Picture, String> seen = new HashMap<>();
    for (CaptionedImage image : corpus.images()) {
      String other = seen.putIfAbsent(image.picture(), image.group());
      if (other != null) {
        splitting.join(image.group(), other);
      }
    }
    Map<String, Boolean> out = new HashMap<>();
    for (CaptionedImage image : corpus.images()) {
      out.computeIfAbsent(splitting.first(image.group()), g -> fraction(key, g) < share);
    }
    return new Division(
        corpus.only(i -> !out.getOrDefault(splitting.first(i.group()), false)),
        corpus.only(i -> out.getOrDefault(splitting.first(i.group()), false)));
  }

  /** The name of a family is the first of its groups' names. */
  private void join(String one, String other) {
    String a = first(one);
    String b = first(other);
    if (a.compareTo(b) < 0) {
      parents.put(b, a);
    } else if (b.compareTo(a) < 0) {
      parents.put(a, b);
    }
  }

  private String first(String group) {
    String at = group;
    for (String up = parents.get(at); up != null; up = parents.get(at)) {
      at = up;
    }
    return at;
  }

  /** The first 53 bits of SHA-256 as a number from 0 to below 1. */
  private static double fraction(String key, String group) {
    byte[] text = (key + "\n" + group).getBytes(StandardCharsets.UTF_8);
    long bits = ByteBuffer.wrap(Picture.sha256().digest(text)).getLong();
    return (bits >>> 11) * 0x1.0p-53;
  }
}
