package palimpsest.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import palimpsest.api.Guarantee;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.api.Recipe;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Alternatives;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Descent;
import palimpsest.torch.train.Loss;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.Materials.Need;
import palimpsest.torch.train.Objective;
import palimpsest.torch.train.ReferenceLogProb;
import palimpsest.torch.train.Stepping;

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

    /** What the losses look at. */
    Set<Need> needs();

    /** What is descended. */
    Objective objective(Materials materials);

    /** Whether every parameter of the model takes part; not where later layers are cut off. */
    default boolean reachesEveryParameter() {
      return true;
    }
  }

  private final List<TokenizedExample> forget = data(3);
  private final List<TokenizedExample> retain = data(4);
  private final List<TokenizedExample> others = data(5);
  private final Alternatives instead = alternatives(forget, 6);
  private final Alternatives retainInstead = alternatives(retain, 7);
  private Llama model;
  private Llama start;
  private Materials materials;

  /** The method under test. */
  protected abstract Subject subject();

  @BeforeEach
  final void open() {
    model = TinyModels.llama(1);
    start = TinyModels.llama(2);
    ReferenceLogProb reference =
        ReferenceLogProb.of(start, forget).and(ReferenceLogProb.of(start, instead.all()));
    materials = new Materials(Optional.of(start), reference, instead, retainInstead);
  }

  @AfterEach
  final void close() {
    model.close();
    start.close();
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
    assertThat(method().about().parameters().keySet()).isEqualTo(method().parameters().keySet());
    assertThat(method().about().fidelity()).matches("(faithful|variant|simplified|own)\\b.*");
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
          double other = value == 0 ? 1 : isWhole(name) ? value + 1 : value / 2;
          Map<String, Double> changed = method().with(Map.of(name, other)).parameters();
          assertThat(changed).containsEntry(name, other).hasSameSizeAs(parameters);
          changed.remove(name);
          assertThat(parameters).containsAllEntriesOf(changed);
        });
  }

  private boolean isWhole(String name) {
    return Arrays.stream(method().getClass().getRecordComponents())
        .anyMatch(c -> c.getName().equals(name) && c.getType() != double.class);
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
    boolean same = loss(materials, retain) == loss(materials, others);
    assertThat(same).isEqualTo(!subject().needsRetain());
  }

  @Test
  void loss_otherReference_mattersOnlyIfDeclared() {
    assertMatters(Set.of(Need.REFERENCE), shifted(3));
  }

  @Test
  void loss_otherStart_mattersOnlyIfDeclared() {
    try (Llama other = TinyModels.llama(8)) {
      assertMatters(
          Set.of(Need.START),
          new Materials(Optional.of(other), materials.reference(), instead, retainInstead));
    }
  }

  @Test
  void loss_otherAnswersInstead_matterOnlyIfDeclared() {
    Alternatives other = alternatives(forget, 9);
    ReferenceLogProb reference = materials.reference().and(ReferenceLogProb.of(start, other.all()));
    assertMatters(
        Set.of(Need.REFUSALS, Need.ALTERNATES),
        new Materials(materials.start(), reference, other, retainInstead));
    assertMatters(
        Set.of(Need.RETAIN_REFUSALS),
        new Materials(materials.start(), materials.reference(), instead, alternatives(retain, 9)));
  }

  private void assertMatters(Set<Need> where, Materials other) {
    boolean same = loss(materials, retain) == loss(other, retain);
    assertThat(same).isEqualTo(Collections.disjoint(subject().needs(), where));
  }

  @Test
  void loss_nothingDeclared_needsNoMaterials() {
    if (subject().needs().isEmpty()) {
      assertThat(loss(Materials.NONE, retain)).isFinite();
    }
  }

  @Test
  void loss_inMicroBatches_addsUpToTheStep() {
    double whole = loss(materials, retain);
    float[] wholeGradient = gradient();
    model.weights().gradient().zero_();
    double sum = back(materials, retain, 0, 1) + back(materials, retain, 2, 3);
    assertThat(sum).isCloseTo(whole, within(1e-5 * Math.max(1, Math.abs(whole))));
    float[] difference = gradient();
    for (int i = 0; i < difference.length; i++) {
      difference[i] -= wholeGradient[i];
    }
    assertThat(norm(difference)).isLessThan(1e-5 * norm(wholeGradient));
  }

  @Test
  void gradient_ofEveryParameter_isThere() {
    Assumptions.assumeTrue(subject().reachesEveryParameter());
    loss(materials, retain);
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
              subject().objective(materials),
              recipe,
              Stepping.PLAIN,
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
  private double loss(Materials with, List<TokenizedExample> kept) {
    try (PointerScope scope = new PointerScope()) {
      model.weights().gradient().zero_();
    }
    return back(with, kept, IntStream.range(0, EXAMPLES).toArray());
  }

  private double back(Materials with, List<TokenizedExample> kept, int... examples) {
    Objective objective = subject().objective(with);
    double sum = back(objective.loss(), batch(forget, examples), 1);
    if (objective.beside().isPresent()) {
      Objective.Beside beside = objective.beside().get();
      sum += back(beside.loss(), batch(kept, examples), beside.weight());
    }
    return sum;
  }

  private double back(Loss loss, Batch batch, double weight) {
    try (PointerScope scope = new PointerScope()) {
      Tensor share = loss.of(model, batch).mul(new Scalar(weight));
      assertThat(share.numel()).isEqualTo(1);
      share.backward();
      return share.item_double();
    }
  }

  private static Batch batch(List<TokenizedExample> data, int... examples) {
    int[] all = IntStream.range(0, data.size()).toArray();
    return Batch.of(data, examples, Batch.Step.of(data, all, 0));
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

  private Materials shifted(double by) {
    Map<TokenizedExample, float[]> moved = new HashMap<>();
    for (TokenizedExample e : forget) {
      float[] values = materials.reference().tokens(e).clone();
      for (int i = 0; i < values.length; i++) {
        values[i] += (float) (by / values.length);
      }
      moved.put(e, values);
    }
    return new Materials(
        materials.start(),
        materials.reference().and(new ReferenceLogProb(moved)),
        instead,
        retainInstead);
  }

  /** One other answer to each prompt. */
  private static Alternatives alternatives(List<TokenizedExample> data, long seed) {
    Random random = new Random(seed);
    List<List<TokenizedExample>> all = new ArrayList<>();
    for (TokenizedExample e : data) {
      IntStream prompt = IntStream.of(e.ids()).limit(e.promptLength());
      IntStream answer = random.ints(2 + random.nextInt(4), 0, TinyModels.CONFIG.vocabSize());
      int[] ids = IntStream.concat(prompt, answer).toArray();
      all.add(List.of(new TokenizedExample(ids, e.promptLength())));
    }
    return new Alternatives(all);
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
