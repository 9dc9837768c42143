package palimpsest.torch.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.torch.picture.PictureClassifier.Reading;
import palimpsest.torch.train.Course;
import palimpsest.torch.train.Loop;
import palimpsest.torch.train.Optimiser;

/** Pictures of 8 x 8 pixels: a bright left or right half (object), in red or in blue (style). */
class PictureClassifierTest {
  private static final int SIDE = 8;
  private static final PictureClassifierConfig CONFIG =
      new PictureClassifierConfig(
          SIDE, List.of(8, 8), 1, 16, List.of("left", "right"), List.of("red", "blue"));

  @TempDir Path folder;

  private static LabelledPicture picture(int object, int style, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] rgb = new byte[3 * SIDE * SIDE];
    for (int i = 0; i < SIDE * SIDE; i++) {
      boolean bright = i % SIDE / (SIDE / 2) == object;
      rgb[3 * i + 2 * style] = (byte) ((bright ? 150 : 30) + random.nextInt(60));
    }
    return new LabelledPicture(rgb, SIDE, object, style);
  }

  private static List<LabelledPicture> pictures(long seed, int copies) {
    List<LabelledPicture> data = new ArrayList<>();
    for (int i = 0; i < 4 * copies; i++) {
      data.add(picture(i & 1, i >> 1 & 1, seed + i));
    }
    return data;
  }

  private static String train(PictureClassifier classifier, List<LabelledPicture> data) {
    Recipe recipe = new Recipe(10, 8, 8, 5e-3, 5, Recipe.Decay.COSINE, 0.01, 1, 3);
    Augmentation changes = new Augmentation(0, 0, 0, 0.1, 0.04);
    try (Classifying slope = new Classifying(classifier, data, changes, 3)) {
      new Loop(
              Course.shuffled(data, recipe),
              place -> false,
              recipe,
              Optimiser.Kind.ADAMW,
              Optional.empty(),
              p -> {},
              () -> false)
          .run(slope);
    }
    return classifier.digest();
  }

  /** Others than those it is trained on; and the same seed gives the same classifier. */
  @Test
  void train_separableClasses_tellsUnseenPictures() {
    List<LabelledPicture> data = pictures(1, 8);
    try (PictureClassifier classifier = PictureClassifier.draw(CONFIG, 3);
        PictureClassifier twin = PictureClassifier.draw(CONFIG, 3)) {
      assertThat(train(twin, data)).isEqualTo(train(classifier, data));
      List<LabelledPicture> unseen = pictures(1000, 4);
      List<Reading> said = classifier.read(unseen.stream().map(LabelledPicture::rgb).toList());
      for (int i = 0; i < unseen.size(); i++) {
        assertThat(said.get(i).objects()[unseen.get(i).object()]).isGreaterThan(0.9);
        assertThat(said.get(i).styles()[unseen.get(i).style()]).isGreaterThan(0.9);
        assertThat(Arrays.stream(said.get(i).objects()).sum()).isCloseTo(1, within(1e-12));
        assertThat(said.get(i).features()).hasSize(16);
      }
    }
  }

  /** The loss is minus the mean logarithm of both probabilities that it reads. */
  @Test
  void loss_unchangedPictures_isOfWhatIsRead() {
    List<LabelledPicture> data = pictures(5, 2);
    try (PictureClassifier classifier = PictureClassifier.draw(CONFIG, 1);
        Classifying slope = new Classifying(classifier, data, Augmentation.none(), 1)) {
      classifier.weights().gradient();
      double loss =
          slope
              .fill(
                  1,
                  new Course.Planned(
                      0, List.of(new int[] {0, 1, 2}, new int[] {3, 4, 5, 6, 7}), List.of()))
              .loss();
      List<Reading> said = classifier.read(data.stream().map(LabelledPicture::rgb).toList());
      double sum = 0;
      for (int i = 0; i < data.size(); i++) {
        sum -= Math.log(said.get(i).objects()[data.get(i).object()]);
        sum -= Math.log(said.get(i).styles()[data.get(i).style()]);
      }
      assertThat(loss).isCloseTo(sum / data.size(), within(1e-5));
    }
  }

  @Test
  void fill_leavesNoNativeObjects() {
    List<LabelledPicture> data = pictures(5, 2);
    try (PictureClassifier classifier = PictureClassifier.draw(CONFIG, 1);
        Classifying slope = new Classifying(classifier, data, Augmentation.light(), 1)) {
      classifier.weights().gradient();
      Course.Planned met = new Course.Planned(0, List.of(new int[] {0, 1, 2}), List.of());
      slope.fill(1, met);
      classifier.read(List.of(data.get(0).rgb()));
      long before = Pointer.totalCount();
      slope.fill(2, met);
      classifier.read(List.of(data.get(0).rgb()));
      assertThat(Pointer.totalCount()).isEqualTo(before);
    }
  }

  @Test
  void files_readBack_areTheSameClassifier() {
    try (PictureClassifier classifier = PictureClassifier.draw(CONFIG, 1)) {
      PictureClassifierFiles.write(classifier, folder);
      try (PictureClassifier read = PictureClassifierFiles.read(folder)) {
        assertThat(read.digest()).isEqualTo(classifier.digest());
        assertThat(read.config()).isEqualTo(CONFIG);
      }
    }
  }

  @Test
  void files_damaged_areRefused() throws IOException {
    try (PictureClassifier classifier = PictureClassifier.draw(CONFIG, 1)) {
      PictureClassifierFiles.write(classifier, folder);
    }
    Path file = folder.resolve(PictureClassifierFiles.CONFIG);
    String good = Files.readString(file);
    refused(good.replace("\"red\"", "\"green\""), "digest is");
    refused(good.replace("\"blocks\" : 1", "\"blocks\" : 2"), "tensors, wanted");
    refused(good.replace("\"features\" : 16", "\"features\" : 17"), "wanted F32 of");
    refused(good.replace("\"size\" : 8", "\"size\" : 9"), "divisible by 4");
    refused(good.replace("\"size\" : 8", "\"size\" : \"8\""), "wanted an integer");
    refused(good.replace("\"blocks\"", "\"block\""), "wanted the fields");
  }

  private void refused(String json, String why) throws IOException {
    Files.write(
        folder.resolve(PictureClassifierFiles.CONFIG), json.getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> PictureClassifierFiles.read(folder))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining(why);
  }

  @Test
  void read_anotherSize_isRefused() {
    try (PictureClassifier classifier = PictureClassifier.draw(CONFIG, 1)) {
      assertThatThrownBy(() -> classifier.read(List.of(new byte[3 * 16])))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("8 x 8");
    }
  }

  /** A bright pixel in the middle of black stays one bright pixel, at most the shift away. */
  @Test
  void augmentation_movesAPictureByItsShift() {
    byte[] rgb = new byte[3 * SIDE * SIDE];
    rgb[3 * (4 * SIDE + 4)] = (byte) 200;
    boolean moved = false;
    for (long seed = 0; seed < 20; seed++) {
      byte[] out = new Augmentation(2, 0, 0, 0, 0).of(rgb, SIDE, new SplittableRandom(seed));
      int at = -1;
      int bright = 0;
      for (int i = 0; i < out.length; i++) {
        if (out[i] != 0) {
          at = i / 3;
          bright++;
        }
      }
      assertThat(bright).isEqualTo(1);
      assertThat(at / SIDE).isBetween(2, 6);
      assertThat(at % SIDE).isBetween(1, 6); // mirrored, 4 is 3
      moved |= at != 4 * SIDE + 4;
    }
    assertThat(moved).isTrue();
    assertThat(Augmentation.none().of(rgb, SIDE, new SplittableRandom(1))).isEqualTo(rgb);
  }

  /** Turned by any angle about the axis of greys, a grey stays, and the sum of red's colours. */
  @Test
  void augmentation_turnsHues_andLeavesGreysAndBrightness() {
    byte[] rgb = new byte[3 * SIDE * SIDE];
    Arrays.fill(rgb, (byte) 90);
    Augmentation hues = new Augmentation(0, 0, 1, 0, 0);
    boolean turned = false;
    for (long seed = 0; seed < 20; seed++) {
      assertThat(hues.of(rgb, SIDE, new SplittableRandom(seed))).isEqualTo(rgb);
      byte[] red = rgb.clone();
      red[0] = (byte) 150;
      byte[] out = hues.of(red, SIDE, new SplittableRandom(seed));
      int sum = (out[0] & 0xFF) + (out[1] & 0xFF) + (out[2] & 0xFF);
      assertThat(sum).isBetween(328, 332); // 150 + 90 + 90, each rounded
      turned |= (out[1] & 0xFF) > (out[0] & 0xFF);
    }
    assertThat(turned).isTrue();
  }

  /** A ramp x of step 16: between its places, a stretched one rises by 16 (1 ± warp) a place. */
  @Test
  void augmentation_stretchesARampToAnotherRamp() {
    byte[] rgb = new byte[3 * SIDE * SIDE];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (16 * (i / 3 % SIDE));
    }
    Augmentation warp = new Augmentation(0, 0.25, 0, 0, 0);
    boolean stretched = false;
    for (long seed = 0; seed < 20; seed++) {
      byte[] out = warp.of(rgb, SIDE, new SplittableRandom(seed));
      int middle = 3 * (SIDE / 2 * SIDE + SIDE / 2);
      int step = (out[middle] & 0xFF) - (out[middle - 3] & 0xFF);
      assertThat(step).isBetween(11, 21); // 12 to 20, each end rounded
      stretched |= step < 15;
    }
    assertThat(stretched).isTrue();
  }
}
