package palimpsest.methods.diffusion.descent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import palimpsest.testkit.FormulaWeights;
import palimpsest.testkit.LeakCheck;
import palimpsest.torch.Scopes;
import palimpsest.torch.diffusion.Denoiser;

/** Where whole steps lead, on a tiny model. */
@ExtendWith(LeakCheck.class)
class DescentDirectionTest {
  private static final Erasure ERASURE = Tiny.erasure(5);

  private final PointerScope scope = new PointerScope();
  private Tiny tiny;

  @BeforeEach
  void open() {
    tiny = new Tiny();
  }

  @AfterEach
  void close() {
    tiny.close();
    scope.close();
  }

  /** Tiny's method of a class, some of its parameters changed. */
  private static ImageDescent tiny(Class<?> kind, Map<String, Double> changes) {
    Map<String, Double> all = new TreeMap<>(changes);
    return Tiny.with(Tiny.methods().filter(kind::isInstance).findFirst().orElseThrow(), all);
  }

  private List<Double> losses(ImageDescent method, Erasure erasure) {
    List<Double> losses = new ArrayList<>();
    new ErasureRun(Optional.empty(), progress -> losses.add(progress.loss()), () -> false)
        .change(tiny.model, method, erasure);
    tiny.begin();
    return losses;
  }

  private static Stream<Class<?>> pushing() {
    return Stream.of(Esd.class, Spm.class, AdvUnlearn.class);
  }

  /**
   * Before the first step o = o*, so that with the empty text for a surrogate the loss is the mean
   * of (1 + η)² (o*(c) - o*(∅))²: four times as much for η = 1 as for 0. What is kept has not
   * moved.
   */
  @ParameterizedTest
  @MethodSource("pushing")
  void firstLoss_ofGuidance_isTheSquareOfOneMore(Class<?> kind) {
    Erasure empty = Erasure.ofTexts(List.of(new Erasure.Pair("a cat", "")), ERASURE.kept(), 3);
    Map<String, Double> at = Map.of("steps", 1.0, "guidance", 0.0);
    double plain = losses(tiny(kind, at), empty).get(0);
    double pushed = losses(tiny(kind, Map.of("steps", 1.0, "guidance", 1.0)), empty).get(0);
    assertThat(plain).isPositive();
    assertThat(pushed).isCloseTo(4 * plain, withinPercentage(0.01));
  }

  private static Stream<ImageDescent> replacing() {
    return Stream.of(
        tiny(ConceptAblation.class, Map.of("steps", 1.0)),
        tiny(SalUn.class, Map.of("steps", 1.0, "retainWeight", 0.0)));
  }

  /** What comes instead is the concept itself: nothing is to be moved. */
  @ParameterizedTest
  @MethodSource("replacing")
  void firstLoss_ofTheSameText_isZero(ImageDescent method) {
    Erasure same =
        new Erasure(
            List.of(new Erasure.Pair("a cat", "a cat")),
            List.of(),
            ERASURE.forget(),
            ERASURE.retain(),
            3);
    assertThat(losses(method, same).get(0)).isCloseTo(0, within(1e-10));
    assertThat(losses(method, ERASURE).get(0)).isGreaterThan(1e-6);
  }

  /** Nothing pulls before the first step, and then the more the greater λ. */
  @Test
  void selectiveAmnesia_pull_beginsAtZero() {
    List<Double> free = losses(tiny(SelectiveAmnesia.class, Map.of("fisherWeight", 0.0)), ERASURE);
    List<Double> held = losses(tiny(SelectiveAmnesia.class, Map.of("fisherWeight", 9.0)), ERASURE);
    assertThat(held.get(0)).isCloseTo(free.get(0), withinPercentage(1e-4));
    assertThat(held.get(1)).isGreaterThan(free.get(1));
  }

  /**
   * Towards the dog: on fixed noise the output under the cat comes nearer to the start's under the
   * dog; by SalUn, whose other text is not held still, to the dog's as it is then.
   */
  private static Stream<ImageDescent> towardsTheDog() {
    Map<String, Double> more = Map.of("steps", 8.0);
    return Stream.of(
        tiny(ConceptAblation.class, more),
        tiny(SalUn.class, Map.of("steps", 8.0, "retainWeight", 0.0)),
        tiny(Spm.class, Map.of("steps", 8.0, "guidance", 0.0, "anchorWeight", 1.0)),
        tiny(EraseDiff.class, Map.of("steps", 8.0, "region", 2.0, "uniform", 0.0, "penalty", 1e6)));
  }

  @ParameterizedTest
  @MethodSource("towardsTheDog")
  void change_movesTheConceptToWhatComesInstead(ImageDescent method) {
    Noisy at = noisy();
    Tensor dog = output(tiny.model.unet(), at, "a dog");
    double before = gap(output(tiny.model.unet(), at, "a cat"), dog);
    ErasureRun.quiet().change(tiny.model, method, ERASURE);
    Tensor then = method instanceof SalUn ? output(tiny.model.unet(), at, "a dog") : dog;
    assertThat(gap(output(tiny.model.unet(), at, "a cat"), then)).isLessThan(0.95 * before);
  }

  /** ESD, x, u and strict, and AdvUnlearn: towards o*(∅) - (o*(c) - o*(∅)). */
  private static Stream<ImageDescent> awayFromTheConcept() {
    return Stream.of(
        tiny(Esd.class, Map.of("steps", 8.0)),
        tiny(Esd.class, Map.of("steps", 8.0, "region", 1.0)),
        tiny(Esd.class, Map.of("steps", 8.0, "region", 2.0)),
        tiny(AdvUnlearn.class, Map.of("steps", 8.0, "retainWeight", 0.1)));
  }

  @ParameterizedTest
  @MethodSource("awayFromTheConcept")
  void change_movesTheConceptBeyondTheEmptyText(ImageDescent method) {
    Noisy at = noisy();
    Tensor cat = output(tiny.model.unet(), at, "a cat");
    Tensor empty = output(tiny.model.unet(), at, "");
    Tensor target = empty.mul(new Scalar(2.0)).sub(cat);
    ErasureRun.quiet().change(tiny.model, method, ERASURE);
    assertThat(gap(output(tiny.model.unet(), at, "a cat"), target))
        .isLessThan(0.95 * gap(cat, target));
  }

  private Noisy noisy() {
    return new Noisy(new Draws(77).normal(Draws.Use.TARGET, 1, 4, 3, 8, 8), 50, 300, 600, 900);
  }

  private Tensor output(Denoiser denoiser, Noisy at, String text) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      return at.output(denoiser, tiny.model.texts().read(List.of(text, text, text, text)));
    }
  }

  private static double gap(Tensor one, Tensor other) {
    return Noisy.meanSquare(one, other).item_double();
  }

  /** Outside the mask every parameter stays to the last bit, inside nearly all of them move. */
  @Test
  void salUn_mask_holdsTheOthers() {
    SalUn method = (SalUn) tiny(SalUn.class, Map.of("salient", 0.25));
    try (Laid laid = method.lay(tiny.model, 5)) {
      laid.recordBelow(false);
      Tensor mask = method.mask(new Ground(tiny.model, ERASURE, laid, () -> false));
      laid.recordBelow(true);
      Tensor before = laid.weights().flat().clone();
      new ErasureRun(Optional.empty(), progress -> {}, () -> false)
          .descend(tiny.model, method, ERASURE, laid);
      float[] salient = Captioned.floats(mask);
      float[] moved = Captioned.floats(laid.weights().flat().sub(before));
      mask.close();
      int in = 0;
      int movedIn = 0;
      for (int i = 0; i < salient.length; i++) {
        in += (int) salient[i];
        movedIn += salient[i] == 1 && moved[i] != 0 ? 1 : 0;
        assertThat(salient[i] == 1 || moved[i] == 0).as("parameter %s", i).isTrue();
      }
      assertThat(in).isCloseTo(salient.length / 4, within(1));
      assertThat(movedIn).isGreaterThan(in * 9 / 10);
    }
  }

  /** At 0 the model as it was, at 1 what is settled; half the way in between. */
  @Test
  void rankOne_strength_goesFromTheStartToWhatIsSettled() {
    Noisy at = noisy();
    try (RankOne adapters = RankOne.draw(tiny.model, 3)) {
      Tensor start = output(tiny.model.unet(), at, "a cat");
      assertThat(gap(output(adapters.at(1), at, "a cat"), start)).isZero(); // u begins at zero
      FormulaWeights.fill(adapters.weights());
      Tensor full = output(adapters.at(1), at, "a cat");
      Tensor half = output(adapters.at(0.5), at, "a cat");
      assertThat(gap(output(adapters.at(0), at, "a cat"), start)).isZero();
      assertThat(gap(full, start)).isGreaterThan(1e-4);
      assertThat(gap(half, start)).isLessThan(gap(full, start));
      adapters.settle();
      assertThat(gap(output(tiny.model.unet(), at, "a cat"), full)).isLessThan(1e-9);
    }
  }

  /**
   * γ is the larger of the cosine of all states and the share of the concept's tokens: of the
   * concept itself 1; of "cat dog" at least 1/2, of "ink a cat" 1 whatever the states; of "dog",
   * which shares no token, the cosine, as summed here term by term.
   */
  @Test
  void transport_gate_isTheLargerOfLikenessAndOverlap() {
    ClipTexts texts = (ClipTexts) tiny.model.texts();
    Transport transport = new Transport(texts, "cat ink");
    assertThat(transport.gate("cat ink")).isCloseTo(1, within(1e-5));
    assertThat(transport.gate("ink a cat")).isEqualTo(1);
    double dog = cosine(texts, "dog", "cat ink");
    assertThat(transport.gate("dog")).isCloseTo(Math.max(0, dog), within(1e-5)).isLessThan(1);
    double half = Math.max(0.5, cosine(texts, "cat dog", "cat ink"));
    assertThat(transport.gate("cat dog")).isCloseTo(half, within(1e-5));
  }

  private static double cosine(ClipTexts texts, String one, String other) {
    float[] a = states(texts, one);
    float[] b = states(texts, other);
    double dot = 0;
    double left = 0;
    double right = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      left += (double) a[i] * a[i];
      right += (double) b[i] * b[i];
    }
    return dot / Math.sqrt(left * right);
  }

  private static float[] states(ClipTexts texts, String text) {
    return Scopes.withoutGradient(
        () -> Captioned.floats(texts.encoder().encode(texts.ids(List.of(text))).last()));
  }
}
