package palimpsest.engine.picture;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.engine.Console;
import palimpsest.engine.Keeping;
import palimpsest.methods.exact.Replay;
import palimpsest.torch.train.ExampleTable;
import palimpsest.torch.train.FinishedRun;

/**
 * Exact removal of pictures from a model that was trained here: its training done again without
 * them.
 *
 * @param model its folder, beside which its run is
 * @param corpus all pictures that it was trained on, those left out before included
 * @param checkpointEvery steps between the checkpoints from which a killed one goes on
 */
public record PictureForgetting(
    Path model, ImageCorpus corpus, int checkpointEvery, Console console) {

  /**
   * A training that was done again.
   *
   * @param steps that had to be done
   * @param elsewhere how the machine differs from that of the steps that were taken over; empty
   *     where the result equals the run from its first step without the pictures, bit for bit
   */
  public record Done(PictureManifest manifest, int steps, List<String> elsewhere) {
    public Done {
      elsewhere = List.copyOf(elsewhere);
    }
  }

  /**
   * {@code exact.retrain}: the same recipe, seed, tokenizer and first weights over the pictures
   * that are left.
   *
   * @param forgotten ids of pictures
   * @param out a folder as a training leaves it
   * @throws InvalidRequest if a picture is not of the corpus, or the corpus not of the training
   */
  public Done retrain(Set<String> forgotten, Path out) {
    PictureManifest manifest = require(forgotten);
    return retrain(
        without(manifest, forgotten),
        training(manifest.recipe(), out),
        before(manifest, Optional.empty()));
  }

  /**
   * The same with another seed: other first weights, another order, other noise. It is as free of
   * the pictures as {@link #retrain(Set, Path)}'s, so that what the two differ in is chance.
   *
   * @param seed other than that of the training
   * @throws InvalidRequest as the other, and if the seed is that of the training
   */
  public Done retrain(Set<String> forgotten, long seed, Path out) {
    PictureManifest manifest = require(forgotten);
    if (manifest.recipe().descent().seed() == seed) {
      throw new InvalidRequest(
          "a second retraining needs another seed than the training's, got " + seed + " again");
    }
    return retrain(
        without(manifest, forgotten),
        training(manifest.recipe().withSeed(seed), out),
        new PictureBefore(model.resolve("tokenizer"), Optional.empty(), Optional.empty()));
  }

  private static Done retrain(
      PictureMaterial left, PictureTraining training, PictureBefore before) {
    PictureManifest manifest = training.again(left, before).manifest();
    int steps = manifest.recipe().slicing().steps(manifest.recipe().descent(), left.left().size());
    return new Done(manifest, steps, List.of());
  }

  /**
   * {@code exact.replay}: the run of the ledger with the places of the pictures empty.
   *
   * @param method whether it goes on from the last checkpoint before the first of them, or does all
   *     steps again
   * @throws InvalidRequest if the ledger is not there any more
   * @throws CorruptArtifact if ledger, table and model are not of one training
   */
  public Done replay(Set<String> forgotten, Replay method, Path out) {
    PictureManifest manifest = require(forgotten);
    requireRun(manifest);
    PictureBefore.Redone again =
        new PictureBefore.Redone(run(), method.trustsCheckpoints(), Set.copyOf(manifest.without()));
    PictureTraining.Done done =
        training(manifest.recipe(), out)
            .again(without(manifest, forgotten), before(manifest, Optional.of(again)));
    palimpsest.torch.train.Replay redone = done.redone().orElseThrow();
    return new Done(
        done.manifest(), redone.again(), FinishedRun.of(out.resolve("run")).elsewhere());
  }

  private PictureBefore before(PictureManifest manifest, Optional<PictureBefore.Redone> run) {
    return new PictureBefore(model.resolve("tokenizer"), Optional.of(manifest.start()), run);
  }

  private PictureTraining training(PictureRecipe recipe, Path out) {
    return new PictureTraining(
        out, recipe, new PictureTraining.Saving(checkpointEvery, Keeping.NONE, 0), console);
  }

  private PictureMaterial without(PictureManifest manifest, Set<String> forgotten) {
    Set<String> all = new HashSet<>(manifest.without());
    all.addAll(forgotten);
    PictureMaterial left = new PictureMaterial(corpus, manifest.data().source(), all);
    if (left.left().isEmpty()) {
      throw new InvalidRequest("all pictures would be forgotten: nothing is left to train on");
    }
    return left;
  }

  /** The model and its corpus must be what its manifest says. */
  private PictureManifest require(Set<String> forgotten) {
    PictureManifest manifest = PictureManifest.of(model);
    if (!manifest.data().digest().equals(corpus.digest())) {
      throw new InvalidRequest(
          "the pictures given are not those that "
              + model
              + " was trained on: got "
              + corpus.images().size()
              + " with digest "
              + corpus.digest()
              + ", wanted "
              + manifest.data().count()
              + " with "
              + manifest.data().digest());
    }
    for (String id : forgotten) {
      if (corpus.byId(id).isEmpty()) {
        throw new InvalidRequest("no picture of the training has the id \"" + id + "\"");
      }
    }
    try (PictureModel read = PictureModel.open(model)) {
      if (!read.digest().equals(manifest.weights())) {
        throw new CorruptArtifact(
            model
                + " does not hold the weights that its "
                + PictureManifest.FILE
                + " speaks of: got digest "
                + read.digest()
                + ", wanted "
                + manifest.weights());
      }
    }
    return manifest;
  }

  private void requireRun(PictureManifest manifest) {
    if (!Files.exists(run().resolve("ledger.jsonl"))) {
      throw new InvalidRequest(
          "exact.replay needs the ledger of the training in " + run() + ", which is not there");
    }
    boolean same =
        FinishedRun.of(run()).head().equals(manifest.ledger())
            && new ExampleTable(run()).digest().equals(manifest.table());
    if (!same) {
      throw new CorruptArtifact(
          model + ", its " + PictureManifest.FILE + " and " + run() + " are not of one training");
    }
  }

  private Path run() {
    return model.toAbsolutePath().normalize().resolveSibling("run");
  }
}
