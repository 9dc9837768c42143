package palimpsest.discovery.image;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import palimpsest.api.InvalidRequest;

/** Writes a corpus as a folder that {@link ImageFolder} reads. */
public final class ImageFiles {
  private static final int LONGEST_WORD = 40;

  private ImageFiles() {}

  /**
   * Writes one PNG file for each picture and {@code captions.jsonl}, a line for each in order, into
   * a new folder, which appears whole or not at all: it is filled under a hidden name beside its
   * own and renamed. Read back, the pictures have ids by line.
   *
   * @throws InvalidRequest if the folder is there already or cannot be written
   */
  public static void write(ImageCorpus corpus, Path folder) {
    Path target = folder.toAbsolutePath().normalize();
    Path name = target.getFileName();
    if (name == null || Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new InvalidRequest(folder + ": is there already; give a new folder");
    }
    Path parent = target.resolveSibling(".").normalize();
    Path part = parent.resolve("." + name + "." + ProcessHandle.current().pid() + ".part");
    try {
      Files.createDirectories(parent);
      Files.createDirectory(part);
      try {
        fill(corpus, part);
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        delete(part);
      }
    } catch (IOException e) {
      throw new InvalidRequest(folder + ": cannot be written: " + e, e);
    }
  }

  private static void fill(ImageCorpus corpus, Path folder) throws IOException {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    List<CaptionedImage> images = corpus.images();
    for (int i = 0; i < images.size(); i++) {
      CaptionedImage image = images.get(i);
      String file = fileName(i + 1, image);
      Files.write(folder.resolve(file), Png.encode(image.picture()));
      try (JsonGenerator json = CaptionLines.JSON.createGenerator(lines)) {
        json.writeStartObject();
        json.writeStringField("file", file);
        json.writeStringField("caption", image.caption());
        if (image.object().isPresent()) {
          json.writeStringField("object", image.object().get());
        }
        if (image.style().isPresent()) {
          json.writeStringField("style", image.style().get());
        }
        json.writeStringField("group", image.group());
        json.writeEndObject();
      }
      lines.write('\n');
    }
    Files.write(folder.resolve(ImageFolder.CAPTIONS), lines.toByteArray());
  }

  /**
   * {@code 000012-fish-mosaic.png}: the line, and the labels there are, as far as they are plain.
   */
  private static String fileName(int line, CaptionedImage image) {
    String number = "" + (1_000_000 + line);
    StringBuilder name = new StringBuilder(number.substring(1));
    image.object().ifPresent(o -> name.append('-').append(plain(o)));
    image.style().ifPresent(s -> name.append('-').append(plain(s)));
    return name + ".png";
  }

  private static String plain(String words) {
    String low = words.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    return low.substring(0, Math.min(LONGEST_WORD, low.length()));
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
