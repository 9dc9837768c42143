package palimpsest.engine.drawing;

import java.util.Arrays;
import java.util.List;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.image.Picture;
import palimpsest.discovery.image.Png;

/**
 * A grid of pictures with labels above its columns and left of its rows.
 *
 * <p>Every pixel of a picture becomes a square of {@code scale} pixels, so that small pictures are
 * seen as they are. A cell is as large as the largest picture, and as wide as its column's label;
 * rows may be shorter than the grid.
 *
 * @param columns labels; empty ones leave no space if all are empty
 * @param rows labels
 * @param cells row by row
 * @param scale pixels along the side of a picture's pixel
 */
public record Sheet(List<String> columns, List<String> rows, List<List<Picture>> cells, int scale) {
  private static final int GAP = 4;
  private static final int LEAST_CELL = 64;
  private static final long MOST_PIXELS = 1 << 26;
  private static final byte PAPER = (byte) 255;
  private static final byte INK = 32;

  public Sheet {
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
    cells = cells.stream().map(List::copyOf).toList();
    Check.atLeast(scale, 1, "scale");
    int widest = cells.stream().mapToInt(List::size).max().orElse(0);
    if (widest == 0 || rows.size() != cells.size() || columns.size() < widest) {
      throw new InvalidRequest(
          "a sheet of "
              + cells.size()
              + " rows, the widest of "
              + widest
              + " pictures, cannot have labels for "
              + rows.size()
              + " rows and "
              + columns.size()
              + " columns");
    }
  }

  /** One whose cells are at least 64 pixels wide where pictures are small. */
  public static Sheet of(List<String> columns, List<String> rows, List<List<Picture>> cells) {
    int widest =
        cells.stream().flatMap(List::stream).mapToInt(Picture::width).max().orElse(LEAST_CELL);
    return new Sheet(columns, rows, cells, Math.max(1, LEAST_CELL / widest));
  }

  /** The file of {@link #picture()}. */
  public byte[] png() {
    return Png.encode(picture());
  }

  /** The whole sheet. */
  public Picture picture() {
    int cellWidth = Math.max(largest(true), widest(columns));
    int cellHeight = Math.max(largest(false), Glyphs.HEIGHT);
    int left = widest(rows) == 0 ? GAP : widest(rows) + 2 * GAP;
    int top = widest(columns) == 0 ? GAP : Glyphs.HEIGHT + 2 * GAP;
    long width = left + (long) columns.size() * (cellWidth + GAP);
    long height = top + (long) rows.size() * (cellHeight + GAP);
    if (width * height > MOST_PIXELS) {
      throw new InvalidRequest(
          "a sheet of " + width + " x " + height + " pixels is too large; take fewer pictures");
    }
    Canvas canvas = new Canvas((int) width, (int) height);
    for (int i = 0; i < columns.size(); i++) {
      int middle = left + i * (cellWidth + GAP) + cellWidth / 2;
      canvas.write(columns.get(i), middle - Glyphs.width(columns.get(i)) / 2, GAP);
    }
    for (int j = 0; j < rows.size(); j++) {
      int y = top + j * (cellHeight + GAP);
      canvas.write(rows.get(j), GAP, y + (cellHeight - Glyphs.HEIGHT) / 2);
      for (int i = 0; i < cells.get(j).size(); i++) {
        canvas.draw(cells.get(j).get(i), left + i * (cellWidth + GAP), y, scale);
      }
    }
    return new Picture((int) width, (int) height, canvas.rgb);
  }

  private int largest(boolean wide) {
    int side =
        cells.stream()
            .flatMap(List::stream)
            .mapToInt(p -> wide ? p.width() : p.height())
            .max()
            .orElse(1);
    return Math.multiplyExact(side, scale);
  }

  private static int widest(List<String> labels) {
    return labels.stream().mapToInt(Glyphs::width).max().orElse(0);
  }

  /** Pixels to draw on. */
  private static final class Canvas {
    private final int width;
    private final byte[] rgb;

    Canvas(int width, int height) {
      this.width = width;
      this.rgb = new byte[3 * width * height];
      Arrays.fill(rgb, PAPER);
    }

    void write(String text, int left, int top) {
      for (int y = 0; y < Glyphs.HEIGHT; y++) {
        for (int x = 0; x < Glyphs.width(text); x++) {
          if (Glyphs.set(text, x, y)) {
            int at = 3 * ((top + y) * width + left + x);
            Arrays.fill(rgb, at, at + 3, INK);
          }
        }
      }
    }

    void draw(Picture picture, int left, int top, int scale) {
      for (int y = 0; y < picture.height() * scale; y++) {
        for (int x = 0; x < picture.width() * scale; x++) {
          int at = 3 * ((top + y) * width + left + x);
          for (int c = 0; c < 3; c++) {
            rgb[at + c] = (byte) picture.at(x / scale, y / scale, c);
          }
        }
      }
    }
  }
}
