package palimpsest.torch.picture;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;

/**
 * The shape of a classifier of pictures.
 *
 * @param size width and height of its pictures in pixels, divisible by 2 to the power of the stages
 * @param channels of each stage, each divisible by {@link #GROUPS}; a stage halves the side
 * @param blocks residual convolutions of each stage
 * @param features numbers that the last layer before the heads has, F
 * @param objects the classes of one head, each once
 * @param styles the classes of the other
 */
public record PictureClassifierConfig(
    int size,
    List<Integer> channels,
    int blocks,
    int features,
    List<String> objects,
    List<String> styles) {
  /** Groups of channels that are normalised together. */
  public static final int GROUPS = 8;

  static final String FEATURES = "features.map";
  static final String FEATURES_NORM = "features.norm";
  static final String OBJECT = "object";
  static final String STYLE = "style";
  private static final int MOST = 4096;
  private static final int STEM_KERNEL = 4;
  private static final int KERNEL = 3;
  private static final int COLOURS = 3;

  public PictureClassifierConfig {
    channels = List.copyOf(channels);
    objects = List.copyOf(objects);
    styles = List.copyOf(styles);
    requireClasses(objects, OBJECT);
    requireClasses(styles, STYLE);
    within(blocks, 1, "blocks of a classifier");
    within(features, 1, "features of a classifier");
    within(channels.size(), 1, "stages of a classifier");
    if (channels.size() > 8) {
      throw new InvalidRequest("stages of a classifier must be at most 8, got " + channels.size());
    }
    for (int count : channels) {
      within(count, GROUPS, "channels of a stage");
      if (count % GROUPS != 0) {
        throw new InvalidRequest(
            "channels of a stage must be divisible by " + GROUPS + ", got " + count);
      }
    }
    within(size, 1, "picture size");
    if (size % (1 << channels.size()) != 0) {
      throw new InvalidRequest(
          "picture size must be divisible by " + (1 << channels.size()) + ", got " + size);
    }
  }

  private static void within(int value, int least, String what) {
    Check.atLeast(value, least, what);
    if (value > MOST) {
      throw new InvalidRequest(what + " must be at most " + MOST + ", got " + value);
    }
  }

  private static void requireClasses(List<String> classes, String what) {
    if (classes.size() < 2
        || classes.size() > MOST
        || classes.stream().distinct().count() < classes.size()
        || classes.stream().anyMatch(String::isBlank)) {
      throw new InvalidRequest(
          "a classifier tells 2 to "
              + MOST
              + " "
              + what
              + "s apart, each named once, got "
              + classes.size());
    }
  }

  /** Stages of 32, 64 and 64 channels and 128 features for 32 x 32: some 280 000 parameters. */
  public static PictureClassifierConfig small(List<String> objects, List<String> styles) {
    return new PictureClassifierConfig(32, List.of(32, 64, 64), 1, 128, objects, styles);
  }

  /** Numbers of the last stage: its channels at all its places. */
  private long places() {
    long side = size >> channels.size();
    return channels.get(channels.size() - 1) * side * side;
  }

  /** Names and shapes of the parameters. */
  Map<String, List<Long>> tensors() {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    int before = COLOURS;
    for (int stage = 0; stage < channels.size(); stage++) {
      int count = channels.get(stage);
      conv(shapes, down(stage), List.of(before, count, stage == 0 ? STEM_KERNEL : KERNEL));
      for (int block = 0; block < blocks; block++) {
        conv(shapes, block(stage, block), List.of(count, count, KERNEL));
      }
      before = count;
    }
    shapes.put(FEATURES + ".weight", List.of((long) features, places()));
    shapes.put(FEATURES_NORM + ".weight", List.of((long) features));
    shapes.put(FEATURES_NORM + ".bias", List.of((long) features));
    head(shapes, OBJECT, objects.size());
    head(shapes, STYLE, styles.size());
    return shapes;
  }

  /** A convolution without bias and the normalisation that follows it. */
  private static void conv(Map<String, List<Long>> shapes, String name, List<Integer> inOutKernel) {
    long in = inOutKernel.get(0);
    long out = inOutKernel.get(1);
    long kernel = inOutKernel.get(2);
    shapes.put(name + ".conv.weight", List.of(out, in, kernel, kernel));
    shapes.put(name + ".norm.weight", List.of(out));
    shapes.put(name + ".norm.bias", List.of(out));
  }

  private void head(Map<String, List<Long>> shapes, String name, int classes) {
    shapes.put(name + ".weight", List.of((long) classes, (long) features));
    shapes.put(name + ".bias", List.of((long) classes));
  }

  static String down(int stage) {
    return "stages." + stage + ".down";
  }

  static String block(int stage, int block) {
    return "stages." + stage + ".blocks." + block;
  }

  /** What the classes are called, a line for people and for the digest. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("size " + size);
    lines.add("channels " + channels);
    lines.add("blocks " + blocks);
    lines.add("features " + features);
    objects.forEach(word -> lines.add(OBJECT + " " + word));
    styles.forEach(word -> lines.add(STYLE + " " + word));
    return lines;
  }
}
