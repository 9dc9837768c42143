package palimpsest.torch.diffusion.attack;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.diffusion.schedule.Betas;
import palimpsest.torch.diffusion.schedule.Ddim;
import palimpsest.torch.diffusion.schedule.NoiseSchedule;
import palimpsest.torch.diffusion.schedule.Prediction;
import palimpsest.torch.diffusion.text.ClipText;
import palimpsest.torch.diffusion.text.ClipTextConfig;
import palimpsest.torch.diffusion.text.ClipTokenizer;
import palimpsest.torch.diffusion.text.InitialClipText;
import palimpsest.torch.diffusion.train.CaptionedPicture;

/**
 * A world of two concepts, pictures of 8 x 8 pixels with a bright bar on the left or on the right,
 * and a model of it that needs no training: a text encoder with drawn weights, and {@link
 * BarDenoiser}.
 */
final class Bars implements AutoCloseable {
  static final int SIDE = 8;
  static final NoiseSchedule SCHEDULE = new NoiseSchedule(Betas.ddpm(), Prediction.SAMPLE);
  static final Drawing DRAWING = new Drawing(Ddim.pixels(SCHEDULE), 4, 1, SIDE);
  private static final List<String> WORDS =
      List.of("left bar left bar", "right bar right bar", "a left bar", "a right bar");
  private static final String TABLE = "text_model.embeddings.token_embedding.weight";

  final ClipTokenizer tokenizer = ClipTokenizer.train(WORDS, 534, 8);
  final ClipText text = text();

  private ClipText text() {
    ClipTextConfig config = ClipTextConfig.small(tokenizer, 16, 1, 2);
    return new ClipText(config, InitialClipText.draw(config, 3));
  }

  /** Bars of one side, of several brightnesses, the same for equal numbers. */
  List<CaptionedPicture> pictures(boolean left, int from, int count) {
    List<CaptionedPicture> pictures = new ArrayList<>();
    for (int i = from; i < from + count; i++) {
      Random random = new Random(2L * i + (left ? 1 : 0));
      byte[] rgb = new byte[SIDE * SIDE * 3];
      for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
        int column = pixel % SIDE;
        boolean bar = left ? column < 3 : column >= SIDE - 3;
        int value = bar ? 225 + random.nextInt(30) : random.nextInt(30);
        Arrays.fill(rgb, 3 * pixel, 3 * pixel + 3, (byte) value);
      }
      String caption = (i % 2 == 0 ? "" : "a ") + (left ? "left" : "right") + " bar";
      pictures.add(new CaptionedPicture(rgb, SIDE, SIDE, tokenizer.encode(caption)));
    }
    return pictures;
  }

  /** One that draws the bar that the prompt names. */
  Victim knowing() {
    return victim(new BarDenoiser(this, true), text);
  }

  /** One that never saw a left bar: whatever it reads, it draws a right one. */
  Victim ignorant() {
    return victim(new BarDenoiser(this, false), text);
  }

  /** One that knows, but reads left as right: suppression by another name. */
  Victim renamed() {
    ClipText renamed = text.copy();
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor all = renamed.weights().tensor(TABLE);
      all.narrow(0, word("left"), 1).copy_(all.narrow(0, word("right"), 1));
    }
    return victim(new BarDenoiser(this, true), renamed);
  }

  private Victim victim(BarDenoiser denoiser, ClipText reader) {
    return new Victim(denoiser, reader, tokenizer, DRAWING, Optional.empty());
  }

  void close(Victim victim) {
    victim.denoiser().close();
    if (victim.text() != text) {
      victim.text().close();
    }
  }

  private int word(String word) {
    int[] ids = tokenizer.tokens(word);
    if (ids.length != 1) {
      throw new AssertionError(word + " is " + ids.length + " tokens");
    }
    return ids[0];
  }

  /** Left bars, one pair, one prompt, three noises. */
  Cases cases(int from, String before, long noise) {
    return new Cases(
        "left",
        pictures(true, from, 4),
        List.of(new PromptPair(before + "left", before + "right")),
        List.of(before + "left bar"),
        LongStream.range(noise, noise + 3).boxed().toList());
  }

  Situation situation(Victim victim, long seed) {
    return new Situation(victim, text, cases(0, "", 0), Bars::left, seed, Watch.NONE);
  }

  /** P(left bar): the logistic function of four times the left's lead in mean value. */
  static double[] left(Tensor pictures) {
    try (PointerScope scope = new PointerScope()) {
      Tensor left = pictures.narrow(3, 0, 3).mean(new long[] {1, 2, 3});
      Tensor right = pictures.narrow(3, SIDE - 3, 3).mean(new long[] {1, 2, 3});
      FloatPointer lead = left.sub(right).contiguous().data_ptr_float(); // (B)
      double[] p = new double[(int) pictures.size(0)];
      for (int i = 0; i < p.length; i++) {
        p[i] = 1 / (1 + Math.exp(-4 * lead.get(i)));
      }
      return p;
    }
  }

  @Override
  public void close() {
    text.close();
    tokenizer.close();
  }
}
