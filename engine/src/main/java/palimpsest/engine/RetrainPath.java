package palimpsest.engine;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import palimpsest.api.Cost;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.Corpus;
import palimpsest.methods.exact.Retrain;
import palimpsest.torch.train.Pace;

/**
 * Retraining a model from its first weights, which is no path where the checkpoint that these came
 * from had met a record.
 *
 * @param manifest how the model was trained
 * @param trained ids of the records that it would be trained on with none left out, where its
 *     corpus is at hand
 * @param before how the models were trained that it came from
 * @param pace of its steps, where that was measured
 * @param disk bytes that retraining needs
 */
record RetrainPath(
    Manifest manifest,
    Optional<Set<String>> trained,
    List<Manifest> before,
    Optional<Pace> pace,
    long disk)
    implements ExactPath {

  /**
   * The path of a model.
   *
   * @throws InvalidRequest if the corpus given lacks a file of its training, or has another
   */
  static RetrainPath of(Path model, Manifest manifest, Optional<Corpus> corpus) {
    List<Path> chain = PastTraining.chain(model);
    Optional<Corpus> files = corpus.map(c -> c.only(manifest.corpus().keySet()));
    if (files.filter(c -> !c.fileDigests().equals(manifest.corpus())).isPresent()) {
      throw new InvalidRequest(
          "the corpus given is not the one the model was trained on: give "
              + manifest.corpus().keySet()
              + " with the digests in "
              + model.resolve(Manifest.FILE));
    }
    return new RetrainPath(
        manifest,
        files.map(c -> trained(c, manifest)),
        chain.subList(1, chain.size()).stream().flatMap(m -> Manifest.beside(m).stream()).toList(),
        Pace.of(PastTraining.run(model)),
        ExactPath.disk(PastTraining.weightBytes(model), 0));
  }

  private static Set<String> trained(Corpus corpus, Manifest manifest) {
    Set<String> ids = new HashSet<>(corpus.examples().stream().map(Example::id).toList());
    manifest.without().forEach(ids::remove);
    return ids;
  }

  @Override
  public Optional<Way> without(Set<String> records) {
    int left = left(records);
    if (left < 1 || records.stream().anyMatch(r -> before.stream().anyMatch(m -> m.met(r)))) {
      return Optional.empty();
    }
    int steps = manifest.steps(left);
    OptionalDouble met = OptionalDouble.of((double) steps * manifest.recipe().batch());
    Optional<Double> seconds = pace.map(p -> p.ofRun(p.ofSteps(steps, met), 0));
    Cost cost = new Cost("the first weights", false, seconds, disk, 0);
    return Optional.of(new Way(Retrain.defaults().id(), steps, cost));
  }

  @Override
  public RetrainPath at(Pace now) {
    return new RetrainPath(manifest, trained, before, pace.map(p -> p.at(now)), disk);
  }

  private int left(Set<String> records) {
    return trained
        .map(ids -> ids.size() - (int) records.stream().filter(ids::contains).count())
        .orElseGet(
            () -> manifest.examples() - (int) records.stream().filter(manifest::met).count());
  }
}
