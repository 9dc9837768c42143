package palimpsest.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import palimpsest.api.Recipe;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Alternatives;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Descent;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.Materials.Need;
import palimpsest.torch.train.Objective;
import palimpsest.torch.train.ReferenceLogProb;
import palimpsest.torch.train.Stepping;

/**
 * What every method that descends a loss owes its users, whatever its formula: extend this in a
 * test of the method and say which one.
 *
 * <p>The method is seen through {@link Subject}, since this module lies below the methods. What it
 * declares of itself is held to {@link DeclarationContract}.
 */
@ExtendWith(LeakCheck.class)
public abstract class MethodContract {
  private static final int EXAMPLES = 4;

  /** A method's loss. */
  public interface Subject {
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

  private final List<TokenizedExample> forget = RandomExamples.of(EXAMPLES, 3);
  private final List<TokenizedExample> retain = RandomExamples.of(EXAMPLES, 4);
  private final List<TokenizedExample> others = RandomExamples.of(EXAMPLES, 5);
  private final Alternatives instead = RandomExamples.instead(forget, 6);
  private final Alternatives retainInstead = RandomExamples.instead(retain, 7);
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
  void loss_referenceNearOrFar_isFinite() {
    for (double shift : new double[] {0, -1e5, 1e5}) {
      LossAndGradient moved = step(shifted(shift), retain);
      assertThat(moved.loss()).as("reference moved by %s", shift).isFinite();
      assertThat(moved.norm()).as("gradient, reference moved by %s", shift).isFinite();
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
    Alternatives other = RandomExamples.instead(forget, 9);
    ReferenceLogProb reference = materials.reference().and(ReferenceLogProb.of(start, other.all()));
    assertMatters(
        Set.of(Need.REFUSALS, Need.ALTERNATES),
        new Materials(materials.start(), reference, other, retainInstead));
    assertMatters(
        Set.of(Need.RETAIN_REFUSALS),
        new Materials(
            materials.start(), materials.reference(), instead, RandomExamples.instead(retain, 9)));
  }

  private void assertMatters(Set<Need> where, Materials other) {
    boolean same = loss(materials, retain) == loss(other, retain);
    assertThat(same).isEqualTo(Collections.disjoint(subject().needs(), where));
  }

  @Test
  void loss_nothingDeclared_needsNoMaterials() {
    Assumptions.assumeTrue(subject().needs().isEmpty());
    assertThat(loss(Materials.NONE, retain)).isFinite();
  }

  @Test
  void loss_inMicroBatches_addsUpToTheStep() {
    LossAndGradient whole = step(materials, retain);
    LossAndGradient sum = share(materials, retain, 0, 1).plus(1, share(materials, retain, 2, 3));
    assertThat(sum.loss())
        .isCloseTo(whole.loss(), within(1e-5 * Math.max(1, Math.abs(whole.loss()))));
    assertThat(whole.distance(1, sum)).isLessThan(1e-5);
  }

  @Test
  void gradient_ofEveryParameter_isThere() {
    Assumptions.assumeTrue(subject().reachesEveryParameter());
    step(materials, retain);
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

  private double loss(Materials with, List<TokenizedExample> kept) {
    return step(with, kept).loss();
  }

  private LossAndGradient step(Materials with, List<TokenizedExample> kept) {
    return share(with, kept, IntStream.range(0, EXAMPLES).toArray());
  }

  /** The share that these examples have in the whole step. */
  private LossAndGradient share(Materials with, List<TokenizedExample> kept, int... examples) {
    return LossAndGradient.of(
        model, subject().objective(with), batch(forget, examples), batch(kept, examples));
  }

  private static Batch batch(List<TokenizedExample> data, int... examples) {
    int[] all = IntStream.range(0, data.size()).toArray();
    return Batch.of(data, examples, Batch.Step.of(data, all, 0));
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
}
