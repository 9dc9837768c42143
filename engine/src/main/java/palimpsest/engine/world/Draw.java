package palimpsest.engine.world;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Seeded choices from lists. */
final class Draw {
  private final SplittableRandom random;

  Draw(long seed) {
    random = new SplittableRandom(seed);
  }

  /** A number in {@code [from, to]}. */
  int between(int from, int to) {
    return random.nextInt(from, to + 1);
  }

  <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  <T> List<T> shuffled(List<T> list) {
    List<T> result = new ArrayList<>(list);
    for (int i = result.size() - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      T held = result.get(i);
      result.set(i, result.get(j));
      result.set(j, held);
    }
    return result;
  }

  /** {@code size} values in which each of the list's comes up equally often, or once more. */
  <T> List<T> deck(List<T> list, int size) {
    List<T> result = new ArrayList<>();
    while (result.size() < size) {
      result.addAll(shuffled(list));
    }
    return result.subList(0, size);
  }
}
