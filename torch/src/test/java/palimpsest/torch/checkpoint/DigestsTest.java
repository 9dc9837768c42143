package palimpsest.torch.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static palimpsest.torch.checkpoint.SafetensorsTest.floats;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class DigestsTest {
  /**
   * By hand, over name "w", shape [2], values 1 and -2: 8 bytes 1, "w", 8 bytes 1, 8 bytes 2,
   * 0000803f, 000000c0; the digest is sha256sum's.
   */
  @Test
  void digest_smallTensor_isThatOfItsDescription() {
    assertThat(Digests.weights(Map.of("w", floats(1, -2))))
        .isEqualTo("f5638ce0e04e739d1eacb131527bb4278abba0bc08238f34d1484b5bc271599a");
  }

  @Test
  void digest_nameShapeOrValueChanged_differsAndOrderDoesNot() {
    Tensor a = floats(1, 2);
    Tensor b = floats(3);
    Map<String, Tensor> other = new LinkedHashMap<>();
    other.put("b", b);
    other.put("a", a);
    Map<String, Tensor> map = new LinkedHashMap<>();
    map.put("a", a);
    map.put("b", b);
    assertThat(Digests.weights(map)).isEqualTo(Digests.weights(other));
    assertThat(
            List.of(
                Digests.weights(Map.of("a", a)),
                Digests.weights(Map.of("b", a)),
                Digests.weights(Map.of("a", a.reshape(1, 2))),
                Digests.weights(Map.of("a", a.neg())),
                Digests.weights(map)))
        .doesNotHaveDuplicates();
  }
}
