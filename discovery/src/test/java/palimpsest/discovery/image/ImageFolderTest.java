package palimpsest.discovery.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import palimpsest.api.InvalidRequest;

class ImageFolderTest {
  @TempDir Path above;
  private Path folder;

  @BeforeEach
  void pictures() throws IOException {
    folder = Files.createDirectory(above.resolve("set"));
    Files.createDirectory(folder.resolve("deep"));
    for (String name : List.of("a.png", "deep/b.png", "../outside.png")) {
      Files.write(folder.resolve(name), Png.encode(Crafted.picture(8, 8, name.length())));
    }
    Files.write(folder.resolve("copy.png"), Files.readAllBytes(folder.resolve("a.png")));
    Files.write(folder.resolve("c.JPG"), Crafted.written(Crafted.picture(9, 8, 4), "jpeg"));
  }

  private ImageCorpus read(String lines) throws IOException {
    Files.write(folder.resolve("captions.jsonl"), lines.getBytes(StandardCharsets.UTF_8));
    return ImageFolder.read(folder, 8);
  }

  @Test
  void read_lines_fieldsIdsAndGroups() throws IOException {
    ImageCorpus corpus =
        read(
            """
            {"file":"a.png","caption":"a fish é","object":"fish","style":"flat","author":{"x":[1]}}

            {"file":"deep/b.png","caption":"b","style":null,"group":"twins"}
            {"file":"copy.png","caption":"once more"} {"file":"c.JPG","caption":"c"}
            """);
    List<CaptionedImage> images = corpus.images();
    assertThat(images)
        .extracting(CaptionedImage::id)
        .containsExactly(
            "captions.jsonl#1", "captions.jsonl#3", "captions.jsonl#4", "captions.jsonl#4.2");
    Picture a = Crafted.picture(8, 8, 5);
    assertThat(images.get(0))
        .isEqualTo(
            new CaptionedImage(
                "captions.jsonl#1",
                "a fish é",
                Optional.of("fish"),
                Optional.of("flat"),
                a.digest(),
                a));
    assertThat(images.get(1).group()).isEqualTo("twins");
    assertThat(images.get(1).style()).isEmpty();
    assertThat(images.get(2).group()).isEqualTo(a.digest());
    assertThat(images.get(3).picture().width()).isEqualTo(8);
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        Arguments.of("{\"file\":\"../outside.png\",\"caption\":\"c\"}", ":1: file \"../outside.pn"),
        Arguments.of(
            "{\"file\":\"deep/../../outside.png\",\"caption\":\"c\"}", "must be a path wit"),
        Arguments.of("{\"file\":\"deep\\\\b.png\",\"caption\":\"c\"}", "must be a path within"),
        Arguments.of("{\"file\":\"/etc/hostname\",\"caption\":\"c\"}", "must be a path within"),
        Arguments.of("{\"file\":\"\",\"caption\":\"c\"}", "must be a path within"),
        Arguments.of("{\"file\":\"a\\u0000.png\",\"caption\":\"c\"}", "file \"a?.png\" is no path"),
        Arguments.of("{\"file\":\"link.png\",\"caption\":\"c\"}", "leads out of the folder"),
        Arguments.of("{\"file\":\"deep\",\"caption\":\"c\"}", "is not a regular file"),
        Arguments.of("\n{\"file\":\"none.png\",\"caption\":\"c\"}", ":2: no such file"),
        Arguments.of("{\"file\":\"a.png\"}", ":1: has no \"caption\""),
        Arguments.of("{\"caption\":\"c\"}", ":1: has no \"file\""),
        Arguments.of("{\"file\":\"a.png\",\"caption\":5}", ":1: \"caption\" must be a string"),
        Arguments.of("{\"file\":\"a.png\",\"caption\":\" \"}", "caption must be a line of 1 to"),
        Arguments.of("{\"file\":\"a.png\",\"caption\":\"a\\nb\"}", "control character"),
        Arguments.of("[]", ":1: a caption must be an object"),
        Arguments.of("{\"file\":\"a.png\",\"caption\":\"c\"", ":1: malformed JSON"),
        Arguments.of("{\"file\":\"a.png\",\"file\":\"a.png\"}", "malformed JSON: Duplicate field"),
        Arguments.of("{\"x\":" + "[".repeat(5000), "malformed JSON"),
        Arguments.of("{\"caption\":\"" + "y".repeat(100_000) + "\"}", "malformed JSON"),
        Arguments.of("", "holds no captioned picture"));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void read_malformed_oneLineThatSaysWhere(String lines, String message) throws IOException {
    Files.createSymbolicLink(folder.resolve("link.png"), above.resolve("outside.png"));
    assertThatThrownBy(() -> read(lines))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void read_pairs_inOrderOfNames() throws IOException {
    for (String name : List.of("a", "copy", "c")) {
      Files.writeString(folder.resolve(name + ".txt"), "  words of " + name + "\n");
    }
    ImageCorpus corpus = ImageFolder.read(folder, 4);
    assertThat(corpus.images())
        .extracting(CaptionedImage::id)
        .containsExactly("a.png#1", "c.JPG#1", "copy.png#1");
    assertThat(corpus.byId("c.JPG#1").orElseThrow().caption()).isEqualTo("words of c");
    Files.delete(folder.resolve("copy.txt"));
    assertThatThrownBy(() -> ImageFolder.read(folder, 4))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("copy.png: has no caption");
  }

  @Test
  void read_wrongFolder_saysWhy() throws IOException {
    refused(above.resolve("none"), "no such folder");
    refused(Files.createDirectory(above.resolve("empty")), "holds no captioned picture");
    Files.write(folder.resolve("a.txt"), new byte[] {(byte) 0xC3, 0x28});
    Files.delete(folder.resolve("c.JPG"));
    refused(folder, "a.txt: is not UTF-8");
    Files.write(folder.resolve("a.txt"), new byte[1 << 17]);
    refused(folder, "larger than the limit");
  }

  private static void refused(Path folder, String message) {
    assertThatThrownBy(() -> ImageFolder.read(folder, 8))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining(message);
  }

  @Test
  void write_read_sameCorpus() throws IOException {
    ImageCorpus corpus = read("{\"file\":\"a.png\",\"caption\":\"é \\\" c\",\"object\":\"../x\"}");
    Path written = above.resolve("made/written");
    ImageFiles.write(corpus, written);
    assertThat(ImageFolder.read(written, 8).digest()).isEqualTo(corpus.digest());
    assertThat(written.resolve("000001--x.png")).exists();
    assertThatThrownBy(() -> ImageFiles.write(corpus, written))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("is there already");
    try (Stream<Path> left = Files.list(above.resolve("made"))) {
      assertThat(left).containsExactly(written);
    }
  }
}
