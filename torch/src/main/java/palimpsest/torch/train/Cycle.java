package palimpsest.torch.train;

import java.util.List;
import palimpsest.torch.Item;

/** The endless sequence of epochs of a data set, each in its own {@link Order}. */
final class Cycle {
  private final Order order;
  private final int size;
  private int epoch = -1;
  private int[] current = {};

  Cycle(List<? extends Item> data, long seed) {
    order = new Order(data, seed);
    size = data.size();
  }

  /** Indices from a position of the sequence on; none of empty data. */
  int[] take(long from, int count) {
    int[] taken = new int[size == 0 ? 0 : count];
    for (int i = 0; i < taken.length; i++) {
      int wanted = (int) ((from + i) / size);
      if (wanted != epoch) {
        epoch = wanted;
        current = order.epoch(wanted);
      }
      taken[i] = current[(int) ((from + i) % size)];
    }
    return taken;
  }
}
