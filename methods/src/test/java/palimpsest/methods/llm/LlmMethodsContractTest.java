package palimpsest.methods.llm;

import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Nested;
import palimpsest.methods.DescentMethod;
import palimpsest.testkit.MethodContract;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.ReferenceLogProb;

/** The contract of every descent method, one class a method. */
class LlmMethodsContractTest {

  @Nested
  class GradientAscentContract extends MethodContract {
    @Override
    protected Subject subject() {
      return new Descended(GradientAscent.defaults());
    }
  }

  @Nested
  class GradDiffContract extends MethodContract {
    @Override
    protected Subject subject() {
      return new Descended(GradDiff.defaults());
    }
  }

  @Nested
  class NpoContract extends MethodContract {
    @Override
    protected Subject subject() {
      return new Descended(Npo.defaults());
    }
  }

  @Nested
  class PlainNpoContract extends MethodContract {
    @Override
    protected Subject subject() {
      return new Descended(new Npo(0.5, 0));
    }
  }

  @Nested
  class SimNpoContract extends MethodContract {
    @Override
    protected Subject subject() {
      return new Descended(SimNpo.defaults());
    }
  }

  @Nested
  class WeightedAscentContract extends MethodContract {
    @Override
    protected Subject subject() {
      return new Descended(WeightedAscent.defaults());
    }
  }

  @Nested
  class SatImpContract extends MethodContract {
    @Override
    protected Subject subject() {
      return new Descended(SatImp.defaults());
    }
  }

  private record Descended(DescentMethod method) implements MethodContract.Subject {
    @Override
    public boolean needsRetain() {
      return method.needsRetain();
    }

    @Override
    public boolean needsReference() {
      return method.needsReference();
    }

    @Override
    public Tensor loss(CausalLm model, ReferenceLogProb reference, Batch forget, Batch retain) {
      return method.loss(model, reference, forget, retain);
    }
  }
}
