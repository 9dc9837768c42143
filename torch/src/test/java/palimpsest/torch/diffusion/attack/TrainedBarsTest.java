package palimpsest.torch.diffusion.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import palimpsest.api.PictureAttempt;
import palimpsest.api.Recipe;
import palimpsest.torch.diffusion.schedule.Betas;
import palimpsest.torch.diffusion.schedule.Ddim;
import palimpsest.torch.diffusion.schedule.NoiseSchedule;
import palimpsest.torch.diffusion.schedule.Prediction;
import palimpsest.torch.diffusion.text.ClipTextConfig;
import palimpsest.torch.diffusion.train.CaptionedPicture;
import palimpsest.torch.diffusion.train.Denoising;
import palimpsest.torch.diffusion.train.TextToImage;
import palimpsest.torch.diffusion.unet.UNetConfig;
import palimpsest.torch.train.Course;
import palimpsest.torch.train.Loop;
import palimpsest.torch.train.Optimiser;

/**
 * Inversion of U-Nets that were trained for seconds: one on both bars that then reads left as
 * right, and one trained without left bars, which is what a success is compared with.
 */
class TrainedBarsTest {
  private static final String TABLE = "text_model.embeddings.token_embedding.weight";

  /** So noisy throughout that nothing but the text tells the bars apart. */
  private static final NoiseSchedule SCHEDULE =
      new NoiseSchedule(new Betas(Betas.Curve.LINEAR, 20, 0.4, 0.9, false), Prediction.SAMPLE);

  private static final Drawing DRAWING = new Drawing(Ddim.pixels(SCHEDULE), 2, 1, Bars.SIDE);

  /** A fresh model whose words lie further apart than drawn ones do, so that it learns soon. */
  private static TextToImage trained(Bars bars, List<CaptionedPicture> data, int epochs) {
    UNetConfig unet = UNetConfig.pixels(Bars.SIDE, List.of(16), 8);
    ClipTextConfig text = ClipTextConfig.small(bars.tokenizer, 8, 1, 2);
    TextToImage model = TextToImage.draw(unet, text, bars.tokenizer, 1);
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      model.text().weights().tensor(TABLE).mul_(new Scalar(30.0));
    }
    Recipe recipe = new Recipe(epochs, 8, 8, 1e-2, 5, Recipe.Decay.CONSTANT, 0, 1, 7);
    Denoising.How how = new Denoising.How(SCHEDULE, 0, 0, 7);
    try (Denoising slope = new Denoising(model, data, how)) {
      Course course = Course.shuffled(data, recipe);
      new Loop(
              course,
              gone -> false,
              recipe,
              Optimiser.Kind.ADAMW,
              Optional.empty(),
              at -> {},
              () -> false)
          .run(slope);
    }
    return model;
  }

  private static void rename(Bars bars, TextToImage model) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor all = model.text().weights().tensor(TABLE);
      int left = bars.tokenizer.tokens("left")[0];
      int right = bars.tokenizer.tokens("right")[0];
      all.narrow(0, left, 1).copy_(all.narrow(0, right, 1));
    }
  }

  /** Mean P(left) without and under inversion. */
  private static double[] inverted(Bars bars, TextToImage model) {
    Cases cases =
        new Cases(
            "left",
            bars.pictures(true, 20, 4),
            List.of(),
            List.of("left bar"),
            LongStream.range(0, 4).boxed().toList());
    Situation situation =
        new Situation(
            Victim.of(model, bars.tokenizer, DRAWING),
            model.text(),
            cases,
            Bars::left,
            1,
            Watch.NONE);
    List<PictureAttempt> attempts =
        new ConceptInversion(1, 40, 4, 0.1, 0).attack(situation).attempts();
    return new double[] {
      attempts.stream().mapToDouble(PictureAttempt::plain).average().orElseThrow(),
      attempts.stream().mapToDouble(PictureAttempt::attacked).average().orElseThrow()
    };
  }

  @Test
  void inversion_ofTrainedModels_breaksTheOneThatKnows() {
    try (Bars bars = new Bars()) {
      List<CaptionedPicture> right = bars.pictures(false, 0, 8);
      List<CaptionedPicture> both = new ArrayList<>(right);
      both.addAll(bars.pictures(true, 0, 8));
      try (TextToImage subject = trained(bars, both, 40);
          TextToImage reference = trained(bars, right, 40)) {
        double[] knowing = inverted(bars, subject);
        rename(bars, subject);
        double[] renamed = inverted(bars, subject);
        double[] never = inverted(bars, reference);
        String all =
            List.of(knowing[0], knowing[1], renamed[0], renamed[1], never[0], never[1]).toString();
        assertThat(knowing[0]).as(all).isGreaterThan(0.9);
        assertThat(knowing[1]).as(all).isGreaterThan(0.9);
        assertThat(renamed[0]).as(all).isLessThan(0.1);
        assertThat(renamed[1]).as(all).isGreaterThan(0.9);
        assertThat(never[1]).as(all).isLessThan(0.1);
      }
    }
  }
}
