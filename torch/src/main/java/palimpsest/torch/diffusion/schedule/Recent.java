package palimpsest.torch.diffusion.schedule;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Check;
import palimpsest.torch.Scopes;

/**
 * The last few tensors of a run, which outlive the scopes of its single steps: each lives until it
 * is displaced or this is closed.
 */
public final class Recent implements AutoCloseable {
  private final int most;
  private final Deque<Tensor> newestFirst = new ArrayDeque<>();

  /** Remembers at most so many. */
  public Recent(int most) {
    this.most = (int) Check.atLeast(most, 1, "tensors to remember");
  }

  /** Remembers one; the oldest is forgotten where there are too many. The values are shared. */
  public void add(Tensor tensor) {
    newestFirst.addFirst(Scopes.keep(new Tensor(tensor)));
    if (newestFirst.size() > most) {
      newestFirst.removeLast().close();
    }
  }

  /** The one added so many times ago, 0 for the newest; it stays this object's. */
  public Tensor back(int times) {
    Iterator<Tensor> tensors = newestFirst.iterator();
    for (int i = 0; i < times; i++) {
      tensors.next();
    }
    return tensors.next();
  }

  /** How many are remembered. */
  public int size() {
    return newestFirst.size();
  }

  @Override
  public void close() {
    newestFirst.forEach(Tensor::close);
    newestFirst.clear();
  }
}
