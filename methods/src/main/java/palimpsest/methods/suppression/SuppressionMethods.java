package palimpsest.methods.suppression;

import java.util.List;
import palimpsest.api.Method;

/** Every method of this package, with its default hyper-parameters. */
public final class SuppressionMethods {
  private static final List<Method> ALL =
      List.of(Whp.defaults(), Uld.defaults(), InContext.defaults(), Eco.defaults());

  private SuppressionMethods() {}

  public static List<Method> all() {
    return ALL;
  }
}
