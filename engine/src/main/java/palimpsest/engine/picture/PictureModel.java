package palimpsest.engine.picture;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.engine.Moves;
import palimpsest.engine.Outputs;
import palimpsest.engine.drawing.Sheet;
import palimpsest.torch.diffusion.checkpoint.DiffusionFolder;
import palimpsest.torch.diffusion.schedule.Sampler;
import palimpsest.torch.diffusion.schedule.SchedulerConfig;
import palimpsest.torch.diffusion.text.ClipTokenizer;
import palimpsest.torch.diffusion.train.PixelDrawing;
import palimpsest.torch.diffusion.train.PixelFolder;
import palimpsest.torch.diffusion.train.TextToImage;

/** A model of pixels that was read from its folder; close it when done. */
public final class PictureModel implements AutoCloseable {
  private final TextToImage model;
  private final ClipTokenizer tokenizer;
  private final SchedulerConfig scheduler;

  private PictureModel(TextToImage model, ClipTokenizer tokenizer, SchedulerConfig scheduler) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.scheduler = scheduler;
  }

  /**
   * How pictures are drawn.
   *
   * @param sampler empty for the one that the model's folder states
   * @param steps of the sampler, at least 1
   * @param guidance scale of classifier-free guidance, at least 0; 1 for none
   * @param negative text that guidance leads away from
   * @param samples pictures of each prompt, at least 1
   * @param seed of the noise; the n-th pictures of all prompts begin from the same
   */
  public record How(
      Optional<PictureSampler> sampler,
      int steps,
      double guidance,
      String negative,
      int samples,
      long seed) {
    public How {
      Check.atLeast(steps, 1, "steps");
      Check.nonNegative(guidance, "guidance scale");
      Check.atLeast(samples, 1, "samples");
      Check.atLeast(seed, 0, "seed");
    }
  }

  /** Whether a folder is laid out as one of an image model, of whatever kind. */
  public static boolean isThere(Path folder) {
    return DiffusionFolder.isThere(folder);
  }

  /**
   * Reads a folder that {@link PictureTraining} wrote, or an edited copy of it.
   *
   * @throws palimpsest.api.InvalidRequest if there is none
   * @throws palimpsest.api.UnsupportedModel if it is of another kind
   * @throws palimpsest.api.CorruptArtifact if a file is missing or damaged
   */
  public static PictureModel open(Path folder) {
    try (DiffusionFolder files = DiffusionFolder.open(folder)) {
      PixelFolder.requirePixels(files);
      SchedulerConfig scheduler = PixelFolder.scheduler(files);
      ClipTokenizer tokenizer = PixelFolder.tokenizer(files);
      boolean done = false;
      try {
        TextToImage model = PixelFolder.read(files, tokenizer);
        done = true;
        return new PictureModel(model, tokenizer, scheduler);
      } finally {
        if (!done) {
          tokenizer.close();
        }
      }
    }
  }

  /** The network. */
  public TextToImage model() {
    return model;
  }

  public ClipTokenizer tokenizer() {
    return tokenizer;
  }

  /** The sampler that the folder states. */
  public Sampler sampler() {
    return scheduler.sampler();
  }

  /** Width and height of its pictures. */
  public int side() {
    return model.side();
  }

  /** Writes it as it is now into a new folder, whole or not at all. */
  public void write(Path folder) {
    Path fresh = folder.resolveSibling(folder.getFileName() + ".new");
    Outputs.delete(fresh);
    PixelFolder.write(Outputs.folder(fresh), model, tokenizer, sampler());
    Moves.atomically(fresh, folder);
  }

  /** Digest of the weights. */
  public String digest() {
    return model.weights().digest();
  }

  /** Whether a prompt has more tokens than the model reads: the last ones are left out. */
  public boolean isTooLong(String prompt) {
    return tokenizer.tokens(prompt).length > tokenizer.length() - 2;
  }

  /**
   * Draws prompts, a row each.
   *
   * @throws palimpsest.api.InvalidRequest if the sampler cannot take so many steps
   */
  public Sheet draw(List<String> prompts, How how) {
    return draw(prompts, how, Suppression.NONE);
  }

  /**
   * Draws prompts, a row each, under a suppression: one that is refused is plain grey.
   *
   * @throws palimpsest.api.InvalidRequest if the sampler cannot take so many steps, the suppression
   *     does nothing so, or it and the drawing each lead away from a text
   */
  public Sheet draw(List<String> prompts, How how, Suppression suppression) {
    if (suppression.steering().isPresent() && !how.negative().isEmpty()) {
      throw new InvalidRequest(
          suppression.steering().get().id()
              + " says what the drawing leads away from: leave the negative text out");
    }
    Sampler sampler = how.sampler().map(s -> s.of(scheduler)).orElseGet(scheduler::sampler);
    PixelDrawing drawing = new PixelDrawing(sampler, how.steps(), how.guidance(), how.seed());
    return SampleSheet.of(prompts, how.samples())
        .draw(new Painting(model, tokenizer, drawing, suppression), how.negative());
  }

  @Override
  public void close() {
    model.close();
    tokenizer.close();
  }
}
