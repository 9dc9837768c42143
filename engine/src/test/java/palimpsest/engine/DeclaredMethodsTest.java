package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import palimpsest.api.Guarantee;
import palimpsest.api.Method;
import palimpsest.testkit.DeclarationContract;

/** What every listed method declares of itself, wherever it comes from. */
@ParameterizedClass
@MethodSource("methods")
class DeclaredMethodsTest extends DeclarationContract {
  private static final Set<String> SUPPRESSING =
      Set.of("image.safe-guidance", "image.negative-prompt", "image.prompt-filter");

  private final Method method;

  DeclaredMethodsTest(Method method) {
    this.method = method;
  }

  static Stream<Method> methods() {
    return Stream.concat(BuiltInMethods.all().stream(), BuiltInMethods.images().stream());
  }

  @Override
  protected Method method() {
    return method;
  }

  @Override
  protected Guarantee guarantee() {
    if (method.id().equals("exact.shards")) {
      return Guarantee.STRUCTURAL; // it says nothing of the base
    }
    if (SUPPRESSING.contains(method.id())) {
      return Guarantee.SUPPRESSED;
    }
    return switch (method.id().substring(0, method.id().indexOf('.'))) {
      case "exact" -> Guarantee.EXACT;
      case "guard" -> Guarantee.SUPPRESSED;
      default -> Guarantee.APPROXIMATE;
    };
  }

  @Test
  void cannotShow_ofASuppression_isRemovalFirstOfAll() {
    boolean first = method.cannotShow().get(0).startsWith("removal");
    assertThat(first).isEqualTo(method.guarantee() == Guarantee.SUPPRESSED);
  }
}
