package palimpsest.torch.diffusion.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;

class RankShiftTest {

  private static byte[] stored(FloatFormat format, double... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * format.width()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < values.length; i++) {
      format.put(bytes, i, format.round(values[i]));
    }
    return bytes.array();
  }

  private static double[] values(FloatFormat format, byte[] stored) {
    ByteBuffer bytes = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
    double[] values = new double[stored.length / format.width()];
    Arrays.setAll(values, i -> format.value(format.bits(bytes, i)));
    return values;
  }

  /**
   * R = I + u vᵀ + u' v'ᵀ with u = (1, 2), v = (3, 0), u' = (0, 1), v' = (1, -1).
   *
   * <pre>
   * w = (5, 7):    w·u = 19, w·u' = 7,  wR = (5 + 57 + 7, 7 - 7)     = (69, 0)
   * w = (-1, 0.5): w·u = 0,  w·u' = .5, wR = (-1 + 0 + .5, .5 - .5) = (-.5, 0)
   * </pre>
   */
  @Test
  void edit_twoPairs_isTheProductByHand() throws IOException {
    LowRank matrix = LowRank.of(new double[][] {{1, 2}, {0, 1}}, new double[][] {{3, 0}, {1, -1}});
    RankShift shift = new RankShift("w", matrix, FloatFormat.F32, 2);
    byte[] before = stored(FloatFormat.F32, 5, 7, -1, 0.5);
    RankShift.Edited edited = shift.edit(before);
    assertThat(values(FloatFormat.F32, edited.elements)).containsExactly(69, 0, -0.5, 0);
    assertThat(edited.coefficients).containsExactly(19, 7, 0, 0.5f);
    assertThat(shift.revert(edited.elements, edited.coefficients, edited.lost)).isEqualTo(before);
    assertThat(matrix.left()).isDeepEqualTo(new double[][] {{1, 2}, {0, 1}});
    assertThat(matrix.right()).isDeepEqualTo(new double[][] {{3, 0}, {1, -1}});
  }

  /**
   * Between 1 and 2 an F16 has steps of 2^-10, between 2 and 4 of 2^-9. Shifted by 1.5: sums of 1
   * and 1 + 2^-10 are 2.5 and 2.5 + 2^-10, of which the second is halfway and goes to the even 2.5;
   * 1 - 2^-11, with steps of 2^-11 below 1, gives 2.5 - 2^-11, also 2.5; and 1 - 2^-10 is halfway
   * to 2.5 - 2^-9, so 2.5 again if that is even: 2.5 = 1280 * 2^-9 is. So four numbers become 2.5.
   */
  @Test
  void preimage_coarserSteps_hasFour() {
    Preimage preimage = new Preimage(FloatFormat.F16);
    preimage.find(FloatFormat.F16.round(2.5), 1.5);
    assertThat(preimage.count()).isEqualTo(4);
    assertThat(FloatFormat.F16.value(FloatFormat.F16.ofPlace((int) preimage.first())))
        .isEqualTo(1 - Math.scalb(1.0, -10));
    preimage.find(FloatFormat.F16.round(-0.25), -1.25); // back to finer steps: 1 alone
    assertThat(preimage.count()).isEqualTo(1);
    assertThat(FloatFormat.F16.value(FloatFormat.F16.ofPlace((int) preimage.first()))).isEqualTo(1);
  }

  /** For shifts of all sizes, what is found is what trying all 63488 finite numbers finds. */
  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void preimage_anyShift_isThatOfTryingAll(FloatFormat format) {
    SplittableRandom random = new SplittableRandom(11);
    Preimage preimage = new Preimage(format);
    for (int trial = 0; trial < 60; trial++) {
      double size = Math.scalb(1.0, random.nextInt(40) - 30);
      double shift = trial == 0 ? 0 : size * (2 * random.nextDouble() - 1);
      int x = random.nextInt(2 * format.highest() + 2) - format.highest() - 1;
      int result = sum(format, x, shift);
      if (!format.isFinite(result)) {
        continue;
      }
      long first = Long.MAX_VALUE;
      long count = 0;
      for (int place = -1 - format.highest(); place <= format.highest(); place++) {
        if (sum(format, place, shift) == result) {
          first = Math.min(first, place);
          count++;
        }
      }
      preimage.find(result, shift);
      assertThat(preimage.count()).isEqualTo(count);
      assertThat(preimage.first()).isEqualTo(first);
    }
  }

  private static int sum(FloatFormat format, int place, double shift) {
    return format.round(format.value(format.ofPlace(place)) + shift);
  }

  /** Weights of all sizes, zeros of both signs and subnormals among them, come back. */
  @ParameterizedTest
  @EnumSource
  void revert_anyWeights_isExact(FloatFormat format) throws IOException {
    SplittableRandom random = new SplittableRandom(3);
    int width = 24;
    int rows = 200;
    for (double strength : new double[] {1e-6, 0.02, 1, 30}) {
      double[][] pairs = new double[6][width];
      for (double[] vector : pairs) {
        Arrays.setAll(vector, k -> random.nextGaussian() * (k % 5 == 0 ? 0 : strength));
      }
      LowRank matrix =
          LowRank.of(Arrays.copyOf(pairs, 3), Arrays.copyOfRange(pairs, 3, pairs.length));
      double[] weights = new double[rows * width];
      Arrays.setAll(
          weights,
          i ->
              i % 7 == 0
                  ? (i % 2 == 0 ? 0.0 : -0.0)
                  : random.nextGaussian() * Math.scalb(0.1, -random.nextInt(i % 3 == 0 ? 30 : 1)));
      byte[] before = stored(format, weights);
      RankShift shift = new RankShift("w", matrix, format, rows);
      RankShift.Edited edited = shift.edit(before);
      assertThat(edited.elements).isNotEqualTo(before);
      assertThat(shift.apply(before, edited.coefficients)).isEqualTo(edited.elements);
      assertThat(shift.revert(edited.elements, edited.coefficients, edited.lost)).isEqualTo(before);
    }
  }

  /** A weak edit moves numbers within their steps: nothing is lost, and nothing kept. */
  @Test
  void edit_ofSmallShifts_losesLittle() {
    SplittableRandom random = new SplittableRandom(4);
    double[][] pair = new double[2][64];
    for (double[] vector : pair) {
      Arrays.setAll(vector, k -> 0.02 * random.nextGaussian());
    }
    double[] weights = new double[64 * 64];
    Arrays.setAll(weights, i -> 0.1 * random.nextGaussian());
    LowRank matrix = LowRank.of(new double[][] {pair[0]}, new double[][] {pair[1]});
    RankShift shift = new RankShift("w", matrix, FloatFormat.F32, 64);
    RankShift.Edited edited = shift.edit(stored(FloatFormat.F32, weights));
    assertThat(edited.lost.length * 8).isLessThan(weights.length / 5);
  }

  @Test
  void edit_infinite_isRefused() {
    LowRank matrix = LowRank.of(new double[][] {{1000}}, new double[][] {{1000}});
    RankShift shift = new RankShift("w", matrix, FloatFormat.F16, 1);
    assertThatThrownBy(() -> shift.edit(stored(FloatFormat.F16, 1)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("tensor w would become too large for F16");
    assertThatThrownBy(() -> shift.edit(stored(FloatFormat.F16, 1e9)))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("holds NaN or infinity");
  }

  @Test
  void lowRank_ofOtherThanPairs_isRefused() {
    double[][] one = {{1, 2}};
    for (double[][] other : new double[][][] {{}, {{1}}, {{1, Double.NaN}}, {{1, 2}, {3, 4}}}) {
      assertThatThrownBy(() -> LowRank.of(one, other)).isInstanceOf(InvalidRequest.class);
      assertThatThrownBy(() -> LowRank.of(other, one)).isInstanceOf(InvalidRequest.class);
    }
  }

  /**
   * Truncated binary of three: 0, 10, 11; of one: nothing; of five: 00, 01, 10, 110, 111; then the
   * two bits 01. In a row 0 10 11 | 110 01, filled up with zeros.
   */
  @Test
  void bits_areThoseByHand_andComeBack() throws IOException {
    Bits.Writer writer = new Bits.Writer();
    for (int value : new int[] {0, 1, 2}) {
      writer.below(3, value);
    }
    writer.below(1, 0);
    writer.below(5, 3);
    writer.bits(1, 2);
    assertThat(writer.toBytes()).containsExactly(0b01011110, 0b01000000);
    Bits.Reader reader = new Bits.Reader(writer.toBytes());
    assertThat(new long[] {reader.below(3), reader.below(3), reader.below(3)})
        .containsExactly(0, 1, 2);
    assertThat(reader.below(1)).isZero();
    assertThat(reader.below(5)).isEqualTo(3);
    assertThat(reader.bits(2)).isEqualTo(1);
    reader.end();
    assertThatThrownBy(() -> reader.bits(7)).hasMessage("ends early");
    assertThatThrownBy(() -> new Bits.Reader(new byte[] {1}).end())
        .hasMessage("goes on behind its end");
  }

  @Test
  void bits_largeCounts_comeBack() throws IOException {
    SplittableRandom random = new SplittableRandom(9);
    Bits.Writer writer = new Bits.Writer();
    long[] counts = random.longs(500, 1, 1L << 32).map(c -> c >> c % 32).map(c -> c + 1).toArray();
    long[] values = Arrays.stream(counts).map(c -> random.nextLong(c)).toArray();
    for (int i = 0; i < counts.length; i++) {
      writer.below(counts[i], values[i]);
    }
    Bits.Reader reader = new Bits.Reader(writer.toBytes());
    for (int i = 0; i < counts.length; i++) {
      assertThat(reader.below(counts[i])).isEqualTo(values[i]);
    }
    reader.end();
  }
}
