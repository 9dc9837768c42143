package palimpsest.torch.diffusion.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.diffusion.checkpoint.DiffusionFolder;
import palimpsest.torch.diffusion.schedule.Betas;
import palimpsest.torch.diffusion.schedule.Ddim;
import palimpsest.torch.diffusion.schedule.NoiseSchedule;
import palimpsest.torch.diffusion.schedule.Prediction;
import palimpsest.torch.diffusion.schedule.SeededNoise;
import palimpsest.torch.diffusion.text.ClipTextConfig;
import palimpsest.torch.diffusion.text.ClipTokenizer;
import palimpsest.torch.diffusion.unet.UNetConfig;

/** A model of 8 x 8 pixels that goes to a folder, comes back, and draws. */
class PixelFolderTest {
  private static final Ddim SAMPLER =
      Ddim.pixels(new NoiseSchedule(Betas.ddpm(), Prediction.EPSILON));

  @TempDir Path folder;

  private static ClipTokenizer tokenizer() {
    return ClipTokenizer.train(List.of("a cup", "a fish"), 520, 8);
  }

  private static TextToImage model(ClipTokenizer tokenizer) {
    return TextToImage.draw(
        UNetConfig.pixels(8, List.of(16, 32), 8),
        ClipTextConfig.small(tokenizer, 8, 1, 2),
        tokenizer,
        1);
  }

  @Test
  void read_ofWhatWasWritten_isTheSameModel() {
    try (ClipTokenizer words = tokenizer();
        TextToImage model = model(words)) {
      PixelFolder.write(folder, model, words, SAMPLER);
      try (DiffusionFolder files = DiffusionFolder.open(folder);
          ClipTokenizer again = PixelFolder.tokenizer(files);
          TextToImage read = PixelFolder.read(files, again)) {
        assertThat(files.components()).containsExactlyInAnyOrder("unet", "text_encoder");
        assertThat(read.weights().digest()).isEqualTo(model.weights().digest());
        assertThat(read.noText()).isEqualTo(model.noText());
        assertThat(again.encode("a cup")).isEqualTo(words.encode("a cup"));
        assertThat(PixelFolder.scheduler(files).sampler().fields()).isEqualTo(SAMPLER.fields());
      }
    }
  }

  @Test
  void read_ofADamagedFolder_namesWhatIsWrong() throws IOException {
    try (ClipTokenizer words = tokenizer();
        TextToImage model = model(words)) {
      PixelFolder.write(folder, model, words, SAMPLER);
    }
    Path text = folder.resolve("text_encoder/model.safetensors");
    byte[] bytes = Files.readAllBytes(text);
    Files.write(text, Arrays.copyOf(bytes, bytes.length - 1));
    assertThatThrownBy(this::read)
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("model.safetensors");
    Files.write(text, bytes);
    Path index = folder.resolve("model_index.json");
    String told = Files.readString(index);
    Files.writeString(index, told.replace(DiffusionFolder.PIXELS, "StableDiffusionPipeline"));
    assertThatThrownBy(this::read).isInstanceOf(CorruptArtifact.class).hasMessageContaining("vae");
    Files.writeString(index, told.replace(DiffusionFolder.PIXELS, "FluxPipeline"));
    assertThatThrownBy(this::read).isInstanceOf(UnsupportedModel.class);
    Files.writeString(index, told);
    Path unet = folder.resolve("unet/config.json");
    Files.writeString(unet, Files.readString(unet).replaceAll("(\"in_channels\" *:) *3", "$1 4"));
    assertThatThrownBy(this::read)
        .isInstanceOf(UnsupportedModel.class)
        .hasMessageContaining("4 channels");
    Files.delete(index);
    assertThatThrownBy(this::read).isInstanceOf(InvalidRequest.class);
  }

  private void read() {
    try (DiffusionFolder files = DiffusionFolder.open(folder);
        ClipTokenizer words = PixelFolder.tokenizer(files);
        TextToImage read = PixelFolder.read(files, words)) {
      assertThat(read.noText()).hasSize(8);
    }
  }

  /**
   * A fresh model predicts no noise, as its last map is zero. DDIM's only step is then at t = 0 and
   * ends at ᾱ = 1: the picture is x_0 = noise / √ᾱ_0, clipped to [-1, 1], ᾱ_0 = 1 - 1e-4; a value v
   * is the byte nearest to 127.5 (v + 1). What the texts are does not matter, nor does guidance.
   */
  @Test
  void draw_byAFreshModel_isTheNoiseClipped() {
    try (ClipTokenizer words = tokenizer();
        TextToImage model = model(words)) {
      List<PixelDrawing.Wanted> wanted =
          List.of(
              new PixelDrawing.Wanted(words.encode("a cup"), 4),
              new PixelDrawing.Wanted(words.encode("a fish"), 9));
      for (double guidance : new double[] {0, 1, 3}) {
        List<byte[]> drawn =
            new PixelDrawing(SAMPLER, 1, guidance, 6).draw(model, wanted, model.noText());
        assertThat(drawn.get(0)).isEqualTo(clipped(4));
        assertThat(drawn.get(1)).isEqualTo(clipped(9));
      }
    }
  }

  private static byte[] clipped(long sample) {
    float[] noise = new float[3 * 64];
    try (PointerScope scope = new PointerScope()) {
      Tensor drawn = new SeededNoise(6, List.of(sample)).draw(-1, 1, 3, 8, 8);
      new FloatPointer(drawn.data_ptr_float()).get(noise);
    }
    byte[] rgb = new byte[noise.length];
    for (int channel = 0; channel < 3; channel++) {
      for (int pixel = 0; pixel < 64; pixel++) {
        double value = noise[channel * 64 + pixel] / Math.sqrt(1 - 1e-4);
        rgb[pixel * 3 + channel] =
            (byte) Math.round((Math.max(-1, Math.min(1, value)) + 1) * 127.5);
      }
    }
    return rgb;
  }

  /** Seventeen are drawn in two batches; each is what it is alone. */
  @Test
  void draw_ofMany_givesEachItsOwn_andLeavesNoNativeObjects() {
    try (ClipTokenizer words = tokenizer();
        TextToImage model = model(words)) {
      List<PixelDrawing.Wanted> many =
          java.util.stream.LongStream.range(0, 17)
              .mapToObj(i -> new PixelDrawing.Wanted(words.encode("a cup"), i))
              .toList();
      PixelDrawing how = new PixelDrawing(SAMPLER, 1, 2, 6);
      List<byte[]> drawn = how.draw(model, many, model.noText());
      assertThat(drawn).hasSize(17).doesNotHaveDuplicates();
      assertThat(drawn.get(16)).isEqualTo(clipped(16));
      long before = Pointer.totalCount();
      how.draw(model, many, model.noText());
      assertThat(Pointer.totalCount()).isEqualTo(before);
    }
  }

  @Test
  void average_asWeightsOfItsOwn_isAModelApart() {
    try (ClipTokenizer words = tokenizer();
        TextToImage model = model(words);
        MovingAverage average = new MovingAverage(model.weights(), 0.5)) {
      String before = model.weights().digest();
      model.weights().flat().zero_();
      try (TextToImage other = model.with(average.copy())) {
        assertThat(other.weights().digest()).isEqualTo(before);
        assertThat(other.unet().weights().tensors().keySet())
            .isEqualTo(model.unet().weights().tensors().keySet());
      }
      assertThat(model.weights().digest()).isNotEqualTo(before);
    }
  }
}
