package palimpsest.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import palimpsest.api.Guarantee;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.api.Recipe;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.llm.TokenBatch;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Descent;
import palimpsest.torch.train.ReferenceLogProb;

/**
 * What every method that descends a loss owes its users, whatever its formula: extend this in a
 * test of the method and say which one.
 *
 * <p>The method is seen through {@link Subject}, since this module lies below the methods.
 */
@ExtendWith(LeakCheck.class)
public abstract class MethodContract {
  private static final int EXAMPLES = 4;

  /** A method and its loss. */
  public interface Subject {
    Method method();

    boolean needsRetain();

    boolean needsReference();

    Tensor loss(CausalLm model, ReferenceLogProb reference, Batch forget, Batch retain);
  }

  private final List<TokenizedExample> forget = data(3);
  private final List<TokenizedExample> retain = data(4);
  private final List<TokenizedExample> others = data(5);
  private Llama model;
  private ReferenceLogProb reference;

  /** The method under test. */
  protected abstract Subject subject();

  @BeforeEach
  final void open() {
    model = TinyModels.llama(1);
    try (Llama start = TinyModels.llama(2)) {
      reference = ReferenceLogProb.of(start, forget);
    }
  }

  @AfterEach
  final void close() {
    model.close();
  }

  @Test
  void id_isFamilyDotName() {
    assertThat(method().id()).matches("[a-z0-9]+\\.[a-z0-9]+(-[a-z0-9]+)*");
  }

  @Test
  void guarantee_isApproximate_nothingWasProved() {
    assertThat(method().guarantee()).isEqualTo(Guarantee.APPROXIMATE);
  }

  @Test
  void words_meaningAndLimits_areGiven() {
    assertThat(method().meaning()).isNotBlank();
    assertThat(method().cannotShow()).isNotEmpty().allSatisfy(s -> assertThat(s).isNotBlank());
  }

  @Test
  void with_ownParameters_isEqual() {
    assertThat(method().with(method().parameters())).isEqualTo(method());
    assertThat(method().with(Map.of())).isEqualTo(method());
  }

  @Test
  void with_oneParameter_changesOnlyIt() {
    Map<String, Double> parameters = method().parameters();
    parameters.forEach(
        (name, value) -> {
          double other = value == 0 ? 1 : value / 2;
          Map<String, Double> changed = method().with(Map.of(name, other)).parameters();
          assertThat(changed).containsEntry(name, other).hasSameSizeAs(parameters);
          changed.remove(name);
          assertThat(parameters).containsAllEntriesOf(changed);
        });
  }

  @Test
  void with_unknownName_isRefusedInOneLine() {
    assertRefused("noSuchParameter", 1);
  }

  @Test
  void with_valueThatIsNoNumber_isRefusedInOneLine() {
    for (String name : method().parameters().keySet()) {
      assertRefused(name, Double.NaN);
      assertRefused(name, Double.POSITIVE_INFINITY);
      assertRefused(name, Double.NEGATIVE_INFINITY);
    }
  }

  private void assertRefused(String name, double value) {
    InvalidRequest refusal =
        catchThrowableOfType(InvalidRequest.class, () -> method().with(Map.of(name, value)));
    assertThat(refusal).as("%s = %s", name, value).isNotNull();
    assertThat(refusal).hasMessageContaining(name).hasMessageStartingWith(method().id());
    assertThat(refusal.getMessage().lines()).hasSize(1);
  }

  @Test
  void loss_referenceNearOrFar_isFinite() {
    for (double shift : new double[] {0, -1e5, 1e5}) {
      assertThat(loss(shifted(shift), retain)).as("reference moved by %s", shift).isFinite();
      assertThat(gradient()).doesNotContain(Float.NaN, Float.POSITIVE_INFINITY);
    }
  }

  @Test
  void loss_otherRetain_mattersOnlyIfDeclared() {
    boolean same = loss(reference, retain) == loss(reference, others);
    assertThat(same).isEqualTo(!subject().needsRetain());
  }

  @Test
  void loss_otherReference_mattersOnlyIfDeclared() {
    boolean same = loss(reference, retain) == loss(shifted(3), retain);
    assertThat(same).isEqualTo(!subject().needsReference());
  }

  @Test
  void loss_nothingDeclared_emptyReferenceIsEnough() {
    if (!subject().needsReference()) {
      assertThat(loss(new ReferenceLogProb(new float[0]), retain)).isFinite();
    }
  }

  @Test
  void loss_inMicroBatches_addsUpToTheStep() {
    double whole = loss(reference, retain);
    float[] wholeGradient = gradient();
    model.weights().gradient().zero_();
    double sum = back(reference, retain, 0, 1) + back(reference, retain, 2, 3);
    assertThat(sum).isCloseTo(whole, within(1e-5 * Math.max(1, Math.abs(whole))));
    float[] difference = gradient();
    for (int i = 0; i < difference.length; i++) {
      difference[i] -= wholeGradient[i];
    }
    assertThat(norm(difference)).isLessThan(1e-5 * norm(wholeGradient));
  }

  @Test
  void gradient_ofEveryParameter_isThere() {
    loss(reference, retain);
    try (PointerScope scope = new PointerScope()) {
      model
          .weights()
          .tensors()
          .forEach(
              (name, t) -> assertThat(t.grad().norm().item_double()).as(name).isGreaterThan(0));
    }
  }

  @Test
  void descent_twiceFromOneSeed_sameDigest() {
    assertThat(descend()).isEqualTo(descend()).isNotEqualTo(model.weights().digest());
  }

  private String descend() {
    Recipe recipe = new Recipe(2, 2, 1, 1e-3, 0, Recipe.Decay.CONSTANT, 0.01, 1, 9);
    try (Llama copy = model.copy()) {
      new Descent(
              forget,
              retain,
              (m, f, r) -> subject().loss(m, reference, f, r),
              recipe,
              Optional.empty(),
              p -> {},
              () -> false)
          .run(copy);
      return copy.weights().digest();
    }
  }

  private Method method() {
    return subject().method();
  }

  /** Loss of the whole step; its gradient is left in the model. */
  private double loss(ReferenceLogProb of, List<TokenizedExample> kept) {
    try (PointerScope scope = new PointerScope()) {
      model.weights().gradient().zero_();
    }
    return back(of, kept, IntStream.range(0, EXAMPLES).toArray());
  }

  private double back(ReferenceLogProb of, List<TokenizedExample> kept, int... examples) {
    try (PointerScope scope = new PointerScope()) {
      Tensor share = subject().loss(model, of, batch(forget, examples), batch(kept, examples));
      assertThat(share.numel()).isEqualTo(1);
      share.backward();
      return share.item_double();
    }
  }

  private static Batch batch(List<TokenizedExample> data, int... examples) {
    long tokens = data.stream().mapToLong(TokenizedExample::completionLength).sum();
    TokenBatch some = TokenBatch.of(Arrays.stream(examples).mapToObj(data::get).toList());
    return new Batch(some, examples, tokens, data.size());
  }

  private float[] gradient() {
    float[] values = new float[(int) model.weights().count()];
    try (PointerScope scope = new PointerScope()) {
      new FloatPointer(model.weights().gradient().data_ptr_float()).get(values);
    }
    return values;
  }

  private static double norm(float[] values) {
    double sum = 0;
    for (float v : values) {
      sum += (double) v * v;
    }
    return Math.sqrt(sum);
  }

  private ReferenceLogProb shifted(double by) {
    float[] values = reference.perExample().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] += (float) by;
    }
    return new ReferenceLogProb(values);
  }

  private static List<TokenizedExample> data(long seed) {
    Random random = new Random(seed);
    List<TokenizedExample> data = new ArrayList<>();
    for (int i = 0; i < EXAMPLES; i++) {
      int[] ids = random.ints(6 + random.nextInt(8), 0, TinyModels.CONFIG.vocabSize()).toArray();
      data.add(new TokenizedExample(ids, 2 + random.nextInt(3)));
    }
    return data;
  }
}
