package palimpsest.torch.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.CorruptArtifact;
import palimpsest.torch.checkpoint.PackedFile;

/**
 * The checkpoints of a run that stay, packed in chains: the first of each {@value #CHAIN} stands
 * alone, each further one is written as differences to the one before it and names that one's step
 * and digest. A chain that is broken is refused.
 *
 * @param checkpoints that they are of
 */
record PackedCheckpoints(Checkpoints checkpoints) {
  /** Most files of a chain, all of which are read for its last; damage to one takes no more. */
  static final int CHAIN = 8;

  static long most(Map<String, Tensor> state) {
    return PackedFile.most(state);
  }

  Path file(int step) {
    return checkpoints.folder().resolve(String.format(Locale.ROOT, "step-%08d.packed", step));
  }

  /**
   * Packs a state.
   *
   * @param kept steps of all that stay: a step's place among them is its place in a chain
   */
  void write(int step, Map<String, Tensor> state, NavigableSet<Integer> kept) {
    Integer before = kept.lower(step);
    boolean first = kept.headSet(step).size() % CHAIN == 0;
    if (first || before == null || !isThere(before)) {
      PackedFile.write(file(step), state);
      return;
    }
    PackedFile.Base base = new PackedFile.Base(before, checkpoints.digest(before));
    try (PackedFile under = open(before, state, CHAIN - 1)) {
      PackedFile.write(file(step), state, base, under);
    }
  }

  private boolean isThere(int step) {
    return Files.exists(file(step)) && checkpoints.steps().contains(step);
  }

  /** Fills tensors; they hold anything if it fails. */
  void read(int step, Map<String, Tensor> into) {
    try (PackedFile file = open(step, into, CHAIN)) {
      file.read(into);
    }
  }

  private PackedFile open(int step, Map<String, Tensor> like, int most) {
    PackedFile file = PackedFile.open(file(step), like);
    try {
      file.base().ifPresent(base -> file.putOn(below(step, base, like, most)));
      return file;
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private PackedFile below(int step, PackedFile.Base base, Map<String, Tensor> like, int most) {
    int lower = base.step();
    if (most == 1
        || lower >= step
        || !isThere(lower)
        || !checkpoints.digest(lower).equals(base.state())) {
      throw new CorruptArtifact(
          file(step)
              + " stands on the checkpoint of step "
              + lower
              + ", which is not there or another: remove this checkpoint");
    }
    return open(lower, like, most - 1);
  }
}
