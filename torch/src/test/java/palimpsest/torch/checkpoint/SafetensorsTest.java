package palimpsest.torch.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Diverged;
import palimpsest.api.InvalidRequest;
import palimpsest.api.UnsupportedModel;

class SafetensorsTest {
  @TempDir Path folder;

  private Path file(String header, int dataBytes) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return file(json.length, json, new byte[dataBytes]);
  }

  private Path file(long length, byte[] json, byte[] data) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(length).put(json).put(data);
    return Files.write(folder.resolve("x.safetensors"), bytes.array());
  }

  static Tensor floats(float... values) {
    return torch.tensor(values);
  }

  static float[] values(Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.numel())];
    try (PointerScope scope = new PointerScope()) {
      new FloatPointer(tensor.contiguous().data_ptr()).get(values);
    }
    return values;
  }

  private static String one(String dtype, String shape, String offsets) {
    return "{\"w\":{\"dtype\":"
        + dtype
        + ",\"shape\":"
        + shape
        + ",\"data_offsets\":"
        + offsets
        + "}}";
  }

  private static String f32(String shape, String offsets) {
    return one("\"F32\"", shape, offsets);
  }

  private static String two(String first, String second) {
    return "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":"
        + first
        + "},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":"
        + second
        + "}}";
  }

  static Stream<Arguments> hostileHeaders() {
    return Stream.of(
        Arguments.of("not json", "{nonsense", 0, "not JSON"),
        Arguments.of("array", "[]", 0, "does not begin with {"),
        Arguments.of("blank first", " {}", 0, "does not begin with {"),
        Arguments.of("unfinished", "{\"w\":", 0, "not JSON"),
        Arguments.of("two documents", "{}{}", 0, "goes on after its end"),
        Arguments.of(
            "duplicate tensor",
            f32("[0]", "[0,0]").replace("}}", "},") + f32("[0]", "[0,0]").substring(1),
            0,
            "Duplicate field 'w'"),
        Arguments.of(
            "duplicate key",
            "{\"w\":{\"dtype\":\"F32\",\"dtype\":\"F16\"}}",
            0,
            "Duplicate field 'dtype'"),
        Arguments.of("unknown dtype", one("\"F31\"", "[1]", "[0,4]"), 4, "unknown dtype \"F31\""),
        Arguments.of("dtype number", one("7", "[1]", "[0,4]"), 4, "dtype that is not a string"),
        Arguments.of("begin beyond end", f32("[1]", "[4,0]"), 4, "has -4 bytes, wanted 4"),
        Arguments.of("outside the file", f32("[1000]", "[0,4000]"), 4, "ends at byte"),
        Arguments.of("overlap", two("[0,4]", "[2,6]"), 6, "overlaps the one before it"),
        Arguments.of("same place", two("[0,4]", "[0,4]"), 4, "overlaps the one before it"),
        Arguments.of("hole", two("[0,4]", "[5,9]"), 9, "leaves a hole before it"),
        Arguments.of("hole at the start", f32("[1]", "[4,8]"), 8, "leaves a hole before it"),
        Arguments.of("size", f32("[2]", "[0,4]"), 4, "has 4 bytes, wanted 8 for [2]"),
        Arguments.of("width", one("\"BF16\"", "[2]", "[0,8]"), 8, "has 8 bytes, wanted 4"),
        Arguments.of(
            "overflowing shape", f32("[4294967296,4294967296]", "[0,4]"), 4, "beyond 2^63"),
        Arguments.of(
            "shape wrapping to 0", f32("[4611686018427387904,4]", "[0,0]"), 0, "beyond 2^63"),
        Arguments.of(
            "overflowing offsets",
            f32("[1]", "[9223372036854775803,9223372036854775807]"),
            4,
            "beyond 2^63"),
        Arguments.of("negative shape", f32("[-1]", "[0,4]"), 4, "wanted whole numbers"),
        Arguments.of("negative offset", f32("[1]", "[-4,0]"), 4, "wanted whole numbers"),
        Arguments.of("fraction", f32("[1.0]", "[0,4]"), 4, "wanted whole numbers"),
        Arguments.of(
            "huge number", f32("[99999999999999999999]", "[0,4]"), 4, "wanted whole numbers"),
        Arguments.of("nested shape", f32("[[1]]", "[0,4]"), 4, "wanted whole numbers"),
        Arguments.of("null shape", f32("null", "[0,4]"), 4, "shape is not a list"),
        Arguments.of("one offset", f32("[1]", "[4]"), 4, "lacks one of"),
        Arguments.of("three offsets", f32("[1]", "[0,4,8]"), 4, "more than 2 numbers"),
        Arguments.of("rank", f32("[" + "1,".repeat(20) + "1]", "[0,4]"), 4, "more than 16 numbers"),
        Arguments.of(
            "no shape", "{\"w\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4, "lacks one of"),
        Arguments.of(
            "unknown key", "{\"w\":{\"dtype\":\"F32\",\"more\":1}}", 4, "unknown key \"more\""),
        Arguments.of("not an entry", "{\"w\":5}", 0, "is not an object"),
        Arguments.of(
            "metadata number", "{\"__metadata__\":{\"format\":1}}", 0, "has a value not a string"),
        Arguments.of("trailing bytes", f32("[1]", "[0,4]"), 9, "5 bytes after the last tensor"),
        Arguments.of("deep", "{\"w\":" + "[".repeat(5000), 0, "is not an object"),
        Arguments.of("control characters", "{\"a\\nb\":5}", 0, "\"a?b\" is not an object"),
        Arguments.of("long name", "{\"" + "x".repeat(9999) + "\":5}", 0, "...\""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostileHeaders")
  void open_hostileHeader_isCorruptInOneLine(String name, String header, int data, String reason)
      throws IOException {
    Path file = file(header, data);
    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(reason)
        .hasMessageNotContaining("\n");
  }

  static Stream<Arguments> hostileLengths() {
    return Stream.of(
        Arguments.of(3L, "wanted at most the 2 there"),
        Arguments.of(100_000_001L, "100000001 bytes, wanted at most 100000000"),
        Arguments.of(Long.MAX_VALUE, "wanted at most 100000000"),
        Arguments.of(-1L, "18446744073709551615 bytes, wanted at most"),
        Arguments.of(0L, "does not begin with {"));
  }

  @ParameterizedTest
  @MethodSource("hostileLengths")
  void open_lyingHeaderLength_isCorrupt(long length, String reason) throws IOException {
    Path file = file(length, new byte[] {'{', '}'}, new byte[0]);
    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining(reason);
  }

  @Test
  void open_fileOfSevenBytes_isTruncated() throws IOException {
    Path file = Files.write(folder.resolve("short.safetensors"), new byte[7]);
    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("truncated: 7 bytes");
  }

  @Test
  void open_missingFile_isCorruptNamingIt() {
    assertThatThrownBy(() -> Safetensors.open(folder.resolve("none.safetensors")))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("none.safetensors");
  }

  @Test
  void open_everyCutOfASoundFile_isCorrupt() throws IOException {
    Path whole = folder.resolve("whole.safetensors");
    Safetensors.write(whole, Map.of("w", floats(1, 2, 3)), Dtype.F32);
    byte[] bytes = Files.readAllBytes(whole);
    for (int n = 0; n < bytes.length; n++) {
      Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(bytes, n));
      assertThatThrownBy(() -> Safetensors.open(cut))
          .as("cut at %d", n)
          .isInstanceOf(CorruptArtifact.class);
    }
  }

  /** Any byte of the header changed: the file opens soundly or is refused, nothing else. */
  @Test
  void open_randomlyDamagedFile_opensOrIsRefused() throws IOException {
    Path whole = folder.resolve("whole.safetensors");
    Safetensors.write(whole, Map.of("w", floats(1, 2, 3)), Dtype.BF16);
    byte[] bytes = Files.readAllBytes(whole);
    SplittableRandom random = new SplittableRandom(7);
    int refused = 0;
    for (int i = 0; i < 500; i++) {
      byte[] damaged = bytes.clone();
      damaged[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      Path file = Files.write(folder.resolve("damaged"), damaged);
      try (Safetensors tensors = Safetensors.open(file)) {
        assertThat(tensors.names()).isNotEmpty();
      } catch (CorruptArtifact | UnsupportedModel e) {
        refused++;
      }
    }
    assertThat(refused).isBetween(200, 499);
  }

  @Test
  void open_knownButUnsupportedDtype_namesTensorAndDtype() throws IOException {
    Path file = file(one("\"F8_E4M3\"", "[4]", "[0,4]"), 4);
    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOf(UnsupportedModel.class)
        .hasMessageContaining("\"w\" has dtype F8_E4M3");
  }

  @Test
  void read_fileCutAfterOpening_isCorrupt() throws IOException {
    Path file = file(f32("[4]", "[0,16]"), 16);
    try (Safetensors tensors = Safetensors.open(file)) {
      byte[] whole = Files.readAllBytes(file);
      Files.write(file, Arrays.copyOf(whole, whole.length - 8));
      assertThatThrownBy(() -> tensors.read("w"))
          .isInstanceOf(CorruptArtifact.class)
          .hasMessageContaining("inside the tensor");
    }
  }

  @Test
  void read_unknownName_isCorrupt() throws IOException {
    try (Safetensors tensors = Safetensors.open(file("{}", 0))) {
      assertThatThrownBy(() -> tensors.read("v")).isInstanceOf(CorruptArtifact.class);
    }
  }

  /**
   * Sign, exponent and fraction by the definition of binary16: 2^(e-15) * 1.f, 2^-14 * 0.f where e
   * is 0; of bfloat16: the upper half of a float32.
   */
  private static float widened(Dtype dtype, int bits) {
    if (dtype == Dtype.BF16) {
      return Float.intBitsToFloat(bits << 16);
    }
    int exponent = bits >> 10 & 31;
    int fraction = bits & 1023;
    double size =
        exponent == 31
            ? (fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN)
            : exponent == 0
                ? fraction * Math.pow(2, -24)
                : (1024 + fraction) * Math.pow(2, exponent - 25);
    return (float) (bits >> 15 == 0 ? size : -size);
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void read_all65536Patterns_areWidenedExactlyOrRefused(Dtype dtype) throws IOException {
    ByteBuffer finite = ByteBuffer.allocate(1 << 17).order(ByteOrder.LITTLE_ENDIAN);
    StringBuilder strange = new StringBuilder();
    int special = 0;
    for (int bits = 0; bits < 1 << 16; bits++) {
      boolean ok = Float.isFinite(widened(dtype, bits));
      finite.putShort((short) (ok ? bits : 0));
      special += ok ? 0 : 1;
    }
    String header = one("\"" + dtype + "\"", "[65536]", "[0,131072]");
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    try (Safetensors tensors = Safetensors.open(file(json.length, json, finite.array()));
        Tensor tensor = tensors.read("w")) {
      float[] got = values(tensor);
      for (int bits = 0; bits < 1 << 16; bits++) {
        float wanted = widened(dtype, bits);
        if (Float.isFinite(wanted)
            && Float.floatToRawIntBits(got[bits]) != Float.floatToRawIntBits(wanted)) {
          strange.append(Integer.toHexString(bits)).append(' ');
        }
      }
    }
    assertThat(strange).isEmpty();
    assertThat(special).isEqualTo(dtype == Dtype.F16 ? 2 * 1024 : 2 * 128);
    for (int bits = 0; bits < 1 << 16; bits += dtype == Dtype.F16 ? 31 : 4) {
      if (!Float.isFinite(widened(dtype, bits))) {
        requireRefused(dtype, bits);
      }
    }
  }

  private void requireRefused(Dtype dtype, int bits) throws IOException {
    byte[] json = one("\"" + dtype + "\"", "[2]", "[0,4]").getBytes(StandardCharsets.UTF_8);
    byte[] data = {0, 0, (byte) bits, (byte) (bits >> 8)};
    try (Safetensors tensors = Safetensors.open(file(json.length, json, data))) {
      assertThatThrownBy(() -> tensors.read("w"))
          .as("bits %x", bits)
          .isInstanceOf(CorruptArtifact.class)
          .hasMessageContaining("tensor \"w\" holds NaN or infinity");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void write_narrow_roundsToNearestEven(Dtype dtype) {
    // One unit in the last place at 1: 2^-10 and 2^-7. Halves go to the even neighbour.
    float unit = dtype == Dtype.F16 ? 0x1p-10f : 0x1p-7f;
    Path file = folder.resolve("narrow.safetensors");
    Map<String, Tensor> tensors =
        Map.of("w", floats(1 + unit / 2, 1 + unit * 1.5f, 1 + unit * 0.51f, -1 - unit * 0.49f));
    Safetensors.write(file, tensors, dtype);
    try (Safetensors read = Safetensors.open(file);
        Tensor tensor = read.read("w")) {
      assertThat(read.entry("w").dtype()).isEqualTo(dtype);
      assertThat(values(tensor)).containsExactly(1, 1 + 2 * unit, 1 + unit, -1);
    }
  }

  @Test
  void write_thenRead_keepsOrderShapesTypesAndBits() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("z", floats(1.5f, -0f, Float.MIN_VALUE, Float.MAX_VALUE, 3, 4).reshape(2, 3));
    tensors.put("a", floats(7).reshape());
    tensors.put("empty", torch.empty(0, 5));
    tensors.put("turned", floats(1, 2, 3, 4, 5, 6).reshape(2, 3).t());
    tensors.put(
        "steps", torch.arange(new org.bytedeco.pytorch.Scalar(3)).to(Dtype.I64.scalarType()));
    Path file = folder.resolve("all.safetensors");
    Safetensors.write(file, tensors, Dtype.F32);
    try (PointerScope scope = new PointerScope();
        Safetensors read = Safetensors.open(file)) {
      assertThat(read.names()).containsExactly("z", "a", "empty", "turned", "steps");
      assertThat(read.metadata()).isEqualTo(Map.of("format", "pt"));
      assertThat(read.entry("z").shape()).containsExactly(2L, 3L);
      assertThat(values(read.read("z"))).isEqualTo(values(tensors.get("z")));
      assertThat(read.read("a").dim()).isZero();
      assertThat(read.read("empty").numel()).isZero();
      assertThat(values(read.read("turned"))).containsExactly(1, 4, 2, 5, 3, 6);
      assertThat(read.read("steps").scalar_type().intern()).isEqualTo(Dtype.I64.scalarType());
      assertThat(read.read("steps").select(0, 2).item_long()).isEqualTo(2);
    }
  }

  @Test
  void write_twice_givesTheSameBytesWithAlignedData() throws IOException {
    Map<String, Tensor> tensors = Map.of("weight", floats(1, 2));
    Path first = folder.resolve("1.safetensors");
    Path second = folder.resolve("2.safetensors");
    Safetensors.write(first, tensors, Dtype.F32);
    Safetensors.write(second, tensors, Dtype.F32);
    assertThat(first).hasSameBinaryContentAs(second);
    assertThat(ByteBuffer.wrap(Files.readAllBytes(first)).order(ByteOrder.LITTLE_ENDIAN).getLong())
        .matches(n -> n % 8 == 0);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactlyInAnyOrder(first, second);
    }
  }

  @Test
  void write_notFinite_isDivergedAndLeavesNoFile() {
    Path file = folder.resolve("nan.safetensors");
    assertThatThrownBy(() -> Safetensors.write(file, Map.of("w", floats(1, Float.NaN)), Dtype.F32))
        .isInstanceOf(Diverged.class)
        .hasMessageContaining("w ");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void write_tooLargeForF16_isRefused() {
    assertThatThrownBy(
            () -> Safetensors.write(folder.resolve("big"), Map.of("w", floats(70_000)), Dtype.F16))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("too large for F16");
  }

  /** More than one piece of {@link NativeBytes#PIECE}: the seams are read and written right. */
  @Test
  void write_tensorOfSeveralPieces_isReadBackWhole() {
    int n = NativeBytes.PIECE / 4 * 2 + 5;
    try (PointerScope scope = new PointerScope()) {
      Tensor big =
          torch
              .arange(new org.bytedeco.pytorch.Scalar((float) n))
              .remainder(new org.bytedeco.pytorch.Scalar(1009f));
      Path file = folder.resolve("big.safetensors");
      Safetensors.write(file, Map.of("w", big), Dtype.F32);
      try (Safetensors read = Safetensors.open(file)) {
        assertThat(read.read("w").equal(big)).isTrue();
      }
    }
  }

  @Test
  void read_insideAScope_belongsToThatScope() {
    Path file = folder.resolve("w.safetensors");
    Safetensors.write(file, Map.of("w", floats(1, 2)), Dtype.BF16);
    Tensor kept;
    try (Safetensors read = Safetensors.open(file)) {
      try (PointerScope scope = new PointerScope()) {
        kept = read.read("w");
        assertThat(values(kept)).containsExactly(1, 2);
      }
      assertThat(kept.isNull()).isTrue();
      Tensor free = read.read("w");
      assertThat(values(free)).containsExactly(1, 2);
      free.close();
      assertThat(free.isNull()).isTrue();
    }
  }
}
