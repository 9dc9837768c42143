package palimpsest.torch.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import palimpsest.torch.Item;

/** Cuts a step's examples into micro-batches. */
final class Parts {
  private Parts() {}

  /** Examples of like lengths together, so that little of a rectangle is padding. */
  static List<int[]> alike(int[] examples, List<? extends Item> data, int microBatch) {
    int[] sorted =
        Arrays.stream(examples)
            .boxed()
            .sorted(Comparator.comparingInt(i -> data.get(i).size()))
            .mapToInt(i -> i)
            .toArray();
    List<int[]> parts = new ArrayList<>();
    for (int at = 0; at < sorted.length; at += microBatch) {
      parts.add(Arrays.copyOfRange(sorted, at, Math.min(sorted.length, at + microBatch)));
    }
    return parts;
  }
}
