package palimpsest.methods.llm;

import java.util.Set;
import org.junit.jupiter.api.Nested;
import palimpsest.methods.DescentMethod;
import palimpsest.testkit.MethodContract;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.Materials.Need;
import palimpsest.torch.train.Objective;

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
    public Set<Need> needs() {
      return method.needs(method.retainLoss());
    }

    @Override
    public Objective objective(Materials materials) {
      return method.objective(materials, method.retainLoss());
    }
  }
}
