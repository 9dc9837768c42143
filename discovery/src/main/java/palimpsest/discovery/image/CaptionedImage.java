package palimpsest.discovery.image;

import java.util.Optional;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;

/**
 * One training picture: the model reads {@code caption} and learns {@code picture}.
 *
 * @param id {@code fileName#line}, or {@code fileName#number} in a file of many pictures; unique in
 *     its corpus
 * @param caption what is read, one line, never blank
 * @param object what is shown, where it is known
 * @param style in which style, where it is known
 * @param group what must never stand on both sides of a split, such as drawings that are nearly the
 *     same; usually a group of its own
 * @param picture the pixels, at the size of the corpus
 */
public record CaptionedImage(
    String id,
    String caption,
    Optional<String> object,
    Optional<String> style,
    String group,
    Picture picture) {

  /** Longest caption, in UTF-16 units. */
  public static final int LONGEST_CAPTION = 2000;

  public CaptionedImage {
    Check.notBlank(id, "image id");
    line(id, "caption", caption);
    object.ifPresent(o -> line(id, "object", o));
    style.ifPresent(s -> line(id, "style", s));
    line(id, "group", group);
  }

  private static void line(String id, String what, String text) {
    if (text.isBlank() || text.length() > LONGEST_CAPTION) {
      throw new InvalidRequest(
          id
              + ": "
              + what
              + " must be a line of 1 to "
              + LONGEST_CAPTION
              + " characters, got "
              + (text.isBlank() ? "a blank one" : "" + text.length()));
    }
    if (text.chars().anyMatch(c -> Character.isISOControl(c) || c == '\u2028' || c == '\u2029')) {
      throw new InvalidRequest(
          id + ": " + what + " holds a line break or another control character; give one line");
    }
  }

  /** The same picture, said or labelled otherwise, or a picture made of it. */
  public CaptionedImage with(String newCaption, Picture newPicture) {
    return new CaptionedImage(id, newCaption, object, style, group, newPicture);
  }
}
