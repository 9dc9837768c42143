package palimpsest.discovery.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.InvalidRequest;

class FashionMnistTest {
  @TempDir Path folder;

  private static byte[] words(int... words) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * words.length);
    for (int word : words) {
      bytes.putInt(word);
    }
    return bytes.array();
  }

  private void write(String file, byte[] header, byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream zipped = new GZIPOutputStream(out)) {
      zipped.write(header);
      zipped.write(content);
    }
    Files.write(folder.resolve(file), out.toByteArray());
  }

  private void labels(byte[] header, int... labels) throws IOException {
    write("train-labels-idx1-ubyte.gz", header, Crafted.bytes(labels));
  }

  private void images(byte[] header, byte[] content) throws IOException {
    write("train-images-idx3-ubyte.gz", header, content);
  }

  private ImageCorpus read() {
    return FashionMnist.read(folder, "train", 10, 32);
  }

  /** Pixel (0, 0) of a picture is pixel (2, 2) of its frame. */
  @Test
  void read_three_framedAndNamed() throws IOException {
    byte[] grey = new byte[3 * 784];
    grey[784] = (byte) 200;
    labels(words(0x801, 3), 0, 9, 7);
    images(words(0x803, 3, 28, 28), grey);
    ImageCorpus corpus = read();
    assertThat(corpus.objects()).containsExactly("t-shirt", "ankle boot", "sneaker");
    CaptionedImage boot = corpus.images().get(1);
    assertThat(boot.id()).isEqualTo("train-images-idx3-ubyte.gz#2");
    assertThat(boot.caption()).isEqualTo("a picture of an ankle boot");
    assertThat(boot.style()).isEmpty();
    assertThat(boot.picture().at(2, 2, 1)).isEqualTo(200);
    assertThat(boot.picture().at(1, 2, 1)).isZero();
    assertThat(FashionMnist.read(folder, "train", 2, 32).images()).hasSize(2);
  }

  @Test
  void read_hostile_refused() throws IOException {
    refused("no such file");
    labels(words(0x803, 1), 0);
    refused("begins with 2051, wanted 2049");
    labels(words(0x801, Integer.MAX_VALUE), 0);
    refused("says 2147483647 labels");
    labels(words(0x801, 2), 0);
    refused("ends early");
    labels(words(0x801, 2), 0, 1, 2);
    refused("goes on after its last record");
    labels(words(0x801, 2), 0, 10);
    refused("label 10, wanted 0 to 9");
    labels(words(0x801, 2), 0, 1);
    images(words(0x803, 3, 28, 28), new byte[3 * 784]);
    refused("says 3 pictures for 2 labels");
    images(words(0x803, 2, 1 << 20, 1 << 20), new byte[784]);
    refused("pictures of 1048576 x 1048576, wanted 28 x 28");
    images(words(0x803, 2, 28, 28), new byte[784 + 5]);
    refused("ends early");
    images(words(0x803, 2, 28, 28), new byte[50_000_000]);
    refused("goes on after its last record");
    Files.write(folder.resolve("train-images-idx3-ubyte.gz"), new byte[100]);
    refused("cannot be read");
  }

  private void refused(String message) {
    assertThatThrownBy(this::read)
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }
}
