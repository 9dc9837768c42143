package palimpsest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import palimpsest.testkit.TinyDiffusion;
import palimpsest.torch.checkpoint.Dtype;

/** An image model edited, and brought back, by the command line. */
class ImageEditTest {
  private static final String UCE = "apply --method image.uce --model @sd --erase cat --out @out ";

  @TempDir Path folder;
  private Desk desk;

  @BeforeEach
  void model() {
    desk = new Desk(folder);
    TinyDiffusion.SD1.write(desk.path("sd"), Dtype.F16);
  }

  @Test
  void apply_thenRevert_bringsTheDigestBack() {
    desk.write("kept.txt", "a dog\n\n a house \n");

    JsonNode done =
        desk.json(
            UCE.replace("uce", "uce:keepScale=0.1") + "--toward dog --preserve-file @kept.txt");

    assertThat(desk.tree("out/applied.json")).isEqualTo(done);
    assertThat(done.get("method").get("parameters").get("keepScale").asDouble()).isEqualTo(0.1);
    assertThat(done.get("method").get("fidelity").asText()).startsWith("faithful");
    assertThat(done.get("method").get("guarantee").asText()).isEqualTo("APPROXIMATE");
    assertThat(done.get("asked").get("preserved")).hasSize(2);
    JsonNode changed = done.get("changed");
    assertThat(changed.get("after")).isNotEqualTo(changed.get("before"));
    JsonNode back =
        desk.json("revert --model @out/model --patch @out/patch.safetensors --out @deep/back");
    assertThat(back.get("after")).isEqualTo(changed.get("before"));
    assertThat(back.get("before")).isEqualTo(changed.get("after"));
    assertThat(back.get("method").asText()).startsWith("image.uce:").contains("keepScale=0.1");
  }

  @Test
  void apply_patchOnly_canBeAppliedLater() {
    JsonNode done = desk.json(UCE + "--patch-only");
    assertThat(desk.path("out/model")).doesNotExist();

    JsonNode made = desk.json("apply --model @sd --patch @out/patch.safetensors --out @made");

    assertThat(made.get("after")).isEqualTo(done.get("changed").get("after"));
    assertThat(desk.path("made/model_index.json")).exists();
  }

  @Test
  void revert_ofAnotherModel_isRefusedInOneLine() {
    desk.run(UCE);
    TinyDiffusion.SD2.write(desk.path("other"), Dtype.F16);

    String told = desk.fail(2, "revert --model @other --patch @out/patch.safetensors --out @back");

    assertThat(told).contains("is taken back from a checkpoint of digest", ", got ");
    assertThat(desk.fail(2, "revert --model @sd --patch @out/patch.safetensors --out @back"))
        .contains("done already");
    assertThat(desk.path("back")).doesNotExist();
  }

  @Test
  void revert_byADamagedPatch_isRefused() throws Exception {
    desk.run(UCE);
    byte[] bytes = desk.bytes("out/patch.safetensors");
    bytes[bytes.length - 1] ^= 1;
    bytes[bytes.length / 2] ^= 1;
    desk.write("damaged.safetensors", bytes);
    desk.write("none.safetensors", "no patch");

    String line = "revert --model @out/model --out @back --patch ";
    desk.fail(4, line + "@damaged.safetensors");
    desk.fail(4, line + "@none.safetensors");
    desk.fail(4, line + "@sd/unet/diffusion_pytorch_model.safetensors");

    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(p -> p.getFileName().toString())).noneMatch(n -> n.startsWith(".back"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "2 | did you mean \"image.uce\" | apply --method image.ucee --model @sd --erase cat --out"
            + " @o",
        "2 | did you mean \"keepScale\" | apply --method image.uce:keepScal=1 --model @sd --erase"
            + " cat --out @o",
        "2 | keepScale must be > 0 | apply --method image.uce:keepScale=0 --model @sd --erase cat"
            + " --out @o",
        "2 | lr, epochs and the like do not | apply --method image.uce:lr=1 --model @sd --erase cat"
            + " --out @o",
        "2 | changes no weights | apply --method image.negative-prompt --model @sd --erase cat"
            + " --out @o",
        "2 | nothing to erase | apply --method image.uce --model @sd --out @o",
        "2 | toward itself | apply --method image.uce --model @sd --erase cat --toward CAT --out"
            + " @o",
        "2 | must not be blank | apply --method image.uce --model @sd --erase= --out @o",
        "2 | is there already | apply --method image.uce --model @sd --erase cat --out @sd",
        "2 | no method | apply --model @sd --erase cat --out @o",
        "2 | no method | apply --model @sd --out @o",
        "2 | leave one of them out | apply --method image.uce --patch @p --model @sd --erase cat"
            + " --out @o",
        "2 | is of an image model | apply --method image.uce --model @sd --erase cat --lr 1 --out"
            + " @o",
        "2 | is of an image model | apply --method image.uce --model @sd --erase cat --resume --out"
            + " @o",
        "2 | is of a language model | apply --method llm.ga --model @sd --erase cat --out @o",
        "2 | give --corpus FILE | apply --method llm.ga --model @sd --out @o",
        "2 | leave --tokenizer out | apply --method image.uce --model @sd --erase cat --tokenizer"
            + " @sd --out @o",
        "2 | not a folder | apply --method image.uce --model @none --erase cat --out @o",
        "2 | no such file | apply --method image.uce --model @sd --erase cat --preserve-file @none"
            + " --out @o",
        "4 | wanted the tokenizer | apply --method image.uce --model @bare --erase cat --out @o"
      })
  void apply_nonsense_isToldInOneLine_andLeavesNothing(int code, String says, String line) {
    TinyDiffusion.SD1.write(desk.path("bare"), Dtype.F32);
    desk.delete("bare/tokenizer");
    Map<String, ByteBuffer> before = desk.snapshot();

    assertThat(desk.fail(code, line)).contains(says);

    assertThat(desk.snapshot()).isEqualTo(before);
  }

  @Test
  void forget_byAMethodForImages_isSentToApply() {
    Desk text = Desk.make(folder);
    assertThat(text.fail(2, BadRequests.forget("image.uce"))).contains("is for image models");
  }

  @Test
  void methods_listed_haveTheWordOfTheirFidelity() {
    String out = desk.run("methods").out();
    assertThat(out)
        .contains("image.uce  approximate, faithful", "image.rece  approximate, variant");
    assertThat(out).contains("image.mace-refinement  approximate, simplified");
    assertThat(out).contains("image.safe-guidance  suppressed", "image.prompt-filter  suppressed");
    assertThat(desk.run("methods --explain image.uce").out()).contains("faithful", "not shown");
  }
}
