package palimpsest.engine.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.api.UnsupportedModel;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.engine.Console;
import palimpsest.engine.Keeping;
import palimpsest.engine.drawing.Sheet;

/** What a training of pictures leaves, and that a kill leaves no trace in it. */
class PictureTrainingTest {
  @TempDir static Path home;

  private static Path whole;
  private static PictureManifest manifest;

  @BeforeAll
  static void train() {
    whole = home.resolve("whole");
    manifest = Tiny.training(whole, Keeping.NONE, Console.SILENT).train(Tiny.SOURCE);
  }

  @Test
  void model_isAFolderOfDiffusers_withItsManifest() {
    assertThat(Tiny.files(whole.resolve("model")))
        .containsOnlyKeys(
            "model_index.json",
            "palimpsest-pictures.json",
            "scheduler/scheduler_config.json",
            "text_encoder/config.json",
            "text_encoder/model.safetensors",
            "tokenizer/merges.txt",
            "tokenizer/tokenizer_config.json",
            "tokenizer/vocab.json",
            "unet/config.json",
            "unet/diffusion_pytorch_model.safetensors");
    assertThat(PictureManifest.beside(whole.resolve("model"))).contains(manifest);
    assertThat(manifest.data())
        .isEqualTo(
            new PictureManifest.Pictures(Optional.of(Tiny.SOURCE), Tiny.corpus().digest(), 8));
    assertThat(manifest.recipe()).isEqualTo(Tiny.RECIPE);
    assertThat(manifest.machine()).containsKeys("java", "system", "cores");
    assertThat(manifest.weights()).isNotEqualTo(manifest.start());
    try (PictureModel read = PictureModel.open(whole.resolve("model"))) {
      assertThat(read.digest()).isEqualTo(manifest.weights());
    }
  }

  /** Samples of steps 2, 4 and 6: sheets of two objects by two styles. */
  @Test
  void samples_areDrawnOnTheWay_andMove() {
    Map<String, ByteBuffer> sheets = Tiny.files(whole.resolve("samples"));
    assertThat(sheets).containsOnlyKeys("step-000002.png", "step-000004.png", "step-000006.png");
    assertThat(sheets.values()).doesNotHaveDuplicates();
  }

  /**
   * Killed before the first step, after the third, which has no checkpoint, and after the fifth of
   * six; and stopped after the third, which then has one.
   */
  @ParameterizedTest
  @CsvSource({"0, true", "3, true", "5, true", "3, false"})
  void training_thatWasKilled_goesOnToTheSameBytes(int after, boolean kills) throws IOException {
    Path killed = home.resolve("killed-" + after + kills);
    PictureTraining training = Tiny.training(killed, Keeping.NONE, Tiny.stopping(after, kills));
    assertThatThrownBy(() -> training.train(Tiny.SOURCE))
        .isInstanceOf(kills ? Tiny.Killed.class : Interrupted.class);
    assertThat(killed.resolve("model")).doesNotExist();
    Path out = home.resolve("goes-on-" + after + kills);
    Tiny.copy(killed, out); // this process holds the lock of what it "killed"
    Path torn =
        Files.createDirectories(out.resolve("samples")).resolve(".step-000002.png.1-1.part");
    Files.writeString(torn, "half");

    Tiny.training(out, Keeping.NONE, Console.SILENT).train(Tiny.SOURCE);
    assertThat(Tiny.files(out)).isEqualTo(Tiny.files(whole));
  }

  @Test
  void samples_ofTheLastStep_areDrawnWhateverTheirDistance() {
    Path out = home.resolve("seldom");
    new PictureTraining(
            out, Tiny.RECIPE, new PictureTraining.Saving(0, Keeping.NONE, 4), Console.SILENT)
        .train(Tiny.corpus());
    assertThat(Tiny.files(out.resolve("samples")))
        .containsOnlyKeys("step-000004.png", "step-000006.png");
    assertThat(PictureManifest.beside(out.resolve("model")).orElseThrow().weights())
        .isEqualTo(manifest.weights());
  }

  /** A kill before the manifest stands leaves a model that has no name yet. */
  @Test
  void training_killedWhileTheModelIsWritten_isFinishedByTheNext() throws IOException {
    Path out = home.resolve("unfinished");
    Tiny.training(out, Keeping.NONE, Console.SILENT).train(Tiny.SOURCE);
    Files.move(out.resolve("model"), out.resolve("model.new"));
    Files.delete(out.resolve("model.new").resolve(PictureManifest.FILE));

    Tiny.training(out, Keeping.NONE, Console.SILENT).train(Tiny.SOURCE);
    assertThat(Tiny.files(out)).isEqualTo(Tiny.files(whole));
  }

  @Test
  void training_thatIsDone_isNotDoneAgain_norTakenForAnother() {
    Map<String, ByteBuffer> before = Tiny.files(whole);
    PictureTraining again = Tiny.training(whole, Keeping.NONE, Tiny.stopping(0, true));
    assertThat(again.train(Tiny.SOURCE)).isEqualTo(manifest);
    ImageCorpus others = PictureSource.drawn(2, 4).read(8);
    assertThatThrownBy(() -> again.train(others))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("another");
    assertThatThrownBy(() -> again.requireFresh(false)).hasMessageContaining("--resume");
    assertThat(Tiny.files(whole)).isEqualTo(before);
  }

  @Test
  void pictures_ofAnotherSizeOrNone_areRefusedBeforeAnyFile() {
    Path out = home.resolve("refused");
    PictureTraining training = Tiny.training(out, Keeping.NONE, Console.SILENT);
    assertThatThrownBy(() -> training.train(Tiny.SOURCE.read(16)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("captions.jsonl#1 is a 16 x 16 picture, wanted 8 x 8");
    assertThatThrownBy(() -> training.train(new ImageCorpus(List.of())))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("no pictures");
    assertThat(out).doesNotExist();
  }

  @Test
  void draw_isSettledBySeedAndPrompt() {
    PictureModel.How how = new PictureModel.How(Optional.empty(), 4, 2, "", 2, 7);
    try (PictureModel model = PictureModel.open(whole.resolve("model"))) {
      Sheet sheet = model.draw(List.of("a fish in flat style", "a cup"), how);
      assertThat(sheet.cells()).hasSize(2).allMatch(row -> row.size() == 2);
      assertThat(sheet.cells().get(0).get(0)).isNotEqualTo(sheet.cells().get(0).get(1));
      assertThat(model.draw(List.of("a fish in flat style", "a cup"), how).cells())
          .isEqualTo(sheet.cells());
      PictureModel.How other = new PictureModel.How(Optional.empty(), 4, 2, "", 2, 8);
      assertThat(model.draw(List.of("a fish in flat style", "a cup"), other).cells())
          .isNotEqualTo(sheet.cells());
      assertThat(model.isTooLong("a cup")).isFalse();
      assertThat(model.isTooLong("cup ".repeat(15))).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({"DDIM", "DDPM", "PNDM", "EULER", "EULER_ANCESTRAL", "DPM"})
  void draw_byEverySampler_givesPictures(PictureSampler sampler) {
    PictureModel.How how = new PictureModel.How(Optional.of(sampler), 4, 1, "", 1, 7);
    try (PictureModel model = PictureModel.open(whole.resolve("model"))) {
      assertThat(model.draw(List.of("a cup"), how).cells().get(0).get(0).width()).isEqualTo(8);
    }
  }

  @Test
  void open_ofWhatIsNoSuchModel_saysSo() throws IOException {
    assertThatThrownBy(() -> PictureModel.open(home.resolve("nowhere")))
        .isInstanceOf(InvalidRequest.class);
    Path copy = home.resolve("copy");
    Tiny.copy(whole.resolve("model"), copy);
    Path weights = copy.resolve("unet/diffusion_pytorch_model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    Files.write(weights, Arrays.copyOf(bytes, bytes.length - 4));
    assertThatThrownBy(() -> PictureModel.open(copy)).isInstanceOf(CorruptArtifact.class);
    Files.write(weights, bytes);
    Path index = copy.resolve("model_index.json");
    String told = Files.readString(index);
    Files.writeString(index, told.replace("PixelTextToImagePipeline", "FluxPipeline"));
    assertThatThrownBy(() -> PictureModel.open(copy)).isInstanceOf(UnsupportedModel.class);
    Files.writeString(index, told);
    Path config = copy.resolve("text_encoder/config.json");
    String narrow = Files.readString(config).replaceAll("(\"hidden_size\" *:) *8", "$1 4");
    Files.writeString(config, narrow);
    assertThatThrownBy(() -> PictureModel.open(copy)).isInstanceOf(CorruptArtifact.class);
  }
}
