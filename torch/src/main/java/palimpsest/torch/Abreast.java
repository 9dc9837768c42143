package palimpsest.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/**
 * Work that is done at the same time, each piece on one thread: where operations are small, two
 * pieces side by side are sooner done than one after the other with two threads each. How many
 * threads libtorch and BLAS have is for the whole process while it lasts, so nothing else may
 * compute meanwhile; results are those of one thread.
 */
public final class Abreast {
  private Abreast() {}

  /**
   * Results in the order of the work. All pieces come to an end, then the first failure is thrown.
   *
   * @param atOnce pieces at the same time, at least 1
   */
  public static <T> List<T> all(List<Supplier<T>> work, int atOnce) {
    int blas = openblas_nolapack.blas_get_num_threads();
    int own = torch.get_num_threads();
    openblas_nolapack.blas_set_num_threads(1); // BLAS has threads of its own, and these spin
    ExecutorService threads = Executors.newFixedThreadPool(atOnce, named());
    try {
      List<Future<T>> begun = new ArrayList<>();
      for (Supplier<T> piece : work) {
        begun.add(threads.submit(() -> alone(piece)));
      }
      return results(begun);
    } finally {
      threads.shutdown();
      openblas_nolapack.blas_set_num_threads(blas);
      torch.set_num_threads(own);
    }
  }

  /** The same one after the other on the caller's thread, up to the first failure. */
  public static <T> List<T> inTurn(List<Supplier<T>> work) {
    List<T> results = new ArrayList<>();
    work.forEach(piece -> results.add(piece.get()));
    return results;
  }

  private static ThreadFactory named() {
    AtomicInteger number = new AtomicInteger();
    return piece -> new Thread(piece, "palimpsest-abreast-" + number.incrementAndGet());
  }

  private static <T> T alone(Supplier<T> piece) {
    torch.set_num_threads(1); // to be said on each thread
    return piece.get();
  }

  private static <T> List<T> results(List<Future<T>> begun) {
    List<T> results = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    for (Future<T> each : begun) {
      try {
        results.add(end(each));
      } catch (ExecutionException e) {
        failures.add(e.getCause());
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

  /** Waits to the end, whoever interrupts: what the piece works with is the caller's. */
  private static <T> T end(Future<T> piece) throws ExecutionException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return piece.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
