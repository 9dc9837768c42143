package palimpsest.engine.picture;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * A training as it was, to be done again.
 *
 * @param tokenizer its folder
 * @param start digest that the first weights must have; empty where they are to be others
 * @param run what is done again of it, if its places are to stay
 */
record PictureBefore(Path tokenizer, Optional<String> start, Optional<Redone> run) {

  /**
   * A run that is to be done again.
   *
   * @param folder of its ledger and checkpoints
   * @param fromCheckpoint whether to go on from one of its checkpoints
   * @param without ids of pictures that it had been done without
   */
  record Redone(Path folder, boolean fromCheckpoint, Set<String> without) {
    Redone {
      without = Set.copyOf(without);
    }
  }
}
