package palimpsest.engine.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.discovery.image.ImageFiles;
import palimpsest.discovery.image.Picture;
import palimpsest.discovery.image.Png;

/** Which pictures come of what a person names. */
class PictureSourceTest {
  @TempDir Path folder;

  @Test
  void drawn_isOfTheObjectsAndStylesAskedFor() {
    ImageCorpus all = PictureSource.drawn(1, 2).read(8);
    assertThat(all.images()).hasSize(16 * 10);
    ImageCorpus some =
        PictureSource.drawn(3, 2).only(List.of("cup"), List.of("neon", "flat"), 4).read(8);
    assertThat(some.images()).hasSize(4);
    assertThat(some.objects()).containsExactly("cup");
    assertThat(some.styles()).containsExactly("neon", "flat");
  }

  @Test
  void folder_isReadAtTheSideAskedFor_andFiltered() {
    ImageFiles.write(Tiny.corpus(), folder.resolve("pictures"));
    PictureSource source = PictureSource.of(folder.resolve("pictures"));
    assertThat(source.kind()).isEqualTo(PictureSource.Kind.FOLDER);
    assertThat(source.read(8).digest()).isEqualTo(Tiny.corpus().digest());
    assertThat(source.read(16).images()).allMatch(i -> i.picture().width() == 16);
    assertThat(source.only(List.of("fish"), List.of(), 0).read(8).images()).hasSize(4);
  }

  @Test
  void emoji_areReadOrRestyled() throws IOException {
    String index =
        "{\"styles\": [\"noto\", \"twemoji\"], \"concepts\": {"
            + "\"1f41f\": {\"name\": \"tropical_fish\", \"category\": \"Animals\"},"
            + "\"1f431\": {\"name\": \"cat\", \"category\": \"Animals\"}}}";
    Files.writeString(folder.resolve("grid_640x11.json"), index);
    for (String name : List.of("noto/1f41f", "noto/1f431", "twemoji/1f41f", "twemoji/1f431")) {
      Path file = folder.resolve("png64").resolve(name + ".png");
      Files.createDirectories(file.getParent());
      Files.write(file, Png.encode(new Picture(64, 64, new byte[64 * 64 * 3])));
    }
    PictureSource source = PictureSource.of(folder);
    assertThat(source.kind()).isEqualTo(PictureSource.Kind.EMOJI);
    assertThat(source.only(List.of("cat"), List.of("noto"), 0).read(8).images()).hasSize(1);
    ImageCorpus restyled =
        source.restyled(2, 1).only(List.of("cat"), List.of("neon", "mosaic"), 0).read(8);
    assertThat(restyled.styles()).containsExactly("neon", "mosaic");
    assertThat(restyled.images()).hasSize(2 * 2 * 2);
  }

  @Test
  void whatIsNotThere_isToldInOneLine() throws IOException {
    refused(() -> PictureSource.of(folder.resolve("nowhere")), "no such folder");
    refused(() -> PictureSource.of(folder).read(8), "holds no captioned picture");
    refused(
        () -> PictureSource.drawn(1, 1).only(List.of("fisch"), List.of(), 0).read(8),
        "did you mean \"fish\"");
    ImageFiles.write(Tiny.corpus(), folder.resolve("pictures"));
    PictureSource pictures = PictureSource.of(folder.resolve("pictures"));
    refused(() -> pictures.only(List.of("cups"), List.of(), 0).read(8), "did you mean \"cup\"");
    refused(() -> pictures.restyled(1, 1), "only an emoji grid");
    refused(() -> PictureSource.drawn(0, 1), "copies must be at least 1");
    Path other = Files.createDirectory(folder.resolve("other"));
    Files.writeString(other.resolve("a.png"), "no picture");
    Files.writeString(other.resolve("a.txt"), "a cup");
    refused(() -> PictureSource.of(other).read(8), "a.png");
  }

  private static void refused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable what, String says) {
    assertThatThrownBy(what)
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining(says)
        .message()
        .doesNotContain("\n");
  }
}
