package palimpsest.engine.picture.erase;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import palimpsest.api.Method;
import palimpsest.api.PictureEvidence.Domain;
import palimpsest.api.Recipe;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.engine.BuiltInMethods;
import palimpsest.engine.Choice;
import palimpsest.engine.picture.PictureRecipe;
import palimpsest.engine.picture.PictureShape;
import palimpsest.engine.picture.Suppression;
import palimpsest.methods.diffusion.ImageMethods;
import palimpsest.methods.diffusion.TextMapMethod;
import palimpsest.methods.diffusion.descent.ImageDescent;
import palimpsest.methods.diffusion.descent.ImageDescents;
import palimpsest.torch.diffusion.attack.ConceptInversion;
import palimpsest.torch.diffusion.attack.ConceptRelearning;
import palimpsest.torch.diffusion.attack.GuidanceLeak;
import palimpsest.torch.diffusion.attack.ImageAttack;
import palimpsest.torch.diffusion.attack.RingABell;
import palimpsest.torch.diffusion.attack.UnlearnDiffAtk;
import palimpsest.torch.diffusion.schedule.Prediction;
import palimpsest.torch.train.Slicing;

/**
 * What {@code bench grid} compares unless told otherwise: the papers' steps and rates are for
 * Stable Diffusion, these are short ones of a small model, one rate for all descents and none
 * selected.
 *
 * @param pictures of the grid
 * @param epochs of the model
 */
public record GridDefaults(GridPictures pictures, int epochs) {
  private static final int JUDGE_EPOCHS = 18; // of generated drawings, as its accuracy was measured
  private static final int EMOJI_JUDGE_EPOCHS = 16;

  /** Its sentences have more tokens than a small text encoder reads. */
  private static final TextMapMethod.Tokens AROUND = TextMapMethod.Tokens.AROUND_SUBJECT;

  /** 32 x 32 pixels folded by 4, two stages, 4.2 million parameters in the U-Net. */
  private static final PictureShape SHAPE =
      new PictureShape(32, 4, List.of(64, 128), 64, 2, 4, 1024);

  /** Of every descent that has such a parameter; rates were not selected. */
  private static final Map<String, Double> SHORT =
      Map.of(
          "steps", 200.0,
          "batch", 4.0,
          "learningRate", 1e-4,
          "drawSteps", 20.0,
          "warmup", 20.0,
          "attackFrom", 40.0,
          "images", 64.0,
          "fisherImages", 32.0,
          "fisherTimesteps", 50.0);

  /** The last style and the last object. */
  public List<Target> targets() {
    ImageCorpus corpus = pictures.read().training();
    return List.of(
        new Target(Domain.STYLE, corpus.styles().get(corpus.styles().size() - 1)),
        new Target(Domain.OBJECT, corpus.objects().get(corpus.objects().size() - 1)));
  }

  /** Closed forms as they are, descents with 200 steps of 4, suppressions as they are. */
  public static List<Method> methods() {
    List<Method> all = new ArrayList<>();
    closed().forEach(all::add);
    ImageDescents.all().forEach(m -> all.add(brief(m)));
    BuiltInMethods.images().stream().filter(Suppression::isOne).forEach(all::add);
    return all;
  }

  private static Stream<Method> closed() {
    return ImageMethods.all().stream()
        .filter(m -> m instanceof TextMapMethod closed && closed.tokens() != AROUND);
  }

  private static Method brief(ImageDescent method) {
    Map<String, Double> own = new TreeMap<>(SHORT);
    own.keySet().retainAll(method.parameters().keySet());
    return method.with(own);
  }

  /**
   * Methods of words such as {@code image.esd:steps=100}.
   *
   * @throws palimpsest.api.InvalidRequest if there is none of a name, or a parameter does not fit
   */
  public static List<Method> methods(List<String> words) {
    List<Method> all = methods();
    return words.stream().map(word -> Choice.among(word.strip(), all).method()).toList();
  }

  private static List<ImageAttack> attacks() {
    List<ImageAttack> all = new ArrayList<>();
    all.add(new ConceptInversion(1, 100, 8, 0.08, 0.01));
    all.add(new UnlearnDiffAtk(3, 10, 4, 0.01, 0.1));
    all.add(new RingABell(3, 8, 40, 60, 0.25, 0.5));
    all.add(new ConceptRelearning(10, 20, 5, 1e-4));
    all.addAll(GuidanceLeak.all());
    return all;
  }

  /** All of it. */
  public GridSettings settings(List<Target> targets, List<Method> methods, List<Long> seeds) {
    Recipe descent = new Recipe(epochs, 16, 16, 2e-3, 50, Recipe.Decay.COSINE, 0.01, 1, 1);
    PictureRecipe recipe =
        new PictureRecipe(
            descent, Slicing.NONE, SHAPE, PictureRecipe.DROPPED, 0.995, Prediction.SAMPLE);
    return new GridSettings(
        pictures,
        recipe,
        pictures.emoji().isPresent() ? EMOJI_JUDGE_EPOCHS : JUDGE_EPOCHS,
        targets,
        methods,
        seeds,
        new GridSettings.Asking(List.of(1L, 2L, 3L), 20, 3),
        attacks());
  }
}
