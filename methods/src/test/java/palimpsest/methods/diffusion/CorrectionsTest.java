package palimpsest.methods.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static palimpsest.methods.diffusion.ClosedFile.matrix;
import static palimpsest.methods.diffusion.ClosedFile.text;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import palimpsest.api.CorruptArtifact;
import palimpsest.testkit.LeakCheck;

/** Weights come back bit for bit. */
@ExtendWith(LeakCheck.class)
class CorrectionsTest {
  private static final int WIDTH = 96;
  private static final Matrix STATE = matrix("c", 1, WIDTH).scaled(28);
  private static final float[] ORIGINAL = {0f, -0f, 1f, -2.5f, Float.MIN_VALUE, 3e38f, -1e-20f};
  private static final float[] OTHER = {-0f, 1f, 1.0000001f, 2.5f, 0f, -3e38f, -1e-20f};

  @Test
  void apply_anyNumbers_givesTheOriginal() {
    byte[] packed = Corrections.of(ORIGINAL, OTHER);
    assertSameBits(Corrections.apply(packed, OTHER), ORIGINAL);
    assertThat(Corrections.apply(Corrections.of(new float[0], new float[0]), new float[0]))
        .isEmpty();
  }

  /** An edit of weights as a file has them, undone by W U in float32, put right. */
  @ParameterizedTest
  @EnumSource(
      value = ScalarType.class,
      names = {"Float", "Half", "BFloat16"})
  void apply_afterAnEditWasUndone_givesTheOriginal(ScalarType type) {
    try (PointerScope scope = new PointerScope()) {
      Tensor original = matrix("w", 200, WIDTH).tensor().toType(type);
      TextMapEdit edit = edit(text("guide", matrix("guide", 1, WIDTH).scaled(28)));
      Tensor edited = original.clone();
      edit.apply(edited);
      byte[] packed = assertComesBack(edit, original, edited);
      double bits = 8.0 * packed.length / original.numel();
      assertThat(bits).isLessThan(3); // of 32 or 16 a number
    }
  }

  /** c* = -λ/s c: R⁻¹ does not exist. */
  @Test
  void apply_afterAnEditWithoutInverse_givesTheOriginal() {
    try (PointerScope scope = new PointerScope()) {
      Tensor original = matrix("w", 200, WIDTH).tensor().toType(ScalarType.Float);
      double opposite = -0.5 / STATE.times(STATE.transposed()).at(0, 0);
      TextMapEdit edit = edit(text("opposite", STATE.scaled(opposite)));
      assertThat(edit.condition()).isGreaterThan(1e12);
      Tensor edited = original.clone();
      edit.apply(edited);
      assertThat(edited.equal(original)).isFalse();
      assertComesBack(edit, original, edited);
    }
  }

  private static TextMapEdit edit(TextStates guide) {
    TextPairs pairs = TextPairs.of(List.of(new Concept(text("c", STATE), guide)), List.of());
    return Uce.defaults().solve(pairs, () -> Matrix.identity(WIDTH)).edit();
  }

  private static byte[] assertComesBack(TextMapEdit edit, Tensor original, Tensor edited) {
    Matrix shares = edit.shares(Matrix.of(original));
    Tensor undone =
        edit.undo(Matrix.of(edited), shares).tensor().toType(original.scalar_type().intern());
    byte[] packed = Corrections.of(floats(original), floats(undone));
    assertSameBits(Corrections.apply(packed, floats(undone)), floats(original));
    return packed;
  }

  private static float[] floats(Tensor t) {
    float[] values = new float[(int) t.numel()];
    t.toType(ScalarType.Float).contiguous().data_ptr_float().get(values);
    return values;
  }

  @Test
  void apply_damagedBytes_isCorrupt() {
    byte[] packed = Corrections.of(ORIGINAL, OTHER);
    for (byte[] bad :
        List.of(
            new byte[0],
            new byte[] {1, 2, 3},
            Arrays.copyOf(packed, packed.length - 1),
            Arrays.copyOf(packed, packed.length + 1),
            Corrections.of(new float[8], new float[8]),
            Corrections.of(new float[6], new float[6]))) {
      assertThatThrownBy(() -> Corrections.apply(bad, OTHER))
          .isInstanceOf(CorruptArtifact.class)
          .hasMessageStartingWith("corrections do not unpack");
    }
  }

  private static void assertSameBits(float[] got, float[] expected) {
    for (int i = 0; i < expected.length; i++) {
      assertThat(Float.floatToRawIntBits(got[i]))
          .as("number %d", i)
          .isEqualTo(Float.floatToRawIntBits(expected[i]));
    }
  }
}
