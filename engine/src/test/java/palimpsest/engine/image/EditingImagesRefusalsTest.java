package palimpsest.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.api.UnsupportedModel;
import palimpsest.engine.Console;
import palimpsest.methods.diffusion.Uce;
import palimpsest.testkit.LeakCheck;
import palimpsest.testkit.TinyDiffusion;
import palimpsest.torch.checkpoint.Dtype;

/** What is refused leaves nothing, and what was there as it was. */
@ExtendWith(LeakCheck.class)
class EditingImagesRefusalsTest {
  @TempDir Path folder;

  private Path model(TinyDiffusion kind, Dtype dtype) {
    return kind.write(folder.resolve("sd"), dtype);
  }

  private static ImageEdit uce() {
    return new ImageEdit(
        Uce.defaults(), List.of(new Replacement("van gogh style", "a painting")), List.of());
  }

  private static EditingImages editing(Path model) {
    return new EditingImages(model, List.of(), false, Console.SILENT);
  }

  @Test
  void apply_outThatIsThere_isRefusedAndLeftAsItIs() throws IOException {
    Path model = model(TinyDiffusion.SD1, Dtype.F32);
    Path out = Files.createDirectory(folder.resolve("out"));

    assertThatThrownBy(() -> editing(model).apply(uce(), out))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("is there already");
    assertThat(out).isEmptyDirectory();
  }

  @Test
  void apply_interrupted_leavesNothing() throws IOException {
    Path model = model(TinyDiffusion.SD1, Dtype.F32);
    Console stopped =
        new Console() {
          @Override
          public void say(String line) {}

          @Override
          public Bar bar(String task, long total) {
            return (done, note) -> {};
          }

          @Override
          public boolean interrupted() {
            return true;
          }
        };

    assertThatThrownBy(
            () ->
                new EditingImages(model, List.of(), false, stopped)
                    .apply(uce(), folder.resolve("out")))
        .isInstanceOf(Interrupted.class);
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(model);
    }
  }

  @Test
  void apply_damagedModels_areRefusedAndLeaveNothing() throws IOException {
    Path model = model(TinyDiffusion.SD1, Dtype.F32);
    assertRefused(model, "tokenizer", CorruptArtifact.class, "wanted the tokenizer");
    assertRefused(model, "vae/diffusion_pytorch_model.safetensors", CorruptArtifact.class, "vae");
    assertRefused(model, "unet/diffusion_pytorch_model.safetensors", CorruptArtifact.class, "unet");
    assertRefused(model, "text_encoder/model.safetensors", CorruptArtifact.class, "text_encoder");
    assertRefused(model, "model_index.json", InvalidRequest.class, "model_index.json");
  }

  private void assertRefused(Path model, String part, Class<? extends Exception> kind, String says)
      throws IOException {
    Path aside = folder.resolve("aside");
    Files.move(model.resolve(part), aside);
    assertThatThrownBy(() -> editing(model).apply(uce(), folder.resolve("out")))
        .isInstanceOf(kind)
        .hasMessageContaining(says);
    Files.move(aside, model.resolve(part));
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(model);
    }
  }

  @Test
  void apply_modelsOfOtherKinds_areRefused() throws IOException {
    Path pickle = Files.writeString(folder.resolve("sd.ckpt"), "pickled");
    assertThatThrownBy(() -> editing(pickle).apply(uce(), folder.resolve("out")))
        .isInstanceOf(UnsupportedModel.class)
        .hasMessageContaining("pickle");
    Path llama = Files.createDirectory(folder.resolve("llama"));
    Files.writeString(llama.resolve("config.json"), "{}");
    assertThatThrownBy(() -> editing(llama).apply(uce(), folder.resolve("out")))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("diffusers pipeline");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void apply_textsThatCannotBeEdited_areRefused() {
    Path model = model(TinyDiffusion.SD1, Dtype.F32);
    String words = "one two three four five six seven eight nine ten eleven";
    assertAsked(model, new Replacement(words, ""), "the model reads 38");
    assertAsked(model, new Replacement("Caf\u00e9", "cafe\u0301"), "same tokens");
  }

  private void assertAsked(Path model, Replacement asked, String says) {
    ImageEdit edit = new ImageEdit(Uce.defaults(), List.of(asked), List.of());
    assertThatThrownBy(() -> editing(model).apply(edit, folder.resolve("out")))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining(says);
    assertThat(folder.resolve("out")).doesNotExist();
  }
}
