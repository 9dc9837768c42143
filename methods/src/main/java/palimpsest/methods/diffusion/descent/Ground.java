package palimpsest.methods.diffusion.descent;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Interrupted;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.Conditioning;
import palimpsest.torch.diffusion.Denoiser;
import palimpsest.torch.diffusion.schedule.NoiseSchedule;

/**
 * What a run of a method stands on.
 *
 * @param model as it was, the frozen start
 * @param erasure what is asked for
 * @param laid what is trained
 * @param stop asked while something is prepared; true ends the run
 */
public record Ground(ImageModel model, Erasure erasure, Laid laid, BooleanSupplier stop) {

  /** The denoiser that is trained. */
  Denoiser now() {
    return laid.denoiser();
  }

  /** The denoiser as it was. */
  Denoiser start() {
    return model.unet();
  }

  Weights trained() {
    return laid.weights();
  }

  NoiseSchedule schedule() {
    return model.schedule();
  }

  Draws draws() {
    return new Draws(erasure.seed());
  }

  /** Texts as the frozen model encodes them, constants. */
  Conditioning read(List<String> texts) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      return model.texts().read(texts);
    }
  }

  /** One text for all rows. */
  Conditioning read(String text, int rows) {
    return read(Collections.nCopies(rows, text));
  }

  /** The concepts whose turn it is in a step. */
  List<Erasure.Pair> pairs(int step, int batch) {
    List<Erasure.Pair> pairs = new ArrayList<>();
    for (int row = 0; row < batch; row++) {
      pairs.add(erasure.pair((long) (step - 1) * batch + row));
    }
    return pairs;
  }

  /** Images of a step, drawn with replacement. */
  List<Captioned> some(Draws.Use use, int step, int batch, List<Captioned> all) {
    List<Captioned> rows = new ArrayList<>();
    for (int i : draws().whole(use, step, batch, all.size())) {
      rows.add(all.get(i));
    }
    return rows;
  }

  /** Texts of a step, drawn with replacement. */
  List<String> texts(Draws.Use use, int step, int batch, List<String> all) {
    List<String> rows = new ArrayList<>();
    for (int i : draws().whole(use, step, batch, all.size())) {
      rows.add(all.get(i));
    }
    return rows;
  }

  /** Images with noise of a step's timesteps, both drawn. */
  Diffused diffused(Draws.Use use, int step, List<Captioned> rows) {
    return diffused(use, step, Captioned.stacked(rows, model.shape(rows.size())));
  }

  /** The same of a tensor (B, C, H, W). */
  Diffused diffused(Draws.Use use, int step, Tensor clean) {
    long[] shape = clean.shape();
    int[] t = draws().whole(use, -step, (int) shape[0], schedule().steps());
    return new Diffused(schedule(), clean, draws().normal(use, step, shape), t);
  }

  /** Their captions as the frozen model encodes them. */
  Conditioning captions(List<Captioned> rows) {
    return read(rows.stream().map(Captioned::text).toList());
  }

  /** Back-propagates what is computed in a scope of its own, and says what it was. */
  static double descend(Supplier<Tensor> loss) {
    try (PointerScope scope = new PointerScope()) {
      Tensor value = loss.get();
      value.backward();
      return value.item_double();
    }
  }

  /** Ends the run where somebody asked for it. */
  void check(String what) {
    if (stop.getAsBoolean()) {
      throw new Interrupted("stopped while " + what + "; nothing was changed");
    }
  }
}
