package palimpsest.methods.diffusion.descent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.bytedeco.pytorch.global.torch.tensor;
import static org.bytedeco.pytorch.global.torch.zeros;
import static palimpsest.methods.diffusion.descent.GoldenRig.ROWS;
import static palimpsest.methods.diffusion.descent.GoldenRig.T;
import static palimpsest.methods.diffusion.descent.GoldenRig.assertEqual;
import static palimpsest.methods.diffusion.descent.GoldenRig.backward;
import static palimpsest.methods.diffusion.descent.GoldenRig.diffused;
import static palimpsest.methods.diffusion.descent.GoldenRig.golden;
import static palimpsest.methods.diffusion.descent.GoldenRig.halfway;
import static palimpsest.methods.diffusion.descent.GoldenRig.image;
import static palimpsest.methods.diffusion.descent.GoldenRig.inputs;
import static palimpsest.methods.diffusion.descent.GoldenRig.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.testkit.LeakCheck;
import palimpsest.torch.diffusion.Conditioning;
import palimpsest.torch.diffusion.Denoiser;
import palimpsest.torch.diffusion.text.ClipText;
import palimpsest.torch.diffusion.unet.UNet;

/** The same as {@link DescentGoldenTest}, of the methods that prepare or attack. */
@ExtendWith(LeakCheck.class)
class DescentStateGoldenTest {
  @TempDir Path folder;
  private PointerScope scope;
  private GoldenRig rig;

  @BeforeEach
  void open() {
    scope = new PointerScope();
    rig = new GoldenRig(folder);
  }

  @AfterEach
  void close() {
    rig.close();
    scope.close();
  }

  @Test
  void selectiveAmnesia_fisherAndLoss_equal() {
    JsonNode expected = golden("sa");
    try (Copies start = Copies.of(rig.model, Region.EVERYTHING);
        Copies copies = rig.copies(3)) {
      Tensor fisher = fisher(start, expected.get("fisher"));
      Denoiser now = copies.denoiser();
      Tensor replay = SelectiveAmnesia.summed(diffused("replay"), now, text("kept"));
      double loss =
          backward(
              SelectiveAmnesia.summed(diffused("forget"), now, text("c"))
                  .add(replay, new Scalar(0.5)));
      Anchor anchor = new Anchor(start.weights().flat(), fisher);
      double pull = anchor.pull(copies.weights(), 1e-6);
      assertThat(pull).isCloseTo(expected.get("pull").asDouble(), withinPercentage(0.05));
      assertEqual(expected, copies.weights(), loss + pull);
    }
  }

  /** Of both rows of the replayed images, at timesteps 0 and 500 of 1000. */
  private static Tensor fisher(Copies start, JsonNode expected) {
    Tensor gradient = start.weights().gradient();
    Tensor fisher = zeros(gradient.numel());
    for (int row = 0; row < ROWS; row++) {
      gradient.zero_();
      Tensor clean = image("replay").narrow(0, row, 1).repeat(ROWS, 1, 1, 1);
      Tensor states = text("kept").states().narrow(0, row, 1).repeat(ROWS, 1, 1);
      Diffused images = new Diffused(Tiny.SCHEDULE, clean, image("fisher." + row), 0, 500);
      SelectiveAmnesia.summed(images, start.denoiser(), Conditioning.of(states))
          .mul(new Scalar(1000.0))
          .backward();
      SelectiveAmnesia.square(fisher, gradient, ROWS);
    }
    long at = 0;
    for (Map.Entry<String, Tensor> each : start.weights().tensors().entrySet()) {
      long size = each.getValue().numel();
      assertThat(fisher.narrow(0, at, size).sum().item_double())
          .as(each.getKey())
          .isCloseTo(expected.get(each.getKey()).asDouble(), withinPercentage(0.1));
      at += size;
    }
    return fisher;
  }

  @Test
  void advUnlearn_attackAndLoss_equal() {
    JsonNode expected = golden("advunlearn");
    try (ClipText before = rig.encoder();
        ClipText now = rig.encoder()) {
      halfway(now.weights());
      Tensor ids = ids(expected.get("ids"));
      Noisy at = new Noisy(image("x"), T);
      UNet o = rig.model.unet();
      Tensor old = at.fixed(o, Conditioning.of(before.encode(ids).last()));
      Tensor target = at.fixed(o, text("empty")).lerp(old, new Scalar(-1.0));
      Prefix prefix = new Prefix(now, ids);
      Tensor delta =
          Prefix.attacked(
              inputs("delta", ROWS, 1, 12).mul(new Scalar(0.1)),
              new Prefix.Attack(3, 0.05),
              added -> Noisy.meanSquare(at.output(o, prefix.read(added)), old));
      assertDelta(delta, expected.get("delta"));
      now.weights().gradient().zero_();
      Tensor retain = Noisy.meanSquare(at.output(o, Conditioning.of(now.encode(ids).last())), old);
      double loss =
          backward(
              Noisy.meanSquare(at.output(o, prefix.read(delta)), target)
                  .add(retain, new Scalar(0.3)));
      assertEqual(expected, now.weights(), loss);
    }
  }

  private static void assertDelta(Tensor got, JsonNode expected) {
    float[] values = Captioned.floats(got);
    assertThat(expected).hasSize(values.length);
    IntStream.range(0, values.length)
        .forEach(
            i ->
                assertThat((double) values[i]).isCloseTo(expected.get(i).asDouble(), within(1e-5)));
  }

  private static Tensor ids(JsonNode rows) {
    long[] all =
        StreamSupport.stream(rows.spliterator(), false)
            .flatMap(row -> StreamSupport.stream(row.spliterator(), false))
            .mapToLong(JsonNode::asLong)
            .toArray();
    return tensor(all).view(rows.size(), -1);
  }
}
