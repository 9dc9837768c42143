package palimpsest.engine.picture.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.discovery.image.CaptionedImage;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.torch.picture.Augmentation;
import palimpsest.torch.picture.Classifying;
import palimpsest.torch.picture.LabelledPicture;
import palimpsest.torch.picture.PictureClassifier;
import palimpsest.torch.picture.PictureClassifier.Reading;
import palimpsest.torch.picture.PictureClassifierConfig;
import palimpsest.torch.train.Course;
import palimpsest.torch.train.Loop;
import palimpsest.torch.train.Optimiser;
import palimpsest.torch.train.Progress;

/**
 * Training of a judge by the one loop, and what it is worth on pictures that it has not seen.
 *
 * @param recipe how; its seed is that of the first weights and of all changes of pictures too
 * @param augmentation how pictures are changed on the way
 */
public record JudgeTraining(Recipe recipe, Augmentation augmentation) {

  /** So many passes in steps of 64 pictures, at most 0.002, cosine decay. */
  public static JudgeTraining of(int epochs, long seed) {
    Recipe recipe = new Recipe(epochs, 64, 64, 2e-3, 50, Recipe.Decay.COSINE, 0.02, 1, seed);
    return new JudgeTraining(recipe, Augmentation.light());
  }

  /** The same with stronger changes, for drawings of many hands of which few are to be had. */
  public static JudgeTraining ofDrawings(int epochs, long seed) {
    return new JudgeTraining(of(epochs, seed).recipe, Augmentation.strong());
  }

  /**
   * A trained judge, which the caller closes.
   *
   * @param config names the classes; each picture must be of one object and one style of it
   * @throws InvalidRequest for a picture of another size or without a class
   */
  public PictureClassifier train(
      PictureClassifierConfig config,
      ImageCorpus pictures,
      Consumer<Progress> listener,
      BooleanSupplier stop) {
    List<LabelledPicture> data = labelled(config, pictures);
    PictureClassifier classifier = PictureClassifier.draw(config, recipe.seed());
    boolean done = false;
    try (Classifying slope = new Classifying(classifier, data, augmentation, recipe.seed())) {
      Course course = Course.shuffled(data, recipe);
      new Loop(
              course,
              place -> false,
              recipe,
              Optimiser.Kind.ADAMW,
              Optional.empty(),
              listener,
              stop)
          .run(slope);
      done = true;
      return classifier;
    } finally {
      if (!done) {
        classifier.close();
      }
    }
  }

  /**
   * What a judge is worth: its errors on pictures whose classes are known.
   *
   * @param objects of the head that tells objects
   * @param styles of the head that tells styles
   */
  public record Worth(Confusion objects, Confusion styles) {}

  /** The errors of a judge on pictures; held out, or it says nothing. */
  public static Worth worth(PictureClassifier classifier, ImageCorpus pictures) {
    PictureClassifierConfig config = classifier.config();
    List<LabelledPicture> data = labelled(config, pictures);
    List<Reading> readings = classifier.read(data.stream().map(LabelledPicture::rgb).toList());
    int[][] truth = new int[2][data.size()];
    int[][] said = new int[2][data.size()];
    for (int i = 0; i < data.size(); i++) {
      truth[0][i] = data.get(i).object();
      truth[1][i] = data.get(i).style();
      said[0][i] = largest(readings.get(i).objects());
      said[1][i] = largest(readings.get(i).styles());
    }
    return new Worth(
        Confusion.of(config.objects(), truth[0], said[0]),
        Confusion.of(config.styles(), truth[1], said[1]));
  }

  /** Place of the largest, the first of equals. */
  static int largest(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  private static List<LabelledPicture> labelled(
      PictureClassifierConfig config, ImageCorpus pictures) {
    List<LabelledPicture> data = new ArrayList<>();
    for (CaptionedImage image : pictures.images()) {
      if (image.picture().width() != config.size() || image.picture().height() != config.size()) {
        throw new InvalidRequest(
            image.id()
                + ": "
                + image.picture()
                + "; the judge reads "
                + config.size()
                + " x "
                + config.size());
      }
      data.add(
          new LabelledPicture(
              image.picture().rgb(),
              config.size(),
              index(config.objects(), image.object(), image.id() + ": object"),
              index(config.styles(), image.style(), image.id() + ": style")));
    }
    return data;
  }

  private static int index(List<String> classes, Optional<String> word, String what) {
    int index = word.map(classes::indexOf).orElse(-1);
    if (index < 0) {
      throw new InvalidRequest(
          what + " is " + word.orElse("not known") + ", wanted one of " + classes);
    }
    return index;
  }
}
