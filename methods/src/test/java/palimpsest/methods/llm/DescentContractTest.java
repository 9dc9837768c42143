package palimpsest.methods.llm;

import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import palimpsest.methods.DescentMethod;
import palimpsest.testkit.MethodContract;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.Materials.Need;
import palimpsest.torch.train.Objective;

/** The contract of every method that descends a loss. */
@ParameterizedClass
@MethodSource("methods")
class DescentContractTest extends MethodContract {
  private final DescentMethod descended;

  DescentContractTest(DescentMethod descended) {
    this.descended = descended;
  }

  static Stream<DescentMethod> methods() {
    return Stream.concat(
        LlmMethods.all().stream()
            .filter(DescentMethod.class::isInstance)
            .map(DescentMethod.class::cast),
        Stream.of(new Npo(0.5, 0), new Flat(1, 1)));
  }

  @Override
  protected Subject subject() {
    return new Descended(descended);
  }

  private record Descended(DescentMethod method) implements Subject {
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

    @Override
    public boolean reachesEveryParameter() {
      return !(method instanceof Rmu || method instanceof AdaptiveRmu);
    }
  }
}
