package palimpsest.engine.picture.erase;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.discovery.image.CaptionedImage;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.engine.Console;
import palimpsest.engine.JsonFiles;
import palimpsest.engine.Moves;
import palimpsest.engine.Outputs;
import palimpsest.engine.Version;
import palimpsest.engine.image.EditingImages;
import palimpsest.engine.image.ImageEdit;
import palimpsest.engine.image.PeakMemory;
import palimpsest.engine.image.Replacement;
import palimpsest.engine.picture.PictureForgetting;
import palimpsest.engine.picture.PictureModel;
import palimpsest.engine.picture.Suppression;
import palimpsest.methods.diffusion.TextMapMethod;
import palimpsest.methods.diffusion.descent.Captioned;
import palimpsest.methods.diffusion.descent.Erasure;
import palimpsest.methods.diffusion.descent.ErasureRun;
import palimpsest.methods.diffusion.descent.ImageDescent;
import palimpsest.methods.diffusion.descent.ImageModel;
import palimpsest.methods.exact.Replay;
import palimpsest.methods.exact.Retrain;
import palimpsest.torch.diffusion.train.CaptionedPicture;

/**
 * Applies a method to a model of pixels that was trained here.
 *
 * <pre>
 * OUT/model/         the changed model; none of a suppression, which changes none
 * OUT/applied.json   what was done; written last
 * </pre>
 *
 * @param base folder of the model
 * @param corpus what it was trained on
 * @param alone whether nothing else runs in this process, so that its memory can be measured
 */
public record Erasing(Path base, ImageCorpus corpus, Console console, boolean alone) {
  private static final int CHECKPOINT_EVERY = 100;
  static final String APPLIED = "applied.json";

  /**
   * What was done.
   *
   * @param method id
   * @param parameters of the method
   * @param guarantee class
   * @param target what was to go
   * @param seed of what was drawn
   * @param steps optimiser steps; 0 of a closed form
   * @param seconds wall-clock time of the process that finished it
   * @param before digest of the parameters before
   * @param after digest of the parameters after
   * @param peak most resident memory of the process meanwhile, in bytes, where it can be measured
   * @param elsewhere how the machine differs from that of steps which a replay took over
   * @param build of the software
   */
  public record Applied(
      String method,
      Map<String, Double> parameters,
      String guarantee,
      String target,
      long seed,
      int steps,
      double seconds,
      String before,
      String after,
      Optional<Long> peak,
      List<String> elsewhere,
      String build) {
    public Applied {
      parameters = new TreeMap<>(parameters);
      elsewhere = List.copyOf(elsewhere);
    }
  }

  /** What a method leaves in force while its model draws: itself, if it is a suppression. */
  static Suppression suppression(Method method, Target target) {
    return Suppression.isOne(method)
        ? new Suppression(List.of(method), List.of(target.phrase()))
        : Suppression.NONE;
  }

  /** The folder of the weights that a method leaves: those that were there, of a suppression. */
  Path weights(Method method, Path out) {
    return Suppression.isOne(method) ? base : out.resolve("model");
  }

  /** What a method came to. */
  private record Came(int steps, List<String> elsewhere) {}

  /**
   * Applies the method, or finds it applied.
   *
   * @throws InvalidRequest if the folder holds another method, target or seed
   */
  public Applied apply(Method method, Target target, long seed, Path out) {
    target.require(corpus);
    Wanted wanted = new Wanted(method, target, seed, digest(base));
    Path done = out.resolve(APPLIED);
    if (Files.exists(done)) {
      return requireSame(JsonFiles.read(done, Applied.class), wanted, out);
    }
    Outputs.folder(out);
    boolean restarted = alone && PeakMemory.restart();
    long from = System.nanoTime();
    Came came = change(wanted, out);
    Applied applied =
        new Applied(
            method.id(),
            method.parameters(),
            method.guarantee().name(),
            target.toString(),
            seed,
            came.steps(),
            (System.nanoTime() - from) / 1e9,
            wanted.before(),
            digest(weights(method, out)),
            restarted ? PeakMemory.bytes() : Optional.empty(),
            came.elsewhere(),
            Version.BUILD);
    JsonFiles.write(done, applied);
    return applied;
  }

  private record Wanted(Method method, Target target, long seed, String before) {}

  private static Applied requireSame(Applied there, Wanted wanted, Path out) {
    boolean same =
        there.before().equals(wanted.before())
            && there.method().equals(wanted.method().id())
            && there.parameters().equals(wanted.method().parameters())
            && there.target().equals(wanted.target().toString())
            && there.seed() == wanted.seed();
    if (!same) {
      throw new InvalidRequest(
          out
              + " holds "
              + there.method()
              + " on "
              + there.target()
              + " with other parameters, target, seed or model: give another folder");
    }
    return there;
  }

  private Came change(Wanted wanted, Path out) {
    Method method = wanted.method();
    if (method instanceof Retrain || method instanceof Replay) {
      PictureForgetting forgetting = new PictureForgetting(base, corpus, CHECKPOINT_EVERY, console);
      PictureForgetting.Done done =
          method instanceof Replay replay
              ? forgetting.replay(wanted.target().ids(corpus), replay, out)
              : forgetting.retrain(wanted.target().ids(corpus), out);
      return new Came(done.steps(), done.elsewhere());
    }
    if (method instanceof SecondRetraining again) {
      PictureForgetting forgetting = new PictureForgetting(base, corpus, CHECKPOINT_EVERY, console);
      return new Came(
          forgetting.retrain(wanted.target().ids(corpus), again.seed(), out).steps(), List.of());
    }
    if (method instanceof TextMapMethod closed) {
      edit(closed, wanted.target(), out);
      return new Came(0, List.of());
    }
    if (Suppression.isOne(method)) {
      suppression(method, wanted.target());
      return new Came(0, List.of());
    }
    if (method instanceof ImageDescent descent) {
      descend(descent, wanted.target(), wanted.seed(), out);
      return new Came(descent.steps(), List.of());
    }
    throw new InvalidRequest(method.id() + " is no method that changes an image model here");
  }

  private void descend(ImageDescent method, Target target, long seed, Path out) {
    try (PictureModel model = PictureModel.open(base);
        Console.Bar bar = console.bar(method.id() + " on " + target, method.steps())) {
      ErasureRun run =
          new ErasureRun(Optional.empty(), p -> bar.at(p.step(), ""), console::interrupted);
      run.change(
          ImageModel.of(model.model(), model.tokenizer(), model.sampler().schedule()),
          method,
          erasure(model, target, seed));
      Outputs.delete(out.resolve("model")); // of a process that was killed behind it
      model.write(out.resolve("model"));
    }
  }

  private Erasure erasure(PictureModel model, Target target, long seed) {
    return new Erasure(
        List.of(new Erasure.Pair(target.phrase(), target.phraseInstead(corpus))),
        target.kept(corpus),
        captioned(model, target, true),
        captioned(model, target, false),
        seed);
  }

  private List<Captioned> captioned(PictureModel model, Target target, boolean forget) {
    return corpus.images().stream()
        .filter(i -> target.isOf(i) == forget)
        .map(i -> captioned(model, i))
        .toList();
  }

  private static Captioned captioned(PictureModel model, CaptionedImage image) {
    return Captioned.of(
        new CaptionedPicture(
            image.picture().rgb(),
            image.picture().height(),
            image.picture().width(),
            model.tokenizer().encode(image.caption())),
        image.caption(),
        model.model().fold());
  }

  static String digest(Path folder) {
    try (PictureModel model = PictureModel.open(folder)) {
      return model.digest();
    }
  }

  /** The edited folder takes the place of a model; the patch stays beside it. */
  private void edit(TextMapMethod method, Target target, Path out) {
    List<Replacement> swap =
        List.of(new Replacement(target.phrase(), target.phraseInstead(corpus)));
    Path edited = out.resolve("edit");
    Outputs.delete(edited); // of a process that was killed behind it
    new EditingImages(base, List.of(), false, console)
        .apply(new ImageEdit(method, swap, target.kept(corpus)), edited);
    Outputs.delete(out.resolve("model"));
    Moves.atomically(edited.resolve("model"), out.resolve("model"));
  }
}
