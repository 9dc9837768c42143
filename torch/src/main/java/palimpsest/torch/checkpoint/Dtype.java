package palimpsest.torch.checkpoint;

import java.util.Locale;
import java.util.Set;
import org.bytedeco.pytorch.global.torch.ScalarType;
import palimpsest.api.UnsupportedModel;

/** Element type of a stored tensor. */
public enum Dtype {
  F32(4, ScalarType.Float, "float32"),
  F16(2, ScalarType.Half, "float16"),
  BF16(2, ScalarType.BFloat16, "bfloat16"),
  /** For state files of our own; never a weight. */
  I64(8, ScalarType.Long, "int64"),
  /** For patches; never a weight. */
  F64(8, ScalarType.Double, "float64"),
  /** A counter that some checkpoints carry along; never read. */
  I32(4, ScalarType.Int, "int32"),
  /** For packed bytes; never a weight. */
  U8(1, ScalarType.Byte, "uint8");

  /** Types that safetensors knows and we do not. */
  static final Set<String> FOREIGN =
      Set.of(
          "BOOL", "I8", "U16", "I16", "U32", "U64", "C64", "F4", "F6_E2M3", "F6_E3M2", "F8_E5M2",
          "F8_E4M3", "F8_E8M0");

  private final int width;
  private final ScalarType scalarType;
  private final String torchName;

  Dtype(int width, ScalarType scalarType, String torchName) {
    this.width = width;
    this.scalarType = scalarType;
    this.torchName = torchName;
  }

  /** Whether weights may be of this type. */
  public boolean isWeight() {
    return this == F32 || this == F16 || this == BF16;
  }

  /** Bytes of one element. */
  public int width() {
    return width;
  }

  /** The same type in libtorch. */
  public ScalarType scalarType() {
    return scalarType;
  }

  /** The name in a config.json, such as {@code bfloat16}. */
  public String torchName() {
    return torchName;
  }

  /** The type of weights by its config.json name, a {@code torch.} in front or not. */
  public static Dtype ofTorchName(String name, String where) {
    String plain = name.startsWith("torch.") ? name.substring("torch.".length()) : name;
    for (Dtype dtype : values()) {
      if (dtype.isWeight() && dtype.torchName.equals(plain.toLowerCase(Locale.ROOT))) {
        return dtype;
      }
    }
    throw new UnsupportedModel(
        where + ": dtype " + Words.quoted(name) + "; supported: float32, float16, bfloat16");
  }
}
