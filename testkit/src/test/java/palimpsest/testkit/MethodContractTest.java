package palimpsest.testkit;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.Test;
import palimpsest.torch.train.Loss;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.Materials.Need;
import palimpsest.torch.train.Objective;

/** The contract against methods that break it, one rule each. */
class MethodContractTest {

  @Test
  void contract_honestMethod_isKept() {
    MethodContract contract = contract(false, Set.of(), MethodContractTest::up);
    assertThatCode(
            run(
                contract,
                c -> {
                  c.loss_inMicroBatches_addsUpToTheStep();
                  c.loss_otherRetain_mattersOnlyIfDeclared();
                  c.loss_otherReference_mattersOnlyIfDeclared();
                  c.loss_referenceNearOrFar_isFinite();
                  c.gradient_ofEveryParameter_isThere();
                }))
        .doesNotThrowAnyException();
  }

  /** Its own micro-batch's mean: two halves add up to about twice the step. */
  @Test
  void microBatches_meanOfEach_isBroken() {
    assertBreaks(
        contract(
            false,
            Set.of(),
            with -> Objective.of((model, forget) -> model.nll(forget.tokens()).neg())),
        MethodContract::loss_inMicroBatches_addsUpToTheStep);
  }

  @Test
  void retain_usedUndeclaredOrDeclaredUnused_isBroken() {
    assertBreaks(
        contract(false, Set.of(), with -> Objective.of(Loss.NLL, Loss.NLL, 1)),
        MethodContract::loss_otherRetain_mattersOnlyIfDeclared);
    assertBreaks(
        contract(true, Set.of(), MethodContractTest::up),
        MethodContract::loss_otherRetain_mattersOnlyIfDeclared);
  }

  @Test
  void reference_declaredUnused_isBroken() {
    assertBreaks(
        contract(false, Set.of(Need.REFERENCE), MethodContractTest::up),
        MethodContract::loss_otherReference_mattersOnlyIfDeclared);
  }

  /** exp of a gap of 1e5 overflows. */
  @Test
  void loss_thatOverflows_isBroken() {
    assertBreaks(
        contract(
            false,
            Set.of(Need.REFERENCE),
            with ->
                Objective.of(
                    (model, forget) ->
                        forget.exampleMean(
                            model
                                .sequenceLogProb(forget.tokens())
                                .sub(with.reference().sequences(forget))
                                .exp()))),
        MethodContract::loss_referenceNearOrFar_isFinite);
  }

  @Test
  void gradient_thatIsZero_isBroken() {
    assertBreaks(
        contract(
            false,
            Set.of(),
            with -> Objective.of((model, forget) -> Loss.nll(model, forget).mul(new Scalar(0.0)))),
        MethodContract::gradient_ofEveryParameter_isThere);
  }

  private static Objective up(Materials none) {
    return Objective.of((model, forget) -> Loss.nll(model, forget).neg());
  }

  private static void assertBreaks(MethodContract contract, Consumer<MethodContract> rule) {
    assertThatThrownBy(run(contract, rule)).isInstanceOf(AssertionError.class);
  }

  private static ThrowingCallable run(MethodContract contract, Consumer<MethodContract> rule) {
    return () -> {
      contract.open();
      try {
        rule.accept(contract);
      } finally {
        contract.close();
      }
    };
  }

  private record Made(boolean needsRetain, Set<Need> needs, Function<Materials, Objective> formula)
      implements MethodContract.Subject {
    @Override
    public Objective objective(Materials materials) {
      return formula.apply(materials);
    }
  }

  private static MethodContract contract(
      boolean needsRetain, Set<Need> needs, Function<Materials, Objective> formula) {
    return new MethodContract() {
      @Override
      protected Subject subject() {
        return new Made(needsRetain, needs, formula);
      }
    };
  }
}
