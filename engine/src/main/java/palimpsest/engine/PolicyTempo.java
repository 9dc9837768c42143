package palimpsest.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import palimpsest.api.Example;
import palimpsest.api.Recipe;
import palimpsest.discovery.Corpus;
import palimpsest.torch.text.PromptTemplate;
import palimpsest.torch.train.Pace;
import palimpsest.torch.train.Slicing;

/**
 * How fast this machine is at the time: a few steps of a policy's training, on records from all
 * over the corpus, which are then thrown away. A machine that others compute on is not as fast in
 * one minute as in another.
 *
 * @param trained under the policy
 * @param model that was trained: the steps go on from it, or from the one under its shards
 * @param folder of its own, deleted before and after
 */
record PolicyTempo(PolicyModel trained, Path model, Corpus corpus, Path folder) {
  private static final int STEPS = 48;

  /** Empty where no step can be taken. */
  Optional<Pace> now() {
    Outputs.delete(folder);
    Corpus some = corpus.of(some());
    Training training =
        new Training(folder, recipe(), PromptTemplate.Kind.PLAIN, 0, Console.SILENT)
            .in(Slicing.NONE);
    Path start = model;
    if (policy().shards() > 0) {
      training.of(policy().adapter(trained.settings().rank())).apart();
      start = trained.base();
    }
    training.fromCheckpoint(some, some.examples(), start);
    Optional<Pace> pace = Pace.of(folder.resolve("run"));
    Outputs.delete(folder);
    return pace;
  }

  private ExactPolicy policy() {
    return trained.policy();
  }

  private Recipe recipe() {
    Recipe usual = policy().recipe(trained.settings().recipe());
    return new Recipe(
        1,
        usual.batch(),
        usual.microBatch(),
        usual.learningRate(),
        0,
        usual.decay(),
        usual.weightDecay(),
        usual.clip(),
        usual.seed());
  }

  /** Evenly by place. */
  private List<Example> some() {
    List<Example> all = corpus.examples();
    int count = Math.min(all.size(), STEPS * policy().batch());
    return IntStream.range(0, count)
        .mapToObj(i -> all.get((int) ((long) i * all.size() / count)))
        .toList();
  }
}
