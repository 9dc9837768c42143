package palimpsest.engine.picture;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.image.CaptionedImage;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.discovery.image.Picture;
import palimpsest.engine.Console;
import palimpsest.engine.JsonFiles;
import palimpsest.engine.Keeping;
import palimpsest.engine.Machine;
import palimpsest.engine.Moves;
import palimpsest.engine.Outputs;
import palimpsest.torch.diffusion.text.ClipTokenizer;
import palimpsest.torch.diffusion.train.CaptionedPicture;
import palimpsest.torch.diffusion.train.Denoising;
import palimpsest.torch.diffusion.train.PixelFolder;
import palimpsest.torch.diffusion.train.TextToImage;
import palimpsest.torch.train.ExampleTable;
import palimpsest.torch.train.Replay;
import palimpsest.torch.train.RunFolder;
import palimpsest.torch.train.WatchedSlope;

/**
 * Trains a model of pixels on captioned pictures, from drawn weights, so that it can be killed and
 * resumed bit for bit and done again later without some of them.
 *
 * <pre>
 * OUT/start/    tokenizer, fitted on the captions
 * OUT/run/      ledger and checkpoints of the run
 * OUT/samples/  step-000500.png, ...: drawn by the moving average on the way
 * OUT/model/    the result: {@link PixelFolder} with {@value PictureManifest#FILE} beside
 * </pre>
 */
public final class PictureTraining {
  private final Path out;
  private final PictureRecipe recipe;
  private final Saving saving;
  private final Console console;

  /**
   * What is written on the way.
   *
   * @param checkpointEvery steps between the checkpoints from which a killed training goes on
   * @param keeping how many checkpoints stay, for replays
   * @param samplesEvery steps between sheets of drawn pictures, the last step having one too; 0 for
   *     none
   */
  public record Saving(int checkpointEvery, Keeping keeping, int samplesEvery) {
    public Saving {
      Check.atLeast(checkpointEvery, 0, "checkpoint-every");
      Check.atLeast(samplesEvery, 0, "steps between samples");
    }
  }

  /** A training to come. */
  public PictureTraining(Path out, PictureRecipe recipe, Saving saving, Console console) {
    this.out = out;
    this.recipe = recipe;
    this.saving = saving;
    this.console = console;
  }

  /** The folder of the trained model. */
  public Path model() {
    return out.resolve("model");
  }

  /** Refuses an output that holds something, unless it is to be resumed. */
  public void requireFresh(boolean resume) {
    Outputs.requireFresh(out, resume);
  }

  /**
   * Trains on what a source holds.
   *
   * @throws InvalidRequest if it cannot be read
   */
  public PictureManifest train(PictureSource source) {
    return train(source.read(recipe.shape().side()), Optional.of(source));
  }

  /**
   * Trains on some pictures.
   *
   * @throws InvalidRequest if they are not of the model's size, or fewer than the recipe's slices
   */
  public PictureManifest train(ImageCorpus corpus) {
    return train(corpus, Optional.empty());
  }

  private PictureManifest train(ImageCorpus corpus, Optional<PictureSource> source) {
    PictureMaterial material = new PictureMaterial(corpus, source, Set.of());
    material.require(recipe.shape().side());
    recipe.slicing().steps(recipe.descent(), corpus.images().size()); // refuses before any file
    Path tokenizer = new PictureStart(out, console).made(corpus, recipe.shape().vocabulary());
    return train(material, tokenizer, Optional.empty()).manifest();
  }

  /**
   * A training that was done.
   *
   * @param redone how another was done again, if it was
   */
  record Done(PictureManifest manifest, Optional<Replay> redone) {}

  /** Trains as another training did, on what is left. */
  Done again(PictureMaterial material, PictureBefore before) {
    material.require(recipe.shape().side());
    return train(material, before.tokenizer(), Optional.of(before));
  }

  private Done train(PictureMaterial material, Path tokenizer, Optional<PictureBefore> before) {
    PictureShape shape = recipe.shape();
    try (ClipTokenizer words = ClipTokenizer.load(tokenizer);
        TextToImage model =
            TextToImage.draw(shape.unet(), shape.text(words), words, recipe.descent().seed())) {
      String start = model.weights().digest();
      if (before.flatMap(PictureBefore::start).filter(s -> !s.equals(start)).isPresent()) {
        throw new InvalidRequest(
            "the training would start from other weights than the model did: its tokenizer, shape"
                + " or seed is another");
      }
      PictureRun run = run(material, words, start, before);
      Optional<PictureManifest> there = PictureManifest.beside(model());
      if (there.isPresent()) {
        requireSame(there.get(), material, start);
        run.requireSameData();
        console.say("Trained already: " + model());
        return new Done(there.get(), run.redone());
      }
      if (Files.exists(model())) {
        throw new InvalidRequest(
            model() + " is there and was not trained here: give another --out");
      }
      return new Done(descend(run, model, words, new Described(material, start)), run.redone());
    }
  }

  /** What a manifest says before the run. */
  private record Described(PictureMaterial material, String start) {}

  private PictureRun run(
      PictureMaterial material, ClipTokenizer words, String start, Optional<PictureBefore> before) {
    Optional<PictureRun.Replayed> replayed =
        before
            .flatMap(PictureBefore::run)
            .map(
                what ->
                    new PictureRun.Replayed(
                        what.folder(),
                        what.fromCheckpoint(),
                        read(material.less(what.without()), words)));
    return new PictureRun(
        out.resolve("run"),
        new PictureRun.How(recipe, saving.checkpointEvery(), saving.keeping(), console),
        start,
        read(material.left(), words),
        replayed);
  }

  private static List<CaptionedPicture> read(List<CaptionedImage> images, ClipTokenizer words) {
    return images.stream()
        .map(
            i -> {
              Picture p = i.picture();
              return new CaptionedPicture(
                  p.rgb(), p.height(), p.width(), words.encode(i.caption()));
            })
        .toList();
  }

  private PictureManifest descend(
      PictureRun run, TextToImage model, ClipTokenizer words, Described what) {
    try (Denoising slope = new Denoising(model, run.data(), recipe.denoising())) {
      Samples samples = samples(what.material().corpus(), run);
      Samples.Asked asked = new Samples.Asked(recipe, words);
      WatchedSlope watched =
          new WatchedSlope(slope, step -> samples.draw(step, slope, model, asked));
      RunFolder folder = run.descend(saving.samplesEvery() == 0 ? slope : watched);
      slope.average().takeOver();
      PictureManifest manifest = manifest(what, folder.head(), model.weights().digest());
      finish(model, words, manifest);
      folder.dropCheckpoints();
      return manifest;
    }
  }

  private Samples samples(ImageCorpus corpus, PictureRun run) {
    int last = recipe.slicing().steps(recipe.descent(), run.data().size());
    return new Samples(out.resolve("samples"), saving.samplesEvery(), last, SampleSheet.of(corpus));
  }

  private PictureManifest manifest(Described what, String ledger, String weights) {
    return new PictureManifest(
        PictureManifest.FORMAT,
        what.material().described(),
        what.material().leftOut(),
        recipe,
        what.start(),
        ledger,
        new ExampleTable(out.resolve("run")).digest(),
        Machine.describe(),
        weights);
  }

  /** What is written last is what makes it finished: the model with its manifest. */
  private void finish(TextToImage model, ClipTokenizer words, PictureManifest manifest) {
    Path fresh = out.resolve("model.new");
    Outputs.delete(fresh);
    PixelFolder.write(Outputs.folder(fresh), model, words, recipe.sampler());
    JsonFiles.write(fresh.resolve(PictureManifest.FILE), manifest);
    Moves.atomically(fresh, model());
  }

  /** Refuses a finished model that another training made. */
  private void requireSame(PictureManifest there, PictureMaterial material, String start) {
    Map<String, Boolean> same = new LinkedHashMap<>();
    same.put("first weights", there.start().equals(start));
    same.put("recipe", there.recipe().equals(recipe));
    same.put("pictures", there.data().digest().equals(material.described().digest()));
    same.put("pictures left out", there.without().equals(material.leftOut()));
    List<String> others = same.keySet().stream().filter(k -> !same.getOrDefault(k, true)).toList();
    if (!others.isEmpty()) {
      throw new InvalidRequest(
          model()
              + " was trained otherwise: other "
              + String.join(", ", others)
              + "; give another --out");
    }
  }
}
