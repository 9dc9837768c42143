package palimpsest.engine.picture;

import java.nio.file.Path;
import java.util.Locale;
import palimpsest.engine.Outputs;
import palimpsest.torch.checkpoint.AtomicFile;
import palimpsest.torch.diffusion.text.ClipTokenizer;
import palimpsest.torch.diffusion.train.Denoising;
import palimpsest.torch.diffusion.train.PixelDrawing;
import palimpsest.torch.diffusion.train.TextToImage;

/**
 * Sheets that a training draws on its way, by the moving average of its weights.
 *
 * @param folder where to
 * @param every steps between them
 * @param last step, of which there is one too
 * @param sheet what is drawn
 */
record Samples(Path folder, int every, int last, SampleSheet sheet) {
  private static final int STEPS = 20;
  private static final double GUIDANCE = 3;

  /** Draws after a step, if it is one of those; replaces what was drawn of it before. */
  void draw(int step, Denoising slope, TextToImage model, Asked asked) {
    if (step % every != 0 && step != last) {
      return;
    }
    PixelDrawing how = new PixelDrawing(asked.recipe().sampler(), STEPS, GUIDANCE, 0);
    AtomicFile.removeTorn(Outputs.folder(folder));
    try (TextToImage average = model.with(slope.average().copy())) {
      String name = String.format(Locale.ROOT, "step-%06d.png", step);
      AtomicFile.write(folder.resolve(name), sheet.draw(average, asked.words(), how, "").png());
    }
  }

  /** How a model of the training is asked. */
  record Asked(PictureRecipe recipe, ClipTokenizer words) {}
}
