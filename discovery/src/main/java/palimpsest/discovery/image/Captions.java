package palimpsest.discovery.image;

import java.util.List;
import java.util.Locale;

/** Sentences that say what a picture shows; the words of object and style stand in each. */
public final class Captions {
  /** The sentences of an object in a style: {@code @} is the object with its article. */
  private static final List<String> BOTH =
      List.of(
          "@ in % style",
          "$ % style picture of @",
          "a picture of @ in % style",
          "@ drawn in the % style",
          "% style: @",
          "@, % style");

  private static final List<String> OBJECT = List.of("@", "a picture of @", "a drawing of @");

  private Captions() {}

  /** How many sentences there are for an object in a style. */
  public static int count() {
    return BOTH.size();
  }

  /**
   * One of the sentences for an object in a style; the first is {@code a fish in mosaic style}.
   *
   * @param choice which, from 0, below {@link #count()}
   */
  public static String of(String object, String style, int choice) {
    return BOTH.get(choice)
        .replace("$", article(style))
        .replace("@", article(object) + " " + object)
        .replace("%", style);
  }

  /** How many sentences there are for an object alone. */
  public static int countOfObject() {
    return OBJECT.size();
  }

  /**
   * One of the sentences for an object of no style; the first is {@code a fish}.
   *
   * @param choice which, from 0, below {@link #countOfObject()}
   */
  public static String of(String object, int choice) {
    return OBJECT.get(choice).replace("@", article(object) + " " + object);
  }

  /** {@code an} before a vowel, but before {@code uni}, {@code eu} and {@code u-}. */
  private static String article(String word) {
    String low = word.toLowerCase(Locale.ROOT);
    boolean vowel = !low.isEmpty() && "aeiou".indexOf(low.charAt(0)) >= 0;
    boolean spokenYou = low.startsWith("uni") || low.startsWith("eu") || low.startsWith("u-");
    return vowel && !spokenYou ? "an" : "a";
  }
}
