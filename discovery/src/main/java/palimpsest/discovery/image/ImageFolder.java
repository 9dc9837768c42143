package palimpsest.discovery.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import palimpsest.api.InvalidRequest;

/**
 * A folder of PNG and JPEG files with captions.
 *
 * <p>Captions stand in {@code captions.jsonl}, an object a line: {@code file}, a path within the
 * folder; {@code caption}; and if known {@code object}, {@code style} and {@code group}, further
 * keys being ignored. A file may have several captions. Where there is no such list, each picture
 * {@code NAME.png} has its caption in {@code NAME.txt} beside it, and the pictures are read in the
 * order of their names.
 *
 * <p>A picture's id is {@code captions.jsonl#line} (a second one on the line has {@code #line.2}),
 * or {@code NAME.png#1}. Its group is the one given, or else the digest of its pixels, so that
 * copies under other names stay together.
 */
public final class ImageFolder {
  /** The list of captions. */
  public static final String CAPTIONS = "captions.jsonl";

  private static final int LONGEST_TEXT = 1 << 16;

  private final Path folder;
  private final int size;
  private final List<CaptionedImage> images = new ArrayList<>();
  private final Map<Path, Picture> pictures = new HashMap<>();

  private long lastLine = -1;
  private int onLine;

  private ImageFolder(Path folder, int size) {
    this.folder = folder;
    this.size = size;
  }

  /**
   * Reads all pictures that have captions.
   *
   * @param size width and height in pixels to which they are resized ({@link PictureFile})
   * @throws InvalidRequest for a folder without captions, a picture that is missing, outside the
   *     folder or unreadable, and a malformed list, named with its line
   */
  public static ImageCorpus read(Path folder, int size) {
    if (!Files.isDirectory(folder)) {
      throw new InvalidRequest(folder + ": no such folder; give a folder of pictures");
    }
    PictureFile.requireTarget(size);
    ImageFolder reading = new ImageFolder(folder, size);
    if (Files.exists(folder.resolve(CAPTIONS))) {
      CaptionLines.read(folder.resolve(CAPTIONS), reading::listed);
    } else {
      reading.readPairs();
    }
    if (reading.images.isEmpty()) {
      throw new InvalidRequest(
          folder + ": holds no captioned picture; wanted " + CAPTIONS + ", or a.txt beside a.png");
    }
    return new ImageCorpus(reading.images);
  }

  private void listed(CaptionLines.Line fields, long line) {
    onLine = line == lastLine ? onLine + 1 : 1;
    lastLine = line;
    String where = folder.resolve(CAPTIONS) + ":" + line;
    Picture picture = pictures.computeIfAbsent(inside(where, fields.file()), this::picture);
    ImageCorpus.requireRoom(folder.toString(), images.size() + 1L, size);
    images.add(
        new CaptionedImage(
            CAPTIONS + "#" + line + (onLine > 1 ? "." + onLine : ""),
            fields.caption(),
            fields.object(),
            fields.style(),
            fields.group().orElseGet(picture::digest),
            picture));
  }

  private Picture picture(Path file) {
    return PictureFile.read(file, size);
  }

  /** The file that a list names, which must lie within the folder, links followed. */
  private Path inside(String where, String name) {
    try {
      Path named = Path.of(name);
      if (named.isAbsolute() || name.contains("\\") || name.contains("..") || name.isBlank()) {
        throw new InvalidRequest(
            where + ": file \"" + shown(name) + "\" must be a path within the folder, without ..");
      }
      Path file = folder.resolve(named);
      if (!Files.exists(file)) {
        throw new InvalidRequest(where + ": no such file: " + file);
      }
      if (!file.toRealPath().startsWith(folder.toRealPath())) {
        throw new InvalidRequest(where + ": file \"" + shown(name) + "\" leads out of the folder");
      }
      return file;
    } catch (InvalidPathException e) {
      throw new InvalidRequest(where + ": file \"" + shown(name) + "\" is no path", e);
    } catch (IOException e) {
      throw new InvalidRequest(where + ": cannot be read: " + e, e);
    }
  }

  private static String shown(String name) {
    String line = name.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?");
    return line.length() > 100 ? line.substring(0, 100) + "..." : line;
  }

  private void readPairs() {
    for (Path file : pictureFiles()) {
      String name = String.valueOf(file.getFileName());
      Path text = file.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ".txt");
      if (!Files.exists(text)) {
        throw new InvalidRequest(
            file + ": has no caption; wanted " + CAPTIONS + ", or " + text.getFileName());
      }
      Picture picture = picture(file);
      ImageCorpus.requireRoom(folder.toString(), images.size() + 1L, size);
      images.add(
          new CaptionedImage(
              name + "#1",
              text(text),
              Optional.empty(),
              Optional.empty(),
              picture.digest(),
              picture));
    }
  }

  private List<Path> pictureFiles() {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(ImageFolder::isPicture).sorted().toList();
    } catch (IOException e) {
      throw new InvalidRequest(folder + ": cannot be read: " + e, e);
    }
  }

  private static boolean isPicture(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".png") || name.endsWith(".jpg") || name.endsWith(".jpeg");
  }

  private static String text(Path file) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(PictureFile.bytes(file, LONGEST_TEXT));
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString().strip();
    } catch (CharacterCodingException e) {
      throw new InvalidRequest(file + ": is not UTF-8; convert it", e);
    }
  }
}
