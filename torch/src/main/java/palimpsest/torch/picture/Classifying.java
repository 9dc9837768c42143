package palimpsest.torch.picture;

import static org.bytedeco.pytorch.global.torch.log_softmax;
import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Weights;
import palimpsest.torch.train.Course;
import palimpsest.torch.train.Slope;

/**
 * The loss of telling objects and styles, as a slope.
 *
 * <pre>L = - mean over examples of (log p(object) + log p(style))</pre>
 *
 * <p>How an example is changed on the way follows from the seed, the step and its content alone.
 */
public final class Classifying implements Slope {
  private final PictureClassifier classifier;
  private final List<LabelledPicture> data;
  private final Augmentation augmentation;
  private final long seed;

  /** Moves the classifier's weights, which stay the caller's. */
  public Classifying(
      PictureClassifier classifier,
      List<LabelledPicture> data,
      Augmentation augmentation,
      long seed) {
    this.classifier = classifier;
    this.data = List.copyOf(data);
    this.augmentation = augmentation;
    this.seed = seed;
  }

  @Override
  public Weights weights() {
    return classifier.weights();
  }

  /** Nothing is remembered between steps. */
  @Override
  public Map<String, Tensor> state() {
    return Map.of();
  }

  @Override
  public Filled fill(int step, Course.Planned met) {
    int all = met.parts().stream().mapToInt(part -> part.length).sum();
    double loss = 0;
    for (int[] part : met.parts()) {
      try (PointerScope scope = new PointerScope()) {
        Tensor share = loss(part, step).mul(new Scalar((double) part.length / all));
        loss += share.item_double();
        share.backward();
      }
    }
    return new Filled(loss, 0, all, all);
  }

  /** Mean over the examples, (). */
  private Tensor loss(int[] part, int step) {
    List<byte[]> pictures = new ArrayList<>();
    long[] objects = new long[part.length];
    long[] styles = new long[part.length];
    for (int row = 0; row < part.length; row++) {
      LabelledPicture example = data.get(part[row]);
      SplittableRandom random = new SplittableRandom(key(example.content()) ^ (seed * 31 + step));
      pictures.add(augmentation.of(example.rgb(), example.side(), random));
      objects[row] = example.object();
      styles[row] = example.style();
    }
    Tensor x = PictureClassifier.pixels(pictures, classifier.config().size());
    Tensor features = classifier.features(x);
    return negativeLog(classifier.objects(features), objects)
        .add(negativeLog(classifier.styles(features), styles));
  }

  private static Tensor negativeLog(Tensor logits, long[] classes) {
    Tensor at = tensor(classes).view(-1, 1);
    return log_softmax(logits, 1).gather(1, at).mean().neg();
  }

  private static long key(int[] content) {
    return (long) content[0] << 32 ^ (content[1] & 0xffffffffL);
  }

  @Override
  public void close() {}
}
