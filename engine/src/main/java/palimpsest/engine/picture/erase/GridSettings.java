package palimpsest.engine.picture.erase;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.engine.picture.PictureRecipe;
import palimpsest.torch.diffusion.attack.ImageAttack;

/**
 * What a grid of erasures compares, and how.
 *
 * @param pictures what the models are trained on, and the judge, and what that is tried on
 * @param recipe of the model that is to forget
 * @param judgeEpochs passes of the judge over the pictures
 * @param targets each by itself
 * @param methods but retraining, which is always there
 * @param seeds of the methods
 * @param drawing how models are asked
 * @param attacks each with three seeds on the first seed of a method
 */
public record GridSettings(
    GridPictures pictures,
    PictureRecipe recipe,
    int judgeEpochs,
    List<Target> targets,
    List<Method> methods,
    List<Long> seeds,
    Asking drawing,
    List<ImageAttack> attacks) {
  public GridSettings {
    targets = List.copyOf(targets);
    methods = List.copyOf(methods);
    seeds = List.copyOf(seeds);
    attacks = List.copyOf(attacks);
    Check.atLeast(judgeEpochs, 1, "epochs of the judge");
    Check.atLeast(targets.size(), 1, "targets");
    Check.atLeast(seeds.size(), 1, "seeds");
    requireDistinct(targets.stream().map(Target::toString).toList(), "target");
    requireDistinct(methods.stream().map(Method::id).toList(), "method");
    requireDistinct(seeds, "seed");
  }

  /** Attacks with all their settings. */
  List<List<ImageAttack>> candidates() {
    Map<String, List<ImageAttack>> byId = new LinkedHashMap<>();
    attacks.forEach(a -> byId.computeIfAbsent(a.id(), id -> new ArrayList<>()).add(a));
    return List.copyOf(byId.values());
  }

  /** What all targets, methods and seeds have in common. */
  Map<String, String> shared() {
    Map<String, String> words = words();
    List.of("targets", "methods", "seeds").forEach(words::remove);
    return words;
  }

  /** All of it in words, for whoever is to do it again. */
  Map<String, String> words() {
    Map<String, String> words = new TreeMap<>();
    words.put("pictures", pictures.toString());
    words.put("recipe", recipe.toString());
    words.put("judge epochs", String.valueOf(judgeEpochs));
    words.put("targets", targets.toString());
    words.put("methods", methods.toString());
    words.put("seeds", seeds.toString());
    words.put("drawing", drawing.toString());
    words.put("attacks", attacks.toString());
    return words;
  }

  private static void requireDistinct(List<?> all, String what) {
    if (all.stream().distinct().count() < all.size()) {
      throw new InvalidRequest("each " + what + " must be given once, got " + all);
    }
  }

  /**
   * How models are asked for pictures.
   *
   * @param noises seeds of noise: a picture of each prompt for each
   * @param steps of DDIM
   * @param guidance scale of classifier-free guidance
   */
  public record Asking(List<Long> noises, int steps, double guidance) {
    public Asking {
      noises = List.copyOf(noises);
      Check.atLeast(noises.size(), 3, "seeds of noise");
      Check.atLeast(steps, 1, "sampling steps");
      Check.nonNegative(guidance, "guidance scale");
    }
  }
}
