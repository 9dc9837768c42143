package palimpsest.discovery.image;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import palimpsest.api.InvalidRequest;

/** Captioned pictures in order, held in memory. */
public final class ImageCorpus {
  /** Most bytes of pixels in memory: 2 GiB. */
  public static final long LARGEST = 1L << 31;

  private final List<CaptionedImage> images;
  private final Map<String, CaptionedImage> byId = new HashMap<>();

  /**
   * A corpus of these pictures.
   *
   * @throws InvalidRequest for two pictures of one id
   */
  public ImageCorpus(List<CaptionedImage> images) {
    this.images = List.copyOf(images);
    for (CaptionedImage image : images) {
      if (byId.put(image.id(), image) != null) {
        throw new InvalidRequest("two pictures of the id \"" + image.id() + "\": rename one");
      }
    }
  }

  /** Refuses a number of pictures whose pixels would not fit into {@link #LARGEST}. */
  static void requireRoom(String what, long count, int size) {
    if (count * size * size * 3 > LARGEST) {
      throw new InvalidRequest(
          what
              + ": "
              + count
              + " pictures of "
              + size
              + " x "
              + size
              + " take more than "
              + LARGEST
              + " bytes; take fewer or a smaller size");
    }
  }

  /** All pictures, in order. */
  public List<CaptionedImage> images() {
    return images;
  }

  /** The picture of an id. */
  public Optional<CaptionedImage> byId(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  /** Those pictures that a condition holds for, in order. */
  public ImageCorpus only(Predicate<CaptionedImage> condition) {
    return new ImageCorpus(images.stream().filter(condition).toList());
  }

  /** The objects that occur, in the order of their first pictures. */
  public List<String> objects() {
    return images.stream().flatMap(i -> i.object().stream()).distinct().toList();
  }

  /** The styles that occur, in the order of their first pictures. */
  public List<String> styles() {
    return images.stream().flatMap(i -> i.style().stream()).distinct().toList();
  }

  /**
   * SHA-256 of one line for each picture in order, hexadecimal: the pixels' digest ({@link
   * Picture#digest()}), id, caption, object, style and group, tabs between, and what is not known
   * empty. It says what a model sees, at this size; the files may be compressed in any way.
   */
  public String digest() {
    MessageDigest digest = Picture.sha256();
    for (CaptionedImage i : images) {
      String line =
          String.join(
              "\t",
              i.picture().digest(),
              i.id(),
              i.caption(),
              i.object().orElse(""),
              i.style().orElse(""),
              i.group());
      digest.update((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * Divides the corpus by a keyed hash of each picture's group: {@code SHA-256(key \n group)}, its
   * first 53 bits as a fraction, below {@code share}. Groups that have a picture in common, byte
   * for byte, count as one. Whether a group is held out depends on no other group but those.
   *
   * @param key any line; another key gives another division
   * @param share of the groups that is held out, 0 to 1; of few groups only roughly
   */
  public Division split(String key, double share) {
    return Splitting.split(this, key, share);
  }

  /**
   * Two parts of a corpus that share no group.
   *
   * @param training the greater part
   * @param heldOut what no training sees
   */
  public record Division(ImageCorpus training, ImageCorpus heldOut) {}
}
