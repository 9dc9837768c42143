package palimpsest.engine.picture.judge;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import palimpsest.api.Check;
import palimpsest.api.PictureEvidence;
import palimpsest.api.PictureEvidence.Drawn;
import palimpsest.api.PictureEvidence.Prompt;
import palimpsest.api.PictureEvidence.Sampling;
import palimpsest.discovery.image.Picture;
import palimpsest.engine.picture.Suppression;
import palimpsest.torch.diffusion.schedule.Sampler;
import palimpsest.torch.diffusion.text.ClipTokenizer;
import palimpsest.torch.diffusion.train.TextToImage;
import palimpsest.torch.picture.PictureClassifier.Reading;

/**
 * Draws from models what prompts ask for and says what was drawn.
 *
 * <p>The noise of a picture follows from the seed and the caption alone: two models draw from the
 * same noise side by side, and the pictures of one seed do not share theirs.
 *
 * @param judge stays the caller's
 * @param drawing how pictures are drawn
 * @param seeds one picture of each prompt for each
 */
public record PictureJudge(TrainedJudge judge, Drawing drawing, List<Long> seeds) {

  public PictureJudge {
    seeds = List.copyOf(seeds);
    Check.atLeast(seeds.size(), 1, "seeds");
  }

  /**
   * How pictures are drawn.
   *
   * @param sampler walks
   * @param steps of it
   * @param guidance scale of classifier-free guidance
   * @param batch pictures drawn together; it changes no picture beyond rounding
   */
  public record Drawing(Sampler sampler, int steps, double guidance, int batch) {
    public Drawing {
      Check.atLeast(steps, 1, "sampling steps");
      Check.nonNegative(guidance, "guidance scale");
      Check.atLeast(batch, 1, "batch of pictures");
    }

    /** How evidence names it: the batch is no part of it. */
    Sampling pinned() {
      Map<String, String> settings = new TreeMap<>();
      sampler.fields().forEach((name, value) -> settings.put(name, String.valueOf(value)));
      return new Sampling(sampler.className(), settings, steps, guidance);
    }
  }

  /**
   * A model that draws.
   *
   * @param model stays the caller's; its pictures have the judge's size
   * @param tokenizer of its captions
   * @param suppression under which it draws
   */
  public record Subject(TextToImage model, ClipTokenizer tokenizer, Suppression suppression) {
    /** One that draws what it is asked for. */
    public Subject(TextToImage model, ClipTokenizer tokenizer) {
      this(model, tokenizer, Suppression.NONE);
    }

    /** Digest of the weights, and what suppresses. */
    String name() {
      String digest = model.weights().digest();
      return suppression.methods().isEmpty() ? digest : digest + " under " + suppression;
    }
  }

  /**
   * What a model drew.
   *
   * @param evidence what the judge said of it
   * @param pictures in the order of the evidence
   */
  public record Judged(PictureEvidence evidence, List<Picture> pictures) {
    public Judged {
      pictures = List.copyOf(pictures);
    }
  }

  /** Called after each batch. */
  @FunctionalInterface
  public interface Watch {
    /**
     * How far the drawing is.
     *
     * @param drawn pictures so far
     * @param all pictures in all
     */
    void at(int drawn, int all);
  }

  /** Draws each prompt with each seed, seed by seed, and judges. */
  public Judged of(Subject subject, List<Prompt> prompts, Watch watch) {
    List<PictureDraw> all = new ArrayList<>();
    seeds.forEach(seed -> prompts.forEach(prompt -> all.add(new PictureDraw(prompt, seed))));
    PictureDrawing draws = new PictureDrawing(subject, drawing, judge.classifier().config().size());
    List<Picture> pictures = new ArrayList<>();
    List<Drawn> drawn = new ArrayList<>();
    for (int at = 0; at < all.size(); at += drawing.batch()) {
      List<PictureDraw> batch = all.subList(at, Math.min(all.size(), at + drawing.batch()));
      List<Picture> made = draws.draw(batch);
      List<Reading> said = judge.classifier().read(made.stream().map(Picture::rgb).toList());
      for (int i = 0; i < made.size(); i++) {
        pictures.add(made.get(i));
        drawn.add(drawn(batch.get(i), made.get(i), said.get(i)));
      }
      watch.at(drawn.size(), all.size());
    }
    return new Judged(
        new PictureEvidence(subject.name(), judge.pinned(), drawing.pinned(), drawn), pictures);
  }

  private static Drawn drawn(PictureDraw draw, Picture picture, Reading said) {
    return new Drawn(
        draw.prompt(),
        draw.seed(),
        picture.digest(),
        list(said.objects()),
        list(said.styles()),
        list(said.features()));
  }

  private static List<Double> list(double... values) {
    return Arrays.stream(values).boxed().toList();
  }

  /**
   * A prompt and the seed of its noise.
   *
   * @param prompt what is asked for
   * @param seed of the noise
   */
  record PictureDraw(Prompt prompt, long seed) {}
}
