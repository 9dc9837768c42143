package palimpsest.methods.llm;

import java.util.Set;
import org.junit.jupiter.api.Nested;
import palimpsest.methods.DescentMethod;
import palimpsest.testkit.MethodContract;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.Materials.Need;
import palimpsest.torch.train.Objective;

/** The contract of the methods with answers to use instead, and of KL minimisation. */
class PreferenceContractTest {

  @Nested
  class KlMinimisationContract extends MethodContract {
    @Override
    protected Subject subject() {
      return new Descended(KlMinimisation.defaults());
    }
  }

  @Nested
  class DpoContract extends MethodContract {
    @Override
    protected Subject subject() {
      return new Descended(Dpo.defaults());
    }
  }

  @Nested
  class AltPoContract extends MethodContract {
    @Override
    protected Subject subject() {
      return new Descended(AltPo.defaults());
    }
  }

  @Nested
  class KtoContract extends MethodContract {
    @Override
    protected Subject subject() {
      return new Descended(Kto.defaults());
    }
  }

  @Nested
  class RefusalContract extends MethodContract {
    @Override
    protected Subject subject() {
      return new Descended(Refusal.defaults());
    }
  }

  @Nested
  class IdkApContract extends MethodContract {
    @Override
    protected Subject subject() {
      return new Descended(IdkAp.defaults());
    }
  }

  @Nested
  class FlatContract extends MethodContract {
    @Override
    protected Subject subject() {
      return new Descended(Flat.defaults());
    }
  }

  @Nested
  class FlatWithRetainContract extends MethodContract {
    @Override
    protected Subject subject() {
      return new Descended(new Flat(1, 1));
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
