package palimpsest.engine.picture.erase;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.api.PictureEvidence.Domain;
import palimpsest.api.PictureEvidence.Prompt;
import palimpsest.api.Suggest;
import palimpsest.discovery.image.CaptionedImage;
import palimpsest.discovery.image.Captions;
import palimpsest.discovery.image.ImageCorpus;

/**
 * A class of pictures that is to go: an object in all styles, or a style of all objects.
 *
 * @param domain of the class
 * @param word that captions have for it
 */
public record Target(Domain domain, String word) {
  public Target {
    Check.notBlank(word, "word of the target");
  }

  /**
   * That of {@code style:mosaic} or {@code object:fish}.
   *
   * @throws InvalidRequest if it is of neither form
   */
  public static Target parse(String text) {
    int colon = text.indexOf(':');
    for (Domain domain : Domain.values()) {
      if (colon > 0 && text.substring(0, colon).equals(name(domain))) {
        return new Target(domain, text.substring(colon + 1).strip());
      }
    }
    throw new InvalidRequest(
        "a target must be like style:mosaic or object:fish, got \"" + text + "\"");
  }

  private static String name(Domain domain) {
    return domain.name().toLowerCase(Locale.ROOT);
  }

  /** The class of a picture in a domain, where it has one. */
  private static Optional<String> of(CaptionedImage image, Domain domain) {
    return domain == Domain.OBJECT ? image.object() : image.style();
  }

  /** Classes of a domain, in the order of the corpus. */
  private static List<String> classes(ImageCorpus corpus, Domain domain) {
    return domain == Domain.OBJECT ? corpus.objects() : corpus.styles();
  }

  /**
   * Refuses a corpus without it, or with nothing else.
   *
   * @throws InvalidRequest naming the nearest class
   */
  public void require(ImageCorpus corpus) {
    List<String> classes = classes(corpus, domain);
    if (!classes.contains(word)) {
      throw new InvalidRequest(
          "no picture has the "
              + name(domain)
              + " \""
              + word
              + "\""
              + Suggest.nearest(word, classes));
    }
    if (classes.size() < 2 || classes(corpus, domain.other()).isEmpty()) {
      throw new InvalidRequest(
          "all pictures have the "
              + name(domain)
              + " \""
              + word
              + "\", or no "
              + name(domain.other())
              + ": give pictures of several of both");
    }
  }

  /** Whether a picture is of it. */
  public boolean isOf(CaptionedImage image) {
    return of(image, domain).equals(Optional.of(word));
  }

  /** Ids of the pictures that are of it. */
  public Set<String> ids(ImageCorpus corpus) {
    return corpus.images().stream()
        .filter(this::isOf)
        .map(CaptionedImage::id)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** What is drawn in its place: the first other class of its domain. */
  public String instead(ImageCorpus corpus) {
    return kin(corpus).get(0);
  }

  /** What asks for one class of its domain with one of the other. */
  Prompt prompt(String own, String other) {
    return domain == Domain.OBJECT
        ? new Prompt(own, other, caption(own, other))
        : new Prompt(other, own, caption(own, other));
  }

  /** The plainest caption of one class of its domain with one of the other. */
  String caption(String own, String other) {
    return domain == Domain.OBJECT ? Captions.of(own, other, 0) : Captions.of(other, own, 0);
  }

  /** What captions say of a class of a domain: {@code mosaic style}, {@code fish}. */
  private static String phrase(Domain domain, String word) {
    return domain == Domain.STYLE ? word + " style" : word;
  }

  /** The words for it in every caption that has it, whatever the sentence. */
  String phrase() {
    return phrase(domain, word);
  }

  /** The same of what takes its place. */
  String phraseInstead(ImageCorpus corpus) {
    return phrase(domain, instead(corpus));
  }

  /** The words for all other classes of both domains. */
  List<String> kept(ImageCorpus corpus) {
    List<String> phrases = new ArrayList<>();
    for (Domain each : Domain.values()) {
      for (String other : classes(corpus, each)) {
        if (each != domain || !other.equals(word)) {
          phrases.add(phrase(each, other));
        }
      }
    }
    return phrases;
  }

  /** All other classes of its domain, in the order of the corpus. */
  List<String> kin(ImageCorpus corpus) {
    return classes(corpus, domain).stream().filter(c -> !c.equals(word)).toList();
  }

  /** Classes of the other domain. */
  List<String> others(ImageCorpus corpus) {
    return classes(corpus, domain.other());
  }

  @Override
  public String toString() {
    return name(domain) + ":" + word;
  }
}
