package palimpsest.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class WeightsTest {

  /** A vector of 2 is named first, a matrix of 2 by 3 second: the matrix leads all the same. */
  private static Weights eight() {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    shapes.put("gain", List.of(2L));
    shapes.put("matrix", List.of(2L, 3L));
    Weights weights = Weights.allocate(shapes);
    try (PointerScope scope = new PointerScope()) {
      new FloatPointer(weights.flat().data_ptr_float()).put(1, 2, 3, 4, 5, 6, 7, 8);
    }
    return weights;
  }

  @Test
  void layout_matricesLead_viewsShareTheStore() {
    try (Weights weights = eight()) {
      assertThat(weights.tensors().keySet()).containsExactly("matrix", "gain");
      assertThat(weights.count()).isEqualTo(8);
      assertThat(weights.decayed()).isEqualTo(6);
      assertThat(values(weights.tensor("gain"))).containsExactly(7, 8);
      try (PointerScope scope = new PointerScope();
          AutoGradMode off = new AutoGradMode(false)) {
        weights.flat().mul_(new Scalar(2));
      }
      assertThat(values(weights.tensor("gain"))).containsExactly(14, 16);
      assertThatThrownBy(() -> weights.tensor("bias")).hasMessageContaining("bias");
    }
  }

  /** f = sum(matrix) + sum(gain * gain): gradient (1, ..., 1, 2 * 7, 2 * 8), twice adds up. */
  @Test
  void gradient_ofViews_arrivesInTheFlatStore() {
    try (Weights weights = eight()) {
      weights.gradient();
      for (int times = 1; times <= 2; times++) {
        try (PointerScope scope = new PointerScope()) {
          Tensor gain = weights.tensor("gain");
          weights.tensor("matrix").sum().add(gain.mul(gain).sum()).backward();
        }
        int n = times;
        assertThat(values(weights.gradient())).containsExactly(n, n, n, n, n, n, 14f * n, 16f * n);
      }
    }
  }

  /** f = sum(part * part): only the part's gradient, 2 x, arrives in the whole's store. */
  @Test
  void part_sharesTensorsAndGradients_withTheWhole() {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    shapes.put("a.x", List.of(2L));
    shapes.put("b.x", List.of(2L));
    try (Weights whole = Weights.allocate(shapes)) {
      try (PointerScope scope = new PointerScope()) {
        new FloatPointer(whole.flat().data_ptr_float()).put(1, 2, 3, 4);
      }
      whole.gradient();
      try (Weights part = whole.part("b.");
          PointerScope scope = new PointerScope()) {
        assertThat(part.tensors().keySet()).containsExactly("x");
        assertThat(part.count()).isEqualTo(2);
        part.tensor("x").mul(part.tensor("x")).sum().backward();
        try (Weights copy = part.copy()) {
          assertThat(values(copy.flat())).containsExactly(3, 4);
          assertThat(copy.digest()).isEqualTo(part.digest());
        }
        assertThatThrownBy(part::flat).hasMessageContaining("ask the whole");
      }
      assertThat(values(whole.gradient())).containsExactly(0, 0, 6, 8);
      assertThat(values(whole.tensor("b.x"))).containsExactly(3, 4);
      assertThatThrownBy(() -> whole.part("c.")).hasMessageContaining("c.");
    }
  }

  @Test
  void copy_isIndependent_assignTakesOver() {
    try (Weights weights = eight();
        Weights copy = weights.copy()) {
      String digest = weights.digest();
      assertThat(copy.digest()).isEqualTo(digest);
      try (PointerScope scope = new PointerScope();
          AutoGradMode off = new AutoGradMode(false)) {
        copy.flat().add_(new Scalar(1));
      }
      assertThat(weights.digest()).isEqualTo(digest).isNotEqualTo(copy.digest());
      weights.assign(copy);
      assertThat(weights.digest()).isEqualTo(copy.digest());
      assertThat(values(weights.tensor("gain"))).containsExactly(8, 9);
    }
  }

  /** The documented bytes, put together here: "gain" before "matrix", little-endian. */
  @Test
  void digest_isSha256OfDocumentedBytes() throws NoSuchAlgorithmException {
    ByteBuffer bytes = ByteBuffer.allocate(200).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(4).put("gain".getBytes(StandardCharsets.UTF_8)).putLong(1).putLong(2);
    bytes.putFloat(7).putFloat(8);
    bytes.putLong(6).put("matrix".getBytes(StandardCharsets.UTF_8));
    bytes.putLong(2).putLong(2).putLong(3);
    for (int v = 1; v <= 6; v++) {
      bytes.putFloat(v);
    }
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    sha.update(bytes.flip());
    try (Weights weights = eight()) {
      assertThat(weights.digest()).isEqualTo(HexFormat.of().formatHex(sha.digest()));
    }
  }

  @Test
  void openCopyClose_nativeMemoryIsFlat() {
    openCopyClose();
    long objects = Pointer.totalCount();
    long bytes = Pointer.totalBytes();
    openCopyClose();
    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(objects);
    assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(bytes);
  }

  private static void openCopyClose() {
    try (Weights weights = eight();
        Weights copy = weights.copy();
        Weights other = Weights.of(copy.tensors())) {
      other.gradient();
      assertThat(other.digest()).isEqualTo(weights.digest());
    }
  }

  private static float[] values(Tensor tensor) {
    float[] values = new float[(int) tensor.numel()];
    try (PointerScope scope = new PointerScope()) {
      new FloatPointer(tensor.data_ptr_float()).get(values);
    }
    return values;
  }
}
