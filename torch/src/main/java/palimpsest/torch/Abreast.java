package palimpsest.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/**
 * Work that is done at the same time, each piece on one thread: where operations are small, two
 * pieces side by side are sooner done than one after the other with two threads each.
 */
public final class Abreast {
  private Abreast() {}

  /**
   * Results in the order of the work. All pieces come to an end, then the first failure is thrown.
   *
   * @param atOnce pieces at the same time, at least 1
   */
  public static <T> List<T> all(List<Callable<T>> work, int atOnce) {
    int before = openblas_nolapack.blas_get_num_threads();
    openblas_nolapack.blas_set_num_threads(
        1); // of the process: it has threads of its own, that spin
    ExecutorService threads = Executors.newFixedThreadPool(atOnce, named());
    try {
      List<Future<T>> begun = new ArrayList<>();
      for (Callable<T> piece : work) {
        begun.add(threads.submit(() -> alone(piece)));
      }
      return results(begun);
    } finally {
      threads.shutdown();
      openblas_nolapack.blas_set_num_threads(before);
    }
  }

  /** The same one after the other on the caller's thread, up to the first failure. */
  public static <T> List<T> inTurn(List<Callable<T>> work) {
    List<T> results = new ArrayList<>();
    for (Callable<T> piece : work) {
      try {
        results.add(piece.call());
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException("work failed", e);
      }
    }
    return results;
  }

  private static ThreadFactory named() {
    AtomicInteger number = new AtomicInteger();
    return piece -> new Thread(piece, "palimpsest-abreast-" + number.incrementAndGet());
  }

  /** How many threads an operation has is a property of the thread that asks for it. */
  private static <T> T alone(Callable<T> piece) throws Exception {
    torch.set_num_threads(1);
    return piece.call();
  }

  private static <T> List<T> results(List<Future<T>> begun) {
    List<T> results = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    for (Future<T> each : begun) {
      try {
        results.add(each.get());
      } catch (ExecutionException e) {
        failures.add(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        failures.add(e);
      }
    }
    if (failures.isEmpty()) {
      return results;
    }
    Throwable first = failures.get(0);
    failures.subList(1, failures.size()).forEach(first::addSuppressed);
    if (first instanceof RuntimeException known) {
      throw known;
    }
    throw new IllegalStateException("work beside other work failed", first);
  }
}
