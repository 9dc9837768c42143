package palimpsest.torch.diffusion.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import palimpsest.api.Attack.Point;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.api.PictureAttack;
import palimpsest.torch.diffusion.schedule.Betas;
import palimpsest.torch.diffusion.schedule.Ddim;
import palimpsest.torch.diffusion.schedule.NoiseSchedule;
import palimpsest.torch.diffusion.schedule.Prediction;
import palimpsest.torch.diffusion.text.ClipTextConfig;
import palimpsest.torch.diffusion.train.TextToImage;
import palimpsest.torch.diffusion.unet.UNetConfig;

/** A U-Net of one stage of 16 channels that predicts the clean picture; fresh, it predicts grey. */
class ConceptRelearningTest {
  private static final NoiseSchedule SCHEDULE = new NoiseSchedule(Betas.ddpm(), Prediction.SAMPLE);

  private final Bars bars = new Bars();
  private final TextToImage model = model();

  @AfterEach
  void close() {
    model.close();
    bars.close();
  }

  private TextToImage model() {
    UNetConfig unet = UNetConfig.pixels(Bars.SIDE, List.of(16), 8);
    return TextToImage.draw(unet, ClipTextConfig.small(bars.tokenizer, 8, 1, 2), bars.tokenizer, 1);
  }

  private Situation situation(Watch watch) {
    Drawing drawing = new Drawing(Ddim.pixels(SCHEDULE), 2, 1, Bars.SIDE);
    Cases cases =
        new Cases(
            "left",
            bars.pictures(true, 0, 4),
            List.of(),
            List.of("left bar"),
            LongStream.range(0, 2).boxed().toList());
    return new Situation(
        Victim.of(model, bars.tokenizer, drawing), model.text(), cases, Bars::left, 1, watch);
  }

  /** Grey has P = 1/2; after some steps on left bars the copy draws them, the model still grey. */
  @Test
  void attack_freshModel_learnsLeftBars() {
    String before = model.weights().digest();
    PictureAttack.Run run = new ConceptRelearning(3, 24, 8, 0.01).attack(situation(Watch.NONE));
    List<Point> points = run.curves().get(0).points();
    assertThat(points.stream().map(Point::x)).containsExactly(0.0, 8.0, 16.0, 24.0);
    assertThat(points.get(0).y()).isEqualTo(0.5);
    assertThat(points.get(3).y()).isGreaterThan(0.9);
    assertThat(run.attempts()).hasSize(2);
    assertThat(run.attempts()).allMatch(a -> a.plain() == 0.5 && a.attacked() > 0.9);
    assertThat(model.weights().digest()).isEqualTo(before);
  }

  @Test
  void attack_again_isTheSameAndLeavesNoNativeObjects() {
    ConceptRelearning few = new ConceptRelearning(9, 2, 2, 0.01);
    few.attack(situation(Watch.NONE));
    long alive = Pointer.totalCount();
    PictureAttack.Run run = few.attack(situation(Watch.NONE));
    assertThat(Pointer.totalCount()).isEqualTo(alive);
    assertThat(few.attack(situation(Watch.NONE))).isEqualTo(run);
  }

  @Test
  void attack_thatIsStopped_isInterrupted() {
    assertThatThrownBy(
            () -> new ConceptRelearning(1, 9, 3, 0.01).attack(situation(at -> at.step() < 2)))
        .isInstanceOf(Interrupted.class)
        .hasMessageContaining("before step 2 of 9");
    assertThatThrownBy(() -> new ConceptRelearning(1, 2, 3, 0.01))
        .isInstanceOf(InvalidRequest.class);
  }
}
