package palimpsest.api;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one image model drew when it was asked, and what a classifier said of it: the only thing
 * that a metric of pictures sees, so that it cannot know which method it judges.
 *
 * @param model digest of the model's parameters, and what suppressed while it drew, if anything did
 * @param judge the classifier
 * @param sampling how the pictures were drawn
 * @param pictures one for each prompt and seed
 */
public record PictureEvidence(String model, Judge judge, Sampling sampling, List<Drawn> pictures) {

  public PictureEvidence {
    Check.notBlank(model, "digest of the model");
    pictures = List.copyOf(pictures);
    pictures.forEach(picture -> picture.require(judge));
    if (pictures.stream().map(Drawn::id).distinct().count() < pictures.size()) {
      throw new InvalidRequest("evidence has a picture twice; draw each prompt once with a seed");
    }
  }

  /** The seeds that pictures were drawn with, ascending. */
  public List<Long> seeds() {
    return pictures.stream().map(Drawn::seed).distinct().sorted().toList();
  }

  /**
   * Who says what a picture shows.
   *
   * @param digest of its classes and parameters
   * @param objects names of the classes of one head
   * @param styles names of the classes of the other
   * @param objectAccuracy share of held-out drawings whose object it tells
   * @param styleAccuracy share of them whose style it tells
   * @param heldOut how many those are
   */
  public record Judge(
      String digest,
      List<String> objects,
      List<String> styles,
      double objectAccuracy,
      double styleAccuracy,
      int heldOut) {
    public Judge {
      Check.notBlank(digest, "digest of the judge");
      objects = List.copyOf(objects);
      styles = List.copyOf(styles);
      Check.atLeast(objects.size(), 2, "objects of the judge");
      Check.atLeast(styles.size(), 2, "styles of the judge");
      Check.fraction(objectAccuracy, "the judge's accuracy on objects");
      Check.fraction(styleAccuracy, "the judge's accuracy on styles");
      Check.atLeast(heldOut, 1, "held-out drawings");
    }

    /** The classes of a domain, in order. */
    public List<String> classes(Domain domain) {
      return domain == Domain.OBJECT ? objects : styles;
    }

    /** The accuracy on held-out drawings in a domain. */
    public double accuracy(Domain domain) {
      return domain == Domain.OBJECT ? objectAccuracy : styleAccuracy;
    }
  }

  /** What of a picture a class is about. */
  public enum Domain {
    OBJECT,
    STYLE;

    /** The other one. */
    public Domain other() {
      return this == OBJECT ? STYLE : OBJECT;
    }
  }

  /**
   * How pictures were drawn.
   *
   * @param sampler name of the class, as diffusers calls it
   * @param settings of the sampler, by name
   * @param steps of the sampler
   * @param guidance scale of classifier-free guidance; 1 hears the prompt alone
   */
  public record Sampling(String sampler, Map<String, String> settings, int steps, double guidance) {
    public Sampling {
      Check.notBlank(sampler, "sampler");
      settings = Collections.unmodifiableMap(new TreeMap<>(settings));
      Check.atLeast(steps, 1, "sampling steps");
      Check.nonNegative(guidance, "guidance scale");
    }
  }

  /**
   * What a model was asked for.
   *
   * @param object word of the object that the caption names
   * @param style word of the style that it names
   * @param caption what the model read
   */
  public record Prompt(String object, String style, String caption) {
    public Prompt {
      Check.notBlank(object, "object of a prompt");
      Check.notBlank(style, "style of a prompt");
      Check.notBlank(caption, "caption of a prompt");
    }

    /** The word that it names in a domain. */
    public String asked(Domain domain) {
      return domain == Domain.OBJECT ? object : style;
    }
  }

  /**
   * One picture and what the judge said of it.
   *
   * @param prompt what was asked for
   * @param seed of the noise that it was drawn from
   * @param digest of the pixels
   * @param objects probability of each object of the judge
   * @param styles probability of each style
   * @param features of the judge's last layer
   */
  public record Drawn(
      Prompt prompt,
      long seed,
      String digest,
      List<Double> objects,
      List<Double> styles,
      List<Double> features) {
    private static final double NEAR = 1e-6;

    public Drawn {
      objects = List.copyOf(objects);
      styles = List.copyOf(styles);
      features = List.copyOf(features);
      requireShares(objects, prompt.caption());
      requireShares(styles, prompt.caption());
      if (features.isEmpty() || features.stream().anyMatch(f -> !Double.isFinite(f))) {
        throw new Diverged(prompt.caption() + ": the picture's features are not finite");
      }
    }

    private static void requireShares(List<Double> shares, String caption) {
      double sum = shares.stream().mapToDouble(p -> p).sum();
      if (!(Math.abs(sum - 1) <= NEAR) || shares.stream().anyMatch(p -> !(p >= 0))) {
        throw new InvalidRequest(
            caption + ": probabilities must be 0 or more and sum to 1, got a sum of " + sum);
      }
    }

    /** {@code CAPTION #SEED}, unique among the pictures of one model. */
    public String id() {
      return prompt.caption() + " #" + seed;
    }

    /** The probabilities of a domain's classes. */
    public List<Double> shares(Domain domain) {
      return domain == Domain.OBJECT ? objects : styles;
    }

    /** Place of the likeliest class of a domain, the first of equals. */
    public int said(Domain domain) {
      List<Double> shares = shares(domain);
      return shares.indexOf(Collections.max(shares));
    }

    private void require(Judge judge) {
      for (Domain domain : Domain.values()) {
        List<String> classes = judge.classes(domain);
        if (shares(domain).size() != classes.size()) {
          throw new InvalidRequest(
              id()
                  + ": "
                  + shares(domain).size()
                  + " probabilities for "
                  + classes.size()
                  + " classes");
        }
        if (!classes.contains(prompt.asked(domain))) {
          throw new InvalidRequest(
              id()
                  + ": asks for "
                  + prompt.asked(domain)
                  + ", which the judge does not know;"
                  + " it knows "
                  + String.join(", ", classes));
        }
      }
    }
  }
}
