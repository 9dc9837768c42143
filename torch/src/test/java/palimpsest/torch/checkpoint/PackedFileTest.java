package palimpsest.torch.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.Deflater;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.CorruptArtifact;

class PackedFileTest {
  private static final int MANY = 2 * BytePlanes.BLOCK + 5;
  private static final PackedFile.Base BASE = new PackedFile.Base(7, "ab".repeat(32));

  @TempDir Path folder;
  private PointerScope scope;

  @BeforeEach
  void open() {
    scope = new PointerScope();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static Tensor tensor(int... bits) {
    Tensor tensor = torch.empty(bits.length);
    if (bits.length > 0) {
      new IntPointer(tensor.data_ptr()).put(bits);
    }
    return tensor;
  }

  private static int[] bits(Tensor tensor) {
    int[] bits = new int[Math.toIntExact(tensor.numel())];
    new IntPointer(tensor.data_ptr()).get(bits);
    return bits;
  }

  /** Quiet and signalling NaN with payloads, infinities, denormals, zeros of both signs, limits. */
  private static int[] odd() {
    return new int[] {
      0x7fc00001,
      0xffc12345,
      0x7f800001,
      0xffffffff,
      0x7fffffff,
      0x7f800000,
      0xff800000,
      1,
      0x80000001,
      0x007fffff,
      0,
      0x80000000,
      0x7f7fffff,
      0xff7fffff
    };
  }

  private static int[] any(long seed) {
    int[] bits = new SplittableRandom(seed).ints(MANY).toArray();
    System.arraycopy(odd(), 0, bits, (int) seed * 3, odd().length);
    return bits;
  }

  /** As weights are, drawn by the seed, and moved by a share that the move says. */
  private static int[] weights(double move) {
    SplittableRandom random = new SplittableRandom(3);
    SplittableRandom moves = new SplittableRandom(4);
    return random
        .doubles(MANY)
        .mapToInt(
            u -> Float.floatToRawIntBits((float) ((u - 0.5) * (1 + move * moves.nextDouble()))))
        .toArray();
  }

  private Path alone(String name, Map<String, Tensor> tensors) {
    PackedFile.write(folder.resolve(name), tensors);
    return folder.resolve(name);
  }

  private Path on(Path base, String name, Map<String, Tensor> tensors) {
    try (PackedFile under = PackedFile.open(base, tensors)) {
      PackedFile.write(folder.resolve(name), tensors, BASE, under);
    }
    return folder.resolve(name);
  }

  private static int[] read(Path file, Tensor like) {
    Tensor into = tensor(new int[Math.toIntExact(like.numel())]);
    try (PackedFile packed = PackedFile.open(file, Map.of("w", into))) {
      packed.read(Map.of("w", into));
    }
    return bits(into);
  }

  @Test
  void write_anyBits_comeBack() {
    Tensor first = tensor(any(1));
    Tensor second = tensor(any(2));
    Tensor zero = tensor(0);
    Tensor none = tensor();
    Path base = alone("base", Map.of("w", first, "z", zero, "e", none));
    Path top = on(base, "top", Map.of("w", second, "z", zero, "e", none));

    Map<String, Tensor> into = Map.of("w", tensor(new int[MANY]), "z", tensor(9), "e", tensor());
    try (PackedFile file = PackedFile.open(base, into)) {
      assertThat(file.base()).isEmpty();
      file.read(into);
    }
    assertThat(bits(into.get("w"))).isEqualTo(any(1));
    assertThat(bits(into.get("z"))).containsExactly(0);
    try (PackedFile file = PackedFile.open(top, into)) {
      assertThat(file.base()).contains(BASE);
      file.putOn(PackedFile.open(base, into));
      file.read(into);
    }
    assertThat(bits(into.get("w"))).isEqualTo(any(2));
  }

  @Test
  void differences_ofOddNumbers_comeBack() {
    int[] step = Arrays.stream(odd()).map(bits -> bits + 3).toArray();
    Tensor before = tensor(repeated(odd(), 100));
    Tensor after = tensor(repeated(step, 100));
    Path base = alone("base", Map.of("w", before));
    Path top = on(base, "top", Map.of("w", after));
    Tensor into = tensor(new int[1400]);
    try (PackedFile file = PackedFile.open(top, Map.of("w", into))) {
      file.putOn(PackedFile.open(base, Map.of("w", into)));
      file.read(Map.of("w", into));
    }
    assertThat(bits(into)).isEqualTo(repeated(step, 100));
  }

  private static int[] repeated(int[] bits, int times) {
    int[] all = new int[bits.length * times];
    for (int i = 0; i < all.length; i++) {
      all[i] = bits[i / times];
    }
    return all;
  }

  /** From 1 to 1: 0; the next number above: 1, doubled; the next below: -1; from -0 to 0: 1. */
  @Test
  void difference_byHand() {
    int one = Float.floatToRawIntBits(1);
    assertThat(Difference.of(one, one)).isZero();
    assertThat(Difference.of(one + 1, one)).isEqualTo(2);
    assertThat(Difference.of(one - 1, one)).isEqualTo(1);
    assertThat(Difference.of(0, 0x80000000)).isEqualTo(2);
    assertThat(Difference.of(0x80000001, 0x80000000)).as("-denormal less -0").isEqualTo(1);
    for (int a : odd()) {
      for (int b : odd()) {
        assertThat(Difference.add(Difference.of(a, b), b)).isEqualTo(a);
      }
    }
  }

  /** Noise is stored as it is, so that the bound is met to the byte. */
  @Test
  void write_noise_takesTheMostThatIsSaid() throws IOException {
    Map<String, Tensor> noise = Map.of("w", tensor(new SplittableRandom(5).ints(MANY).toArray()));
    long most = PackedFile.most(noise);
    assertThat(most).isBetween(4L * MANY, 4L * MANY + 200);
    Path base = alone("base", noise);
    assertThat(Files.size(base)).isEqualTo(most);
    Tensor other = tensor(new SplittableRandom(6).ints(MANY).toArray());
    assertThat(Files.size(on(base, "top", Map.of("w", other)))).isEqualTo(most);
  }

  @Test
  void write_weights_areSmallerAndSmallerStillOnTheirLike() throws IOException {
    Path base = alone("base", Map.of("w", tensor(weights(0))));
    assertThat(Files.size(base)).isLessThan(4 * MANY * 9 / 10);
    Tensor near = tensor(weights(1e-3));
    assertThat(Files.size(on(base, "near", Map.of("w", near)))).isLessThan(4 * MANY * 7 / 10);
    Tensor zeros = tensor(new int[MANY]);
    assertThat(Files.size(alone("zeros", Map.of("w", zeros)))).isLessThan(4 * MANY / 100);
  }

  @Test
  void read_truncatedOrLonger_isRefused() throws IOException {
    Tensor like = tensor(weights(0));
    Path file = alone("whole", Map.of("w", like));
    byte[] whole = Files.readAllBytes(file);
    for (int size : List.of(0, 7, 8, 30, 47, 50, 58, 59, 61, 70, whole.length / 2)) {
      Files.write(file, Arrays.copyOf(whole, size));
      requireCorrupt(file, like, "");
    }
    Files.write(file, Arrays.copyOf(whole, whole.length - 1));
    requireCorrupt(file, like, "ends early");
    Files.write(file, Arrays.copyOf(whole, whole.length + 1));
    requireCorrupt(file, like, "goes on behind its end");
  }

  private static void requireCorrupt(Path file, Tensor like, String says) {
    assertThatThrownBy(() -> read(file, like))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(says)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  /** What a digest is not asked for here: that what still unpacks is what was packed. */
  @Test
  void read_flippedByte_isRefusedOrUnpacks() throws IOException {
    Tensor like = tensor(Arrays.copyOf(weights(0), 300));
    Path file = alone("flipped", Map.of("w", like));
    byte[] whole = Files.readAllBytes(file);
    int refused = 0;
    for (int at = 0; at < whole.length; at++) {
      byte[] flipped = whole.clone();
      flipped[at] ^= 0x11;
      Files.write(file, flipped);
      try {
        assertThat(read(file, like)).hasSize(300);
      } catch (CorruptArtifact e) {
        assertThat(e).hasMessageContaining("remove this checkpoint");
        refused++;
      }
    }
    assertThat(refused).isBetween(30, whole.length - 900); // three planes of noise have no form
  }

  @Test
  void open_ofOtherTensors_isRefused() {
    Path file = alone("x", Map.of("w", tensor(1, 2, 3)));
    for (Map<String, Tensor> other :
        List.of(
            Map.of("w", tensor(1, 2)),
            Map.of("v", tensor(1, 2, 3)),
            Map.of("w", tensor(1, 2, 3), "z", tensor(1)))) {
      assertThatThrownBy(() -> PackedFile.open(file, other))
          .isInstanceOf(CorruptArtifact.class)
          .hasMessageContaining("wanted");
    }
  }

  /** A plane that unpacks to a hundred times what there is room for, and sizes that lie. */
  @Test
  void read_lyingPlane_isRefused() throws IOException {
    Tensor like = tensor(new int[BytePlanes.BLOCK]);
    Deflater deflater = new Deflater(9, true);
    deflater.setInput(new byte[100 * BytePlanes.BLOCK]);
    deflater.finish();
    byte[] bomb = new byte[BytePlanes.BLOCK];
    int size = deflater.deflate(bomb);
    assertThat(deflater.finished()).isTrue();
    deflater.end();
    requireCorrupt(withPlane(size, Arrays.copyOf(bomb, size)), like, "does not unpack to 65536");
    requireCorrupt(withPlane(Integer.MAX_VALUE, new byte[0]), like, "has a plane of 2147483647");
    requireCorrupt(withPlane(-1, new byte[0]), like, "has a plane of -1");
    requireCorrupt(withPlane(0, new byte[0]), like, "does not unpack");
    requireCorrupt(withPlane(3, new byte[] {7, 7, 7}), like, "does not unpack");
  }

  private Path withPlane(int size, byte[] plane) throws IOException {
    Path file = alone("lying", Map.of("w", tensor(new int[BytePlanes.BLOCK])));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(Files.readAllBytes(file), 0, 8 + 4 + 32 + 4 + 2 + 1 + 8 + 1);
    out.writeInt(size);
    out.write(plane);
    return Files.write(file, bytes.toByteArray());
  }

  @Test
  void write_otherNumbers_areRefused() {
    Tensor whole = torch.tensor(new long[] {1, 2});
    assertThatThrownBy(() -> alone("x", Map.of("w", whole)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
