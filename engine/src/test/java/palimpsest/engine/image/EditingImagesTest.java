package palimpsest.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import palimpsest.api.InvalidRequest;
import palimpsest.engine.BuiltInMethods;
import palimpsest.engine.Console;
import palimpsest.engine.JsonFiles;
import palimpsest.methods.diffusion.Matrix;
import palimpsest.methods.diffusion.TextMapMethod;
import palimpsest.methods.diffusion.Uce;
import palimpsest.testkit.LeakCheck;
import palimpsest.testkit.TinyDiffusion;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.diffusion.checkpoint.DiffusionCheckpoint;

@ExtendWith(LeakCheck.class)
class EditingImagesTest {
  private static final List<Replacement> VAN_GOGH =
      List.of(new Replacement("van gogh style", "a painting"));

  @TempDir Path folder;

  private Path model(TinyDiffusion kind, Dtype dtype) {
    return kind.write(folder.resolve("sd"), dtype);
  }

  private static ImageEdit edit(TextMapMethod method) {
    return new ImageEdit(method, VAN_GOGH, List.of("a dog", "a house by the sea"));
  }

  private static ImageEdit uce() {
    return edit(Uce.defaults());
  }

  private static EditingImages editing(Path model) {
    return new EditingImages(model, List.of(), false, Console.SILENT);
  }

  private static String digest(Path model) {
    try (DiffusionCheckpoint checkpoint = Editable.checkpoint(model)) {
      return checkpoint.digest();
    }
  }

  private static Map<String, String> files(Path root) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path each : all.filter(Files::isRegularFile).toList()) {
        String name = root.relativize(each).toString();
        files.put(name, HexFormat.of().formatHex(Files.readAllBytes(each)));
      }
    }
    return files;
  }

  @ParameterizedTest
  @CsvSource({
    "SD1, F32, image.uce",
    "SD1, F16, image.rece",
    "SD2, BF16, image.uce",
    "SD2, F32, image.mace-refinement",
    "SDXL, F16, image.uce",
    "SDXL, F32, image.rece"
  })
  void apply_eachMethod_changesTheMapsAlone_andIsTakenBackBitForBit(
      TinyDiffusion kind, Dtype dtype, String id) throws IOException {
    Path model = model(kind, dtype);
    Map<String, String> before = files(model);
    Path out = folder.resolve("out");

    ImageEdited done =
        editing(model).apply(edit((TextMapMethod) BuiltInMethods.imageById(id)), out);

    assertThat(files(model)).isEqualTo(before);
    Map<String, String> after = files(out.resolve("model"));
    assertThat(after.keySet()).isEqualTo(before.keySet());
    String unet = "unet/diffusion_pytorch_model.safetensors";
    assertThat(after.get(unet)).isNotEqualTo(before.get(unet));
    after.remove(unet);
    assertThat(before).containsAllEntriesOf(after);
    assertThat(done.changed().before()).isEqualTo(digest(model));
    assertThat(done.changed().after()).isEqualTo(digest(out.resolve("model")));
    assertThat(JsonFiles.read(out.resolve("applied.json"), ImageEdited.class)).isEqualTo(done);

    Path back = folder.resolve("back");
    new Patching(out.resolve("model"), out.resolve(EditingImages.PATCH), Console.SILENT)
        .revert(back);
    assertThat(files(back)).isEqualTo(before);
  }

  /** λ small: what was asked for is what the maps give; the text that is kept stays. */
  @ParameterizedTest
  @EnumSource(TinyDiffusion.class)
  void apply_smallRegularisation_bringsTheMapsToTheGuide(TinyDiffusion kind) {
    ImageEdit edit = new ImageEdit(new Uce(1, 1, 1e-6, 0), VAN_GOGH, List.of("a dog", "a harbour"));

    ImageEdited done = editing(model(kind, Dtype.F32)).apply(edit, folder.resolve("out"));

    assertThat(done.asked().prompts()).hasSize(1);
    assertThat(done.asked().prompts().get(0).before()).isGreaterThan(0.1);
    assertThat(done.asked().prompts().get(0).after()).isLessThan(1e-4);
    assertThat(done.asked().preserved()).hasSize(2);
    done.asked().preserved().forEach(kept -> assertThat(kept.after()).isLessThan(1e-4));
    assertThat(done.changed().rank()).isEqualTo(1);
    assertThat(done.notShown().get(0)).contains("pictures");
  }

  /**
   * By hand from what is on the disk: with one concept and nothing kept {@code W' c = W c + (|c|² /
   * (λ + |c|²)) W (c* - c)} for s = 1, whatever W is.
   */
  @Test
  void apply_oneConcept_movesItsStateByTheShareOfItsNorm() {
    Path model = model(TinyDiffusion.SD1, Dtype.F32);
    ImageEdit edit = new ImageEdit(new Uce(1, 1, 0.5, 0), VAN_GOGH, List.of());
    editing(model).apply(edit, folder.resolve("out"));

    Matrix c;
    Matrix guide;
    try (Editable editable = Editable.open(model, List.of())) {
      Map<String, Prompt> prompts =
          editable.prompts(List.of("van gogh style", "a painting"), Console.SILENT);
      c = prompts.get("van gogh style").subject().states();
      guide = prompts.get("a painting").subject().states();
    }
    double square = c.times(c.transposed()).at(0, 0);
    double share = square / (0.5 + square);
    Matrix wanted = c.plus(guide.minus(c).scaled(share));
    for (String name : maps(model)) {
      Matrix expected = wanted.times(weight(model, name).transposed());
      Matrix got = c.times(weight(folder.resolve("out/model"), name).transposed());
      for (int i = 0; i < expected.columns(); i++) {
        assertThat(got.at(0, i)).isCloseTo(expected.at(0, i), within(1e-5));
      }
    }
  }

  private static List<String> maps(Path model) {
    try (Editable editable = Editable.open(model, List.of())) {
      return List.copyOf(editable.maps().names());
    }
  }

  private static Matrix weight(Path model, String name) {
    try (DiffusionCheckpoint checkpoint = Editable.checkpoint(model);
        Weights weights = checkpoint.component("unet").some(List.of(name))) {
      return Matrix.of(weights.tensor(name));
    }
  }

  @Test
  void apply_twoEdits_areTakenBackInTheReverseOrderOnly() {
    Path model = model(TinyDiffusion.SD1, Dtype.F16);
    Path one = folder.resolve("one");
    Path two = folder.resolve("two");
    editing(model).apply(uce(), one);
    ImageEdit other =
        new ImageEdit(Uce.defaults(), List.of(new Replacement("a dog", "")), List.of("a house"));
    editing(one.resolve("model")).apply(other, two);

    Path early = folder.resolve("early");
    assertThatThrownBy(() -> back(two.resolve("model"), one, early))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("is taken back from a checkpoint of digest");
    assertThat(early).doesNotExist();
    back(two.resolve("model"), two, folder.resolve("back-one"));
    back(folder.resolve("back-one"), one, folder.resolve("back"));
    assertThat(digest(folder.resolve("back"))).isEqualTo(digest(model));
  }

  private static void back(Path model, Path edit, Path out) {
    new Patching(model, edit.resolve(EditingImages.PATCH), Console.SILENT).revert(out);
  }

  @Test
  void apply_patchOnly_leavesAPatchThatMakesTheSameModel() {
    Path model = model(TinyDiffusion.SDXL, Dtype.F16);
    ImageEdited whole = editing(model).apply(uce(), folder.resolve("whole"));
    Path only = folder.resolve("only");

    ImageEdited done = new EditingImages(model, List.of(), true, Console.SILENT).apply(uce(), only);

    assertThat(only.resolve("model")).doesNotExist();
    assertThat(done.changed().model()).isEmpty();
    assertThat(done.changed().after()).isEqualTo(whole.changed().after());
    Patching patching = new Patching(model, only.resolve("patch.safetensors"), Console.SILENT);
    patching.apply(folder.resolve("made"));
    assertThat(digest(folder.resolve("made"))).isEqualTo(whole.changed().after());
    Patching again =
        new Patching(folder.resolve("made"), only.resolve("patch.safetensors"), Console.SILENT);
    assertThatThrownBy(() -> again.apply(folder.resolve("twice")))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("done already");
  }

  @Test
  void apply_manyTexts_keepsThemAllInConstantMemory() {
    List<String> many =
        Stream.iterate(0, i -> i + 1).limit(300).map(i -> "a house of " + i).toList();
    ImageEdit edit = new ImageEdit(Uce.defaults(), VAN_GOGH, many);

    ImageEdited done =
        editing(model(TinyDiffusion.SD1, Dtype.F32)).apply(edit, folder.resolve("out"));

    assertThat(done.asked().preserved()).hasSize(EditPairs.SCORED);
    assertThat(done.asked().preservedUnscored()).isEqualTo(300 - EditPairs.SCORED);
  }
}
