package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.NavigableSet;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.methods.exact.Replay;
import palimpsest.torch.llm.Adapter;
import palimpsest.torch.llm.AdapterFolder;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.train.FinishedRun;

/**
 * That a replay supersedes a training: it is finished, was made from that training's model, is the
 * same run with more places empty, has what a later replay of it needs, and both models are what
 * their manifests say.
 *
 * @param between the training's folder and the replay's
 */
record Supersession(Succession between) {

  /**
   * Lists what is superseded.
   *
   * @throws InvalidRequest if the replay does not supersede the training, or its folder holds what
   *     no training leaves
   * @throws CorruptArtifact if a ledger was altered or a model is not its manifest's
   */
  Superseded listed() {
    Path old = between.old().folder();
    Path replay = between.replay().folder();
    Manifest was = manifest(old);
    Manifest is = manifest(replay);
    between.requireSound();
    between.requireMade(Replay.defaults(), was.weights(), is.weights(), is.ledger());
    between.require(
        was.recipe().equals(is.recipe())
            && was.template() == is.template()
            && was.changes().isEmpty()
            && is.changes().isEmpty(),
        "is of another training: other recipe, template or changes");
    boolean begunAnew = requireStart(was, is);
    FinishedRun first = Succession.run(old, was.ledger());
    NavigableSet<Integer> more = between.moreGone(first, Succession.run(replay, is.ledger()));
    between.require(begunAnew || !more.isEmpty(), "leaves out nothing that the training met");
    try (TextModel model = Succession.open(replay, is.template(), is.weights())) {
      requireReplayable(replay, is, model);
    }
    Succession.open(old, was.template(), was.weights()).close();
    return between.listed(
        was.weights(), is.weights(), Map.of("run", begunAnew ? 1 : first.firstMet(more)));
  }

  private static void requireReplayable(Path replay, Manifest is, TextModel model) {
    if (is.adapter().isEmpty()) {
      Succession.requireReplayable(replay, is, model.llama().weights());
      return;
    }
    try (Adapter adapter =
        AdapterFolder.read(replay.resolve("adapter"), model.llama(), is.adapter().get())) {
      Succession.requireReplayable(replay, is, adapter.weights());
    }
  }

  private static Manifest manifest(Path folder) {
    Path model = folder.resolve("model");
    if (!Files.isRegularFile(model.resolve(Manifest.FILE), LinkOption.NOFOLLOW_LINKS)) {
      throw new InvalidRequest(
          folder + " has no model/" + Manifest.FILE + ": give the folder of a training");
    }
    return Manifest.beside(model).orElseThrow();
  }

  /** Whether it began from a checkpoint that was itself made again; otherwise from the same. */
  private boolean requireStart(Manifest was, Manifest is) {
    if (was.start().equals(is.start())) {
      return false;
    }
    Path before = between.replay().folder().resolve(Replaying.BEFORE);
    between.require(
        Files.exists(before.resolve("applied.json"))
            && Succession.applied(before).before().equals(was.start().weights())
            && Succession.applied(before).after().equals(is.start().weights()),
        "began from another checkpoint than the training");
    return true;
  }
}
