package palimpsest.testkit;

import static org.bytedeco.pytorch.global.torch.ones;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test after which more native objects, or more bytes of them, are alive than before it.
 *
 * <p>Counted are objects that Java allocated and nobody closed, among them every tensor handle. The
 * count starts before {@code @BeforeEach} and ends after {@code @AfterEach}. What loading libtorch
 * allocates once is not counted: a small pass forth and back is made before the first test. What is
 * allocated once elsewhere, such as a static tensor, is a leak by the rules of this house.
 *
 * <p>Blind where the collector frees older garbage during the test, and for memory that libtorch
 * holds without a Java object. Not for tests that run in parallel in one process.
 */
public final class LeakCheck implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback {
  private static final ExtensionContext.Namespace HERE =
      ExtensionContext.Namespace.create(LeakCheck.class);

  /** Native objects alive and their bytes. */
  record Alive(long objects, long bytes) {
    static Alive now() {
      return new Alive(Pointer.totalCount(), Pointer.totalBytes());
    }

    void requireNoMore() {
      Alive after = now();
      if (after.objects > objects || after.bytes > bytes) {
        throw new AssertionError(
            "native objects left open: "
                + (after.objects - objects)
                + " more, "
                + (after.bytes - bytes)
                + " bytes more; close them or open a PointerScope around them");
      }
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    try (PointerScope scope = new PointerScope()) {
      Tensor x = ones(2, 2);
      x.set_requires_grad(true);
      x.matmul(x).sum().backward();
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    context.getStore(HERE).put(Alive.class, Alive.now());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    Alive before = context.getStore(HERE).get(Alive.class, Alive.class);
    before.requireNoMore();
  }
}
