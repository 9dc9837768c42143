package palimpsest.methods.llm;

import java.util.Set;
import org.junit.jupiter.api.Nested;
import palimpsest.methods.DescentMethod;
import palimpsest.testkit.MethodContract;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.Materials.Need;
import palimpsest.torch.train.Objective;

/** The contract of the methods on tokens, logits and hidden states, one class a method. */
class TokenLossContractTest {

  @Nested
  class RmuContract extends MethodContract {
    @Override
    protected Subject subject() {
      return new Descended(Rmu.defaults(), false);
    }
  }

  @Nested
  class AdaptiveRmuContract extends MethodContract {
    @Override
    protected Subject subject() {
      return new Descended(AdaptiveRmu.defaults(), false);
    }
  }

  @Nested
  class UndialContract extends MethodContract {
    @Override
    protected Subject subject() {
      return new Descended(Undial.defaults(), true);
    }
  }

  @Nested
  class CeUContract extends MethodContract {
    @Override
    protected Subject subject() {
      return new Descended(CeU.defaults(), true);
    }
  }

  @Nested
  class PduContract extends MethodContract {
    @Override
    protected Subject subject() {
      return new Descended(Pdu.defaults(), true);
    }
  }

  @Nested
  class TnpoContract extends MethodContract {
    @Override
    protected Subject subject() {
      return new Descended(Tnpo.defaults(), true);
    }
  }

  @Nested
  class WtnpoContract extends MethodContract {
    @Override
    protected Subject subject() {
      return new Descended(Wtnpo.defaults(), true);
    }
  }

  @Nested
  class MaxEntropyContract extends MethodContract {
    @Override
    protected Subject subject() {
      return new Descended(MaxEntropy.defaults(), true);
    }
  }

  private record Descended(DescentMethod method, boolean reachesEveryParameter)
      implements MethodContract.Subject {
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
