package palimpsest.metrics.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import palimpsest.api.PictureEvidence;
import palimpsest.api.PictureEvidence.Domain;
import palimpsest.api.PictureEvidence.Drawn;
import palimpsest.api.PictureEvidence.Judge;
import palimpsest.api.PictureEvidence.Prompt;
import palimpsest.api.PictureEvidence.Sampling;
import palimpsest.api.PictureTrial;

/** Evidence of two objects, cat and fish, in three styles, drawn with three seeds. */
final class Drawings {
  static final List<String> OBJECTS = List.of("cat", "fish");
  static final List<String> STYLES = List.of("flat", "neon", "mosaic");
  static final Judge JUDGE = new Judge("judge", OBJECTS, STYLES, 0.99, 0.98, 100);
  static final Sampling SAMPLING = new Sampling("DDIMScheduler", Map.of(), 10, 3);

  private Drawings() {}

  /** What is said of a picture. */
  interface Said {
    /** The picture that the model draws for a prompt with a seed. */
    Drawn of(Prompt prompt, long seed);
  }

  /** All prompts with seeds 1 to 3. */
  static PictureEvidence evidence(String model, Said said) {
    List<Drawn> pictures = new ArrayList<>();
    for (long seed = 1; seed <= 3; seed++) {
      for (String object : OBJECTS) {
        for (String style : STYLES) {
          pictures.add(said.of(prompt(object, style), seed));
        }
      }
    }
    return new PictureEvidence(model, JUDGE, SAMPLING, pictures);
  }

  static Prompt prompt(String object, String style) {
    return new Prompt(object, style, object + " in " + style);
  }

  /** A picture that is taken for an object and a style with certainty. */
  static Drawn drawn(Prompt prompt, long seed, String object, String style) {
    return drawn(prompt, seed, sure(OBJECTS, object), sure(STYLES, style));
  }

  /** Its features are its opinions, and a little of the seed. */
  static Drawn drawn(Prompt prompt, long seed, List<Double> objects, List<Double> styles) {
    List<Double> features = new ArrayList<>(objects);
    features.addAll(styles);
    features.add(seed / 10.0);
    return new Drawn(prompt, seed, "digest", objects, styles, features);
  }

  private static List<Double> sure(List<String> classes, String word) {
    return classes.stream().map(c -> c.equals(word) ? 1.0 : 0.0).toList();
  }

  /** A model that draws what it is asked for. */
  static PictureEvidence perfect(String model) {
    return evidence(model, (p, seed) -> drawn(p, seed, p.object(), p.style()));
  }

  /** A model that draws flat wherever it is asked for neon. */
  static PictureEvidence withoutNeon(String model) {
    return evidence(
        model,
        (p, seed) -> drawn(p, seed, p.object(), p.style().equals("neon") ? "flat" : p.style()));
  }

  /** Neon is to be erased; the model before draws all, the retrained one flat for neon. */
  static PictureTrial trial(PictureEvidence subject) {
    return new PictureTrial(
        Domain.STYLE,
        "neon",
        subject,
        Optional.of(withoutNeon("retrained")),
        Optional.of(perfect("before")));
  }
}
