package palimpsest.engine.picture.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.PictureEvidence.Domain;
import palimpsest.api.PictureEvidence.Prompt;
import palimpsest.api.PictureTrial;
import palimpsest.engine.drawing.DrawingSet;
import palimpsest.engine.drawing.Figure;
import palimpsest.engine.drawing.Style;
import palimpsest.engine.picture.judge.PictureJudge.Drawing;
import palimpsest.engine.picture.judge.PictureJudge.Judged;
import palimpsest.engine.picture.judge.PictureJudge.Subject;
import palimpsest.metrics.image.ImageMetrics;
import palimpsest.metrics.image.ImageScore;
import palimpsest.torch.diffusion.schedule.Betas;
import palimpsest.torch.diffusion.schedule.Ddim;
import palimpsest.torch.diffusion.schedule.NoiseSchedule;
import palimpsest.torch.diffusion.schedule.Prediction;
import palimpsest.torch.diffusion.text.ClipTextConfig;
import palimpsest.torch.diffusion.text.ClipTokenizer;
import palimpsest.torch.diffusion.train.TextToImage;
import palimpsest.torch.diffusion.unet.UNetConfig;
import palimpsest.torch.picture.PictureClassifier;
import palimpsest.torch.picture.PictureClassifierConfig;

/** Pictures of 8 x 8 pixels, models and a judge of some thousand parameters, none trained. */
class PictureJudgeTest {
  private static final List<Figure> FIGURES = List.of(Figure.FISH, Figure.STAR);
  private static final List<Style> STYLES = List.of(Style.FLAT, Style.NEON);
  private static final PictureClassifierConfig CONFIG =
      new PictureClassifierConfig(
          8, List.of(8, 8), 1, 16, List.of("fish", "star"), List.of("flat", "neon"));
  private static final List<Prompt> PROMPTS =
      List.of(
          new Prompt("fish", "flat", "a fish in flat style"),
          new Prompt("fish", "neon", "a fish in neon style"),
          new Prompt("star", "neon", "a star in neon style"));

  @TempDir Path folder;

  private static TrainedJudge judge() {
    PictureClassifier classifier = PictureClassifier.draw(CONFIG, 1);
    return new TrainedJudge(
        classifier,
        JudgeTraining.worth(classifier, new DrawingSet(1, 3, 8, FIGURES, STYLES).corpus()));
  }

  private static Drawing drawing(int batch) {
    return new Drawing(
        Ddim.pixels(new NoiseSchedule(Betas.ddpm(), Prediction.EPSILON)), 2, 3, batch);
  }

  private static TextToImage model(ClipTokenizer tokenizer, long seed) {
    UNetConfig unet = UNetConfig.pixels(8, List.of(16, 32), 8);
    return TextToImage.draw(unet, ClipTextConfig.small(tokenizer, 8, 1, 2), tokenizer, seed);
  }

  private static ClipTokenizer tokenizer() {
    return ClipTokenizer.train(PROMPTS.stream().map(Prompt::caption).toList(), 540, 16);
  }

  @Test
  void judged_namesAllThatItDependsOn() {
    List<Integer> progress = new ArrayList<>();
    try (ClipTokenizer tokenizer = tokenizer();
        TextToImage model = model(tokenizer, 1);
        TrainedJudge judge = judge()) {
      Judged judged =
          new PictureJudge(judge, drawing(4), List.of(7L, 8L, 9L))
              .of(new Subject(model, tokenizer), PROMPTS, (n, all) -> progress.add(n * 100 + all));
      assertThat(progress).containsExactly(409, 809, 909);
      assertThat(judged.evidence().model()).isEqualTo(model.weights().digest());
      assertThat(judged.evidence().judge().digest()).isEqualTo(judge.classifier().digest());
      assertThat(judged.evidence().judge().heldOut()).isEqualTo(12);
      assertThat(judged.evidence().sampling().sampler()).isEqualTo("DDIMScheduler");
      assertThat(judged.evidence().sampling().settings()).containsKey("beta_schedule");
      assertThat(judged.evidence().seeds()).containsExactly(7L, 8L, 9L);
      assertThat(judged.evidence().pictures().get(4).id()).isEqualTo("a fish in neon style #8");
      assertThat(judged.pictures().stream().distinct()).hasSize(9);
      PictureTrial trial =
          new PictureTrial(
              Domain.STYLE,
              "neon",
              judged.evidence(),
              Optional.of(judged.evidence()),
              Optional.of(judged.evidence()));
      assertThat(ImageScore.all(trial)).hasSize(ImageMetrics.all().size());
      assertThat(ImageScore.all(trial).get(0).pictures()).isEqualTo(6);
    }
  }

  /** A picture follows from model, prompt and seed: not from the others, nor from the batch. */
  @Test
  void judged_oneAtATime_drawsTheSamePictures() {
    try (ClipTokenizer tokenizer = tokenizer();
        TextToImage model = model(tokenizer, 1);
        TrainedJudge judge = judge()) {
      Subject subject = new Subject(model, tokenizer);
      Judged together =
          new PictureJudge(judge, drawing(6), List.of(1L, 2L)).of(subject, PROMPTS, (n, all) -> {});
      Judged alone =
          new PictureJudge(judge, drawing(1), List.of(2L))
              .of(subject, PROMPTS.subList(1, 2), (n, all) -> {});
      byte[] some = together.pictures().get(4).rgb();
      byte[] same = alone.pictures().get(0).rgb();
      for (int i = 0; i < some.length; i++) {
        assertThat(Math.abs((some[i] & 0xFF) - (same[i] & 0xFF))).isLessThanOrEqualTo(1);
      }
    }
  }

  @Test
  void judge_writtenAndRead_isTheSame() throws Exception {
    try (TrainedJudge judge = judge()) {
      judge.write(folder);
      try (TrainedJudge read = TrainedJudge.read(folder)) {
        assertThat(read.pinned()).isEqualTo(judge.pinned());
        assertThat(read.worth()).isEqualTo(judge.worth());
      }
    }
    Path file = folder.resolve("worth.json");
    String good = Files.readString(file);
    Files.writeString(file, good.replaceFirst("\"styles\"", "\"style\""));
    assertThatThrownBy(() -> TrainedJudge.read(folder)).isInstanceOf(CorruptArtifact.class);
    Files.writeString(file, good.replaceFirst("classifier\" : \"", "classifier\" : \"0"));
    assertThatThrownBy(() -> TrainedJudge.read(folder)).hasMessageContaining("another classifier");
  }
}
