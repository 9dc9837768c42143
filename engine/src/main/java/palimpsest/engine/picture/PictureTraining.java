package palimpsest.engine.picture;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;
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
import palimpsest.torch.checkpoint.AtomicFile;
import palimpsest.torch.diffusion.text.ClipTokenizer;
import palimpsest.torch.diffusion.train.CaptionedPicture;
import palimpsest.torch.diffusion.train.Denoising;
import palimpsest.torch.diffusion.train.PixelDrawing;
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
  private static final int SAMPLE_STEPS = 20;
  private static final double SAMPLE_GUIDANCE = 3;

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

  /**
   * What is trained on.
   *
   * @param corpus the pictures, those left out included
   * @param source of them, if it is known
   * @param without ids of those left out
   */
  record Material(ImageCorpus corpus, Optional<PictureSource> source, Set<String> without) {
    Material {
      without = Set.copyOf(without);
    }

    List<CaptionedImage> left() {
      return less(without);
    }

    /** The pictures but some. */
    List<CaptionedImage> less(Set<String> ids) {
      return corpus.images().stream().filter(i -> !ids.contains(i.id())).toList();
    }

    PictureManifest.Pictures described() {
      return new PictureManifest.Pictures(source, corpus.digest(), corpus.images().size());
    }

    List<String> leftOut() {
      return corpus.images().stream()
          .map(CaptionedImage::id)
          .filter(without::contains)
          .toList();
    }
  }

  /**
   * A training as it was.
   *
   * @param tokenizer its folder
   * @param start digest that the first weights must have
   * @param run what is done again of it, if its places are to stay
   */
  record Before(Path tokenizer, String start, Optional<Redone> run) {}

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
    requireSizes(corpus);
    recipe.slicing().steps(recipe.descent(), corpus.images().size()); // refuses before any file
    Path tokenizer = new PictureStart(out, console).made(corpus, recipe.shape().vocabulary());
    Material material = new Material(corpus, source, Set.of());
    return train(material, tokenizer, Optional.empty()).manifest();
  }

  /**
   * A training that was done.
   *
   * @param redone how another was done again, if it was
   */
  record Done(PictureManifest manifest, Optional<Replay> redone) {}

  /** Trains as another training did, on what is left. */
  Done again(Material material, Before before) {
    requireSizes(material.corpus());
    return train(material, before.tokenizer(), Optional.of(before));
  }

  private Done train(Material material, Path tokenizer, Optional<Before> before) {
    PictureShape shape = recipe.shape();
    try (ClipTokenizer words = ClipTokenizer.load(tokenizer);
        TextToImage model =
            TextToImage.draw(shape.unet(), shape.text(words), words, recipe.descent().seed())) {
      String start = model.weights().digest();
      if (before.filter(b -> !b.start().equals(start)).isPresent()) {
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
  private record Described(Material material, String start) {}

  private PictureRun run(
      Material material, ClipTokenizer words, String start, Optional<Before> before) {
    Optional<PictureRun.Replayed> replayed =
        before
            .flatMap(Before::run)
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
      SampleSheet sheet = SampleSheet.of(what.material().corpus());
      IntConsumer look = step -> sample(step, sheet, slope, model, words);
      RunFolder folder =
          run.descend(saving.samplesEvery() == 0 ? slope : new WatchedSlope(slope, look));
      slope.average().takeOver();
      PictureManifest manifest = manifest(what, folder.head(), model.weights().digest());
      finish(model, words, manifest);
      folder.dropCheckpoints();
      return manifest;
    }
  }

  private void sample(
      int step, SampleSheet sheet, Denoising slope, TextToImage model, ClipTokenizer words) {
    if (step % saving.samplesEvery() != 0) {
      return;
    }
    PixelDrawing how = new PixelDrawing(recipe.sampler(), SAMPLE_STEPS, SAMPLE_GUIDANCE, 0);
    try (TextToImage average = model.with(slope.average().copy())) {
      Path folder = Outputs.folder(out.resolve("samples"));
      String name = String.format(Locale.ROOT, "step-%06d.png", step);
      AtomicFile.write(folder.resolve(name), sheet.draw(average, words, how, "").png());
    }
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
  private void requireSame(PictureManifest there, Material material, String start) {
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

  private void requireSizes(ImageCorpus corpus) {
    int side = recipe.shape().side();
    if (corpus.images().isEmpty()) {
      throw new InvalidRequest("there are no pictures to train on: give some");
    }
    for (CaptionedImage image : corpus.images()) {
      Picture picture = image.picture();
      if (picture.width() != side || picture.height() != side) {
        throw new InvalidRequest(
            image.id() + " is a " + picture + ", wanted " + side + " x " + side + ": read it so");
      }
    }
  }
}
