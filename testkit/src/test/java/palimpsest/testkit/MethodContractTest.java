package palimpsest.testkit;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import palimpsest.api.Guarantee;
import palimpsest.api.Method;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Loss;
import palimpsest.torch.train.ReferenceLogProb;

/** The contract against methods that break it, one rule each. */
class MethodContractTest {

  @Test
  void honestMethod_keepsEveryRule() {
    MethodContract contract = contract(Guarantee.APPROXIMATE, false, false, MethodContractTest::up);
    assertThatCode(
            run(
                contract,
                c -> {
                  c.guarantee_isApproximate_nothingWasProved();
                  c.loss_inMicroBatches_addsUpToTheStep();
                  c.loss_otherRetain_mattersOnlyIfDeclared();
                  c.loss_otherReference_mattersOnlyIfDeclared();
                  c.loss_referenceNearOrFar_isFinite();
                  c.gradient_ofEveryParameter_isThere();
                }))
        .doesNotThrowAnyException();
  }

  @Test
  void claimOfExactness_fails() {
    assertBreaks(
        contract(Guarantee.EXACT, false, false, MethodContractTest::up),
        MethodContract::guarantee_isApproximate_nothingWasProved);
  }

  /** Its own micro-batch's mean: two halves add up to about twice the step. */
  @Test
  void meanOfTheMicroBatch_fails() {
    assertBreaks(
        contract(
            Guarantee.APPROXIMATE,
            false,
            false,
            (model, reference, forget, retain) -> model.nll(forget.tokens()).neg()),
        MethodContract::loss_inMicroBatches_addsUpToTheStep);
  }

  @Test
  void retainUsedUndeclaredOrDeclaredUnused_fails() {
    assertBreaks(
        contract(Guarantee.APPROXIMATE, false, false, (m, reference, forget, r) -> Loss.nll(m, r)),
        MethodContract::loss_otherRetain_mattersOnlyIfDeclared);
    assertBreaks(
        contract(Guarantee.APPROXIMATE, true, false, MethodContractTest::up),
        MethodContract::loss_otherRetain_mattersOnlyIfDeclared);
  }

  @Test
  void referenceDeclaredUnused_fails() {
    assertBreaks(
        contract(Guarantee.APPROXIMATE, false, true, MethodContractTest::up),
        MethodContract::loss_otherReference_mattersOnlyIfDeclared);
  }

  /** exp of a gap of 1e5 overflows. */
  @Test
  void lossThatOverflows_fails() {
    assertBreaks(
        contract(
            Guarantee.APPROXIMATE,
            false,
            true,
            (model, reference, forget, retain) ->
                forget.exampleMean(
                    model.sequenceLogProb(forget.tokens()).sub(reference.of(forget)).exp())),
        MethodContract::loss_referenceNearOrFar_isFinite);
  }

  @Test
  void gradientThatIsZero_fails() {
    assertBreaks(
        contract(
            Guarantee.APPROXIMATE,
            false,
            false,
            (model, reference, forget, retain) -> Loss.nll(model, forget).mul(new Scalar(0.0))),
        MethodContract::gradient_ofEveryParameter_isThere);
  }

  private static Tensor up(CausalLm model, ReferenceLogProb none, Batch forget, Batch retain) {
    return Loss.nll(model, forget).neg();
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

  private interface Formula {
    Tensor loss(CausalLm model, ReferenceLogProb reference, Batch forget, Batch retain);
  }

  private record Named(Guarantee guarantee) implements Method {
    @Override
    public String id() {
      return "test.named";
    }

    @Override
    public String meaning() {
      return "breaks one rule";
    }

    @Override
    public List<String> cannotShow() {
      return List.of("anything");
    }
  }

  private record Made(Method method, boolean needsRetain, boolean needsReference, Formula formula)
      implements MethodContract.Subject {
    @Override
    public Tensor loss(CausalLm model, ReferenceLogProb reference, Batch forget, Batch retain) {
      return formula.loss(model, reference, forget, retain);
    }
  }

  private static MethodContract contract(
      Guarantee guarantee, boolean needsRetain, boolean needsReference, Formula formula) {
    return new MethodContract() {
      @Override
      protected Subject subject() {
        return new Made(new Named(guarantee), needsRetain, needsReference, formula);
      }
    };
  }
}
