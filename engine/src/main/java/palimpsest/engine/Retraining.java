package palimpsest.engine;

import java.nio.file.Path;
import java.util.List;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.torch.train.RunFolder;

/** Retrains a model without the records to forget, as its manifest says it was trained. */
record Retraining(Applying applying) {
  private Manifest manifest() {
    return Manifest.beside(applying.model())
        .orElseThrow(
            () ->
                new InvalidRequest(
                    "exact.retrain needs "
                        + applying.model().resolve(Manifest.FILE)
                        + ", which says how the model was trained"));
  }

  /** The model must hold what its manifest says, or retraining would answer for another one. */
  void require(String weights) {
    Manifest manifest = manifest();
    if (!manifest.corpus().equals(applying.corpus().fileDigests())) {
      throw new InvalidRequest(
          "the corpus given is not the one the model was trained on: got "
              + applying.corpus().fileDigests().keySet()
              + ", wanted "
              + manifest.corpus().keySet()
              + " with the digests in "
              + applying.model().resolve(Manifest.FILE));
    }
    if (!weights.equals(manifest.weights())) {
      throw new CorruptArtifact(
          applying.model()
              + " does not hold the weights that its "
              + Manifest.FILE
              + " speaks of: got digest "
              + weights
              + ", wanted "
              + manifest.weights());
    }
  }

  Applying.Applied apply(Method method, Path out, long from) {
    Manifest manifest = manifest();
    List<Example> kept = applying.retain();
    Manifest result =
        new Training(
                out,
                manifest.recipe(),
                manifest.template(),
                applying.checkpointEvery(),
                applying.console())
            .again(applying.corpus(), kept, manifest, applying.model());
    new RunFolder(out.resolve("run"), "", 0).dropCheckpoints();
    return new Applying.Applied(
        method.id(),
        manifest.steps(kept.size()),
        Applying.since(from),
        manifest.weights(),
        result.weights(),
        result.ledger(),
        applying.settings(method));
  }
}
