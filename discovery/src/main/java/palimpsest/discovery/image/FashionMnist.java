package palimpsest.discovery.image;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;

/**
 * Fashion-MNIST as its files come: {@code train-images-idx3-ubyte.gz} with {@code
 * train-labels-idx1-ubyte.gz}, and {@code t10k-} likewise.
 *
 * <p>A picture of 28 x 28 grey pixels is set into the middle of 32 x 32 black ones and resized from
 * there by area average; its object is the class. Ids are {@code fileName#number}, from 1.
 *
 * @see <a href="https://arxiv.org/abs/1708.07747">Xiao, Rasul and Vollgraf 2017</a>
 */
public final class FashionMnist {
  /** The words of the ten classes, in the order of their labels. */
  public static final List<String> CLASSES =
      List.of(
          "t-shirt",
          "trouser",
          "pullover",
          "dress",
          "coat",
          "sandal",
          "shirt",
          "sneaker",
          "bag",
          "ankle boot");

  private static final int IMAGES = 0x803;
  private static final int LABELS = 0x801;
  private static final int SIDE = 28;
  private static final int FRAME = 32;
  private static final int MOST = 1_000_000;

  private FashionMnist() {}

  /**
   * Reads the first pictures of one part.
   *
   * @param folder that holds the files
   * @param part {@code train} or {@code t10k}
   * @param most how many at most
   * @param size width and height wanted, in pixels
   * @throws InvalidRequest for files that are missing, truncated, longer than they say or of
   *     another kind
   */
  public static ImageCorpus read(Path folder, String part, int most, int size) {
    Check.atLeast(most, 1, "number of pictures");
    PictureFile.requireTarget(size);
    Path labelFile = folder.resolve(part + "-labels-idx1-ubyte.gz");
    byte[] labels = labels(labelFile);
    Path imageFile = folder.resolve(part + "-images-idx3-ubyte.gz");
    ImageCorpus.requireRoom(imageFile.toString(), Math.min(most, labels.length), size);
    List<CaptionedImage> images = new ArrayList<>();
    try (DataInputStream in = open(imageFile, IMAGES)) {
      requireHeader(imageFile, in, labels.length);
      byte[] grey = new byte[SIDE * SIDE];
      for (int i = 0; i < labels.length; i++) {
        in.readFully(grey);
        if (i < most) {
          String id = imageFile.getFileName() + "#" + (i + 1);
          String object = CLASSES.get(labels[i]);
          String caption = Captions.of(object, i % Captions.countOfObject());
          Picture picture = framed(grey).square(size);
          images.add(
              new CaptionedImage(id, caption, Optional.of(object), Optional.empty(), id, picture));
        }
      }
      requireEnd(imageFile, in);
    } catch (IOException e) {
      throw unreadable(imageFile, e);
    }
    return new ImageCorpus(images);
  }

  private static Pixels framed(byte[] grey) {
    byte[] rgb = new byte[3 * FRAME * FRAME];
    int margin = (FRAME - SIDE) / 2;
    for (int i = 0; i < grey.length; i++) {
      int at = 3 * ((i / SIDE + margin) * FRAME + i % SIDE + margin);
      rgb[at] = grey[i];
      rgb[at + 1] = grey[i];
      rgb[at + 2] = grey[i];
    }
    return new Pixels(FRAME, FRAME, rgb);
  }

  private static byte[] labels(Path file) {
    try (DataInputStream in = open(file, LABELS)) {
      int count = in.readInt();
      if (count < 1 || count > MOST) {
        throw new InvalidRequest(file + ": says " + count + " labels, wanted 1 to " + MOST);
      }
      byte[] labels = new byte[count];
      in.readFully(labels);
      requireEnd(file, in);
      for (byte label : labels) {
        if (label < 0 || label >= CLASSES.size()) {
          throw new InvalidRequest(file + ": label " + (label & 0xFF) + ", wanted 0 to 9");
        }
      }
      return labels;
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static DataInputStream open(Path file, int magic) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new InvalidRequest(file + ": no such file; give the folder of Fashion-MNIST's four");
    }
    InputStream zipped = new BufferedInputStream(Files.newInputStream(file));
    try {
      DataInputStream in =
          new DataInputStream(new BufferedInputStream(new GZIPInputStream(zipped)));
      int got = in.readInt();
      if (got != magic) {
        throw new InvalidRequest(file + ": begins with " + got + ", wanted " + magic + ": no such");
      }
      return in;
    } catch (IOException | InvalidRequest e) {
      zipped.close();
      throw e;
    }
  }

  private static void requireHeader(Path file, DataInputStream in, int wanted) throws IOException {
    int got = in.readInt();
    if (got != wanted) {
      throw new InvalidRequest(file + ": says " + got + " pictures for " + wanted + " labels");
    }
    int rows = in.readInt();
    int columns = in.readInt();
    if (rows != SIDE || columns != SIDE) {
      throw new InvalidRequest(
          file + ": pictures of " + rows + " x " + columns + ", wanted 28 x 28");
    }
  }

  private static void requireEnd(Path file, InputStream in) throws IOException {
    if (in.read() >= 0) {
      throw new InvalidRequest(file + ": goes on after its last record; fetch it anew");
    }
  }

  private static InvalidRequest unreadable(Path file, IOException e) {
    String what = e instanceof EOFException ? "ends early; fetch it anew" : "cannot be read: " + e;
    return new InvalidRequest(file + ": " + what, e);
  }
}
