package palimpsest.torch.diffusion.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.checkpoint.NativeBytes;

class FloatFormatTest {
  /** All numbers of 16 bits: there and back, and in the order of their places. */
  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void place_growsWithTheNumber_andValueAndRoundAreInverse(FloatFormat format) {
    double last = Double.NEGATIVE_INFINITY;
    for (int place = -1 - format.highest(); place <= format.highest(); place++) {
      int bits = format.ofPlace(place);
      double value = format.value(bits);
      assertThat(format.isFinite(bits)).isTrue();
      assertThat(format.place(bits)).isEqualTo(place);
      assertThat(format.round(value)).isEqualTo(bits);
      assertThat(value > last || place == 0).isTrue();
      last = value;
    }
    assertThat(format.value(format.ofPlace(-1))).isEqualTo(-0.0);
    assertThat(format.isFinite(format.ofPlace(format.highest() + 1))).isFalse();
  }

  @Test
  void place_ofFloats_isAsOfTheirNeighbours() {
    FloatFormat format = FloatFormat.F32;
    for (float x : new float[] {1, -1, 0, Float.MIN_VALUE, -Float.MIN_VALUE, 3e38f, -7.5f}) {
      int place = format.place(Float.floatToRawIntBits(x));
      float next = (float) format.value(format.ofPlace(place + 1));
      assertThat(next).isEqualTo(Math.nextUp(x));
    }
    assertThat(format.place(Float.floatToRawIntBits(-0f))).isEqualTo(-1);
    assertThat(format.place(Float.floatToRawIntBits(Float.MAX_VALUE))).isEqualTo(format.highest());
    assertThat(format.place(Float.floatToRawIntBits(-Float.MAX_VALUE)))
        .isEqualTo(-1 - format.highest());
  }

  /** Random floats, halfway cases among them, are rounded as libtorch rounds them. */
  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void round_floats_isThatOfLibtorch(FloatFormat format) {
    SplittableRandom random = new SplittableRandom(5);
    float[] values = new float[200_000];
    for (int i = 0; i < values.length; i++) {
      int bits = random.nextInt();
      int halfway = format == FloatFormat.F16 ? 1 << 12 : 1 << 15;
      values[i] = Float.intBitsToFloat(i % 3 == 0 ? ((bits & -halfway) | halfway) : bits);
      if (format == FloatFormat.F16 && i % 2 == 0) {
        values[i] = (float) ((random.nextInt(1 << 20) - (1 << 19)) * Math.scalb(1.0, -28 + i % 31));
      }
      values[i] = Float.isNaN(values[i]) ? 1 : values[i];
    }
    int[] at = {0};
    try (PointerScope scope = new PointerScope()) {
      Tensor tensor = torch.tensor(values);
      NativeBytes.<RuntimeException>of(
          tensor,
          Dtype.valueOf(format.name()),
          bytes -> {
            ByteBuffer little = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < little.remaining() / 2; i++, at[0]++) {
              assertThat(format.round(values[at[0]]))
                  .as("%s", values[at[0]])
                  .isEqualTo(format.bits(little, i));
            }
          });
    }
    assertThat(at[0]).isEqualTo(values.length);
  }

  /**
   * 1 + 2^-11 is halfway between 1 and the next F16, 1 + 2^-10: to even, 1. With 2^-40 more, which
   * a float32 in between would lose, it is the next.
   */
  @Test
  void round_justAboveHalfway_isUp() {
    assertThat(FloatFormat.F16.round(1 + Math.scalb(1.0, -11))).isEqualTo(0x3c00);
    assertThat(FloatFormat.F16.round(1 + Math.scalb(1.0, -11) + Math.scalb(1.0, -40)))
        .isEqualTo(0x3c01);
    assertThat(FloatFormat.F16.round(65519.9)).isEqualTo(0x7bff);
    assertThat(FloatFormat.F16.round(65520)).isEqualTo(0x7c00);
    assertThat(FloatFormat.F16.round(-1e300)).isEqualTo(0xfc00);
    assertThat(FloatFormat.F16.round(-1e-300)).isEqualTo(0x8000);
  }
}
