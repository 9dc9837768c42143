package palimpsest.torch;

import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/** Lifetimes of native objects: what is made in a scope is freed with it. */
public final class Scopes {
  private Scopes() {}

  /** Frees every tensor made by {@code body} except its result, which joins the caller's scope. */
  public static Tensor compute(Supplier<Tensor> body) {
    PointerScope outer = PointerScope.getInnerScope();
    if (outer == null) {
      throw new IllegalStateException("no open scope to receive the result");
    }
    try (PointerScope inner = new PointerScope()) {
      Tensor result = body.get();
      outer.attach(result); // +1 reference: survives inner.close()
      return result;
    }
  }

  /** Takes a tensor out of the current scope: it lives until its owner closes it. */
  public static Tensor keep(Tensor tensor) {
    tensor.retainReference();
    PointerScope scope = PointerScope.getInnerScope();
    if (scope != null) {
      scope.detach(tensor); // gives back the scope's own reference
    }
    return tensor;
  }

  /**
   * The result of {@code body} as a constant: computed without gradients, in the caller's scope.
   */
  public static Tensor constant(Supplier<Tensor> body) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      return compute(body);
    }
  }

  /** Runs {@code body} in a scope of its own without recording gradients; no tensor may escape. */
  public static <T> T withoutGradient(Supplier<T> body) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      return body.get();
    }
  }
}
