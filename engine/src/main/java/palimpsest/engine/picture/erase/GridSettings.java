package palimpsest.engine.picture.erase;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.engine.picture.PictureRecipe;
import palimpsest.engine.picture.judge.JudgeTraining;
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
 * @param attacks each with three seeds on the first seed of a method, on the model as it was and on
 *     the retrained one
 * @param floor seed of a second retraining of each target, whose distance to the first is the least
 *     that means anything; none to do without, as it costs one training more
 */
public record GridSettings(
    GridPictures pictures,
    PictureRecipe recipe,
    int judgeEpochs,
    List<Target> targets,
    List<Method> methods,
    List<Long> seeds,
    Asking drawing,
    List<ImageAttack> attacks,
    Optional<Long> floor) {
  private static final long JUDGE_SEED = 1;

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
    if (floor.equals(Optional.of(recipe.descent().seed()))) {
      throw new InvalidRequest(
          "a second retraining needs another seed than the model's, got " + floor.get() + " again");
    }
  }

  /** Without a second retraining. */
  public GridSettings(
      GridPictures pictures,
      PictureRecipe recipe,
      int judgeEpochs,
      List<Target> targets,
      List<Method> methods,
      List<Long> seeds,
      Asking drawing,
      List<ImageAttack> attacks) {
    this(
        pictures, recipe, judgeEpochs, targets, methods, seeds, drawing, attacks, Optional.empty());
  }

  /** The same with a second retraining of each target. */
  public GridSettings withFloor(long seed) {
    return new GridSettings(
        pictures,
        recipe,
        judgeEpochs,
        targets,
        methods,
        seeds,
        drawing,
        attacks,
        Optional.of(seed));
  }

  /**
   * How the judge is trained: on vendors' drawings, of which there are few, with stronger changes.
   */
  JudgeTraining judging() {
    return pictures.emoji().isPresent()
        ? JudgeTraining.ofDrawings(judgeEpochs, JUDGE_SEED)
        : JudgeTraining.of(judgeEpochs, JUDGE_SEED);
  }

  /** The seed of a method that is attacked and shown. */
  long firstSeed() {
    return seeds.get(0);
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
    List.of("targets", "methods", "seeds", "floor").forEach(words::remove);
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
    words.put("floor", floor.map(seed -> "retrained with seed " + seed).orElse("none"));
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
