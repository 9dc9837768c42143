package palimpsest.torch.diffusion.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** How coefficients of a patch are made small. */
class PrincipalTest {

  /**
   * (1, 0)(3, 4)ᵀ + (1, 0)(0, 1)ᵀ = (1, 0)(3, 5)ᵀ: one direction of strength √34. And (2, 0)(0, 1)ᵀ
   * + (0, 3)(1, 0)ᵀ is given by itself, the stronger pair first.
   */
  @Test
  void of_pairsByHand_areTheirDirections() {
    LowRank one =
        Principal.of(LowRank.of(new double[][] {{1, 0}, {1, 0}}, new double[][] {{3, 4}, {0, 1}}));
    assertThat(one.rank()).isEqualTo(1);
    assertThat(Math.abs(one.left()[0][0])).isCloseTo(Math.sqrt(34), within(1e-14));
    assertThat(Math.abs(one.right()[0][1])).isCloseTo(5 / Math.sqrt(34), within(1e-15));
    LowRank two =
        Principal.of(LowRank.of(new double[][] {{2, 0}, {0, 3}}, new double[][] {{0, 1}, {1, 0}}));
    assertThat(Math.abs(two.left()[0][1])).isEqualTo(3);
    assertThat(Math.abs(two.left()[1][0])).isEqualTo(2);
  }

  /** The sum stays what it was; right vectors are orthonormal, left ones orthogonal and falling. */
  @Test
  void of_manyPairs_isTheSameSum() {
    SplittableRandom random = new SplittableRandom(5);
    int width = 30;
    double[][] all = new double[24][width];
    for (double[] vector : all) {
      Arrays.setAll(vector, k -> random.nextGaussian());
    }
    all[7] = all[3].clone(); // one direction less
    LowRank given = LowRank.of(Arrays.copyOf(all, 12), Arrays.copyOfRange(all, 12, 24));
    LowRank parts = Principal.of(given);
    assertThat(parts.rank()).isEqualTo(11);
    double[][] wanted = sum(given);
    double[][] got = sum(parts);
    for (int k = 0; k < width; k++) {
      assertThat(got[k]).containsExactly(wanted[k], within(1e-12));
    }
    double[][] left = parts.left();
    double[][] right = parts.right();
    for (int i = 0; i < 11; i++) {
      for (int j = 0; j < 11; j++) {
        assertThat(dot(right[i], right[j])).isCloseTo(i == j ? 1 : 0, within(1e-12));
        if (i != j) {
          assertThat(dot(left[i], left[j])).isCloseTo(0, within(1e-10));
        }
      }
      assertThat(i == 0 || dot(left[i], left[i]) <= dot(left[i - 1], left[i - 1])).isTrue();
    }
  }

  private static double[][] sum(LowRank matrix) {
    double[][] sum = new double[matrix.width()][matrix.width()];
    for (int j = 0; j < matrix.rank(); j++) {
      for (int k = 0; k < sum.length; k++) {
        for (int l = 0; l < sum.length; l++) {
          sum[k][l] += matrix.left()[j][k] * matrix.right()[j][l];
        }
      }
    }
    return sum;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += a[k] * b[k];
    }
    return sum;
  }

  /**
   * Elements of about 0.03 lie from 2^-6 to 2^-5, where a last place of F16 is 2^-16: a step is a
   * quarter of it, 2^-18. A coefficient of 2^20 takes coarser ones, 2^-9, so that it has 30 bits.
   */
  @Test
  void steps_areAQuarterOfALastPlace() {
    assertThat(Steps.exponent(0.0009, 10, 3)).isEqualTo(-18);
    assertThat(Steps.exponent(0.0009, 10, 1 << 20)).isEqualTo(-9);
    float[] coefficients = {0.7f, -0.3f};
    Steps.round(coefficients, -2);
    assertThat(coefficients).containsExactly(0.75f, -0.25f);
  }

  @Test
  void steps_packed_comeBack() throws IOException {
    SplittableRandom random = new SplittableRandom(6);
    float[] coefficients = new float[500 * 3];
    for (int i = 0; i < coefficients.length; i++) {
      coefficients[i] = (float) (random.nextGaussian() * (i % 3 == 0 ? 1 : i % 3 == 1 ? 1e-9 : 9));
    }
    int exponent = Steps.exponent(1, 10, 50);
    Steps.round(coefficients, exponent);
    byte[] packed = Steps.pack(coefficients, 3, exponent);
    assertThat(Steps.unpack(packed, 500, 3)).isEqualTo(coefficients);
    assertThat(packed.length).isLessThan(500 * 5); // the middle column is all zeros
    assertThatThrownBy(() -> Steps.unpack(Arrays.copyOf(packed, packed.length - 1), 500, 3))
        .isInstanceOf(IOException.class)
        .hasMessage("ends early");
    assertThatThrownBy(() -> Steps.unpack(Arrays.copyOf(packed, packed.length + 1), 500, 3))
        .isInstanceOf(IOException.class)
        .hasMessage("goes on behind its end");
  }

  /** 2^29 steps of 2^100 are behind the largest float. */
  @Test
  void steps_whoseNumbersAreTooLarge_areRefused() {
    byte[] packed = Steps.pack(new float[] {0x1p29f}, 1, 0);
    ByteBuffer.wrap(packed).putInt(0, 100);
    assertThatThrownBy(() -> Steps.unpack(packed, 1, 1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("too large");
    ByteBuffer.wrap(packed).putInt(0, 101);
    assertThatThrownBy(() -> Steps.unpack(packed, 1, 1)).hasMessageContaining("steps of 2^101");
  }
}
