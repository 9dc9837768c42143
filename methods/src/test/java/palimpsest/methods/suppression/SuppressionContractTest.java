package palimpsest.methods.suppression;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import palimpsest.api.Guarantee;
import palimpsest.api.Method;
import palimpsest.testkit.DeclarationContract;

/** What the methods that suppress declare of themselves. */
@ParameterizedClass
@MethodSource("methods")
class SuppressionContractTest extends DeclarationContract {
  private final Method method;

  SuppressionContractTest(Method method) {
    this.method = method;
  }

  static Stream<Method> methods() {
    return SuppressionMethods.all().stream();
  }

  @Override
  protected Method method() {
    return method;
  }

  @Override
  protected Guarantee guarantee() {
    return Guarantee.SUPPRESSED;
  }

  @Test
  void cannotShow_firstOfAll_isRemoval() {
    assertThat(method.cannotShow().get(0)).startsWith("removal");
  }
}
