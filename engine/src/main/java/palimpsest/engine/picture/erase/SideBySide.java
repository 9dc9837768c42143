package palimpsest.engine.picture.erase;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import palimpsest.api.PictureEvidence.Prompt;
import palimpsest.discovery.image.Picture;
import palimpsest.engine.drawing.Sheet;

/**
 * What several models drew from the same noise when asked the same: before, retrained, changed, and
 * changed under attack.
 *
 * @param rows prompts
 * @param columns a model each
 */
record SideBySide(List<Row> rows, List<Column> columns) {
  private static final byte BLANK = (byte) 255;

  SideBySide {
    rows = List.copyOf(rows);
    columns = List.copyOf(columns);
    for (Column column : columns) {
      if (column.drawn().size() != rows.size() || column.attacked().size() != rows.size()) {
        throw new IllegalArgumentException(column.name() + " has not a cell for each row");
      }
    }
  }

  /**
   * A prompt.
   *
   * @param prompt what is asked for
   * @param toGo whether it asks for the target
   */
  record Row(Prompt prompt, boolean toGo) {}

  /**
   * A picture.
   *
   * @param picture the pixels
   * @param probability that it shows the target, by the judge
   */
  record Cell(Picture picture, double probability) {}

  /**
   * What a model drew.
   *
   * @param name of the model, for people
   * @param drawn a cell for each row
   * @param attack that it was drawn under, in words; empty where it was not attacked
   * @param attacked a cell for each row that the attack was judged by
   */
  record Column(
      String name, List<Cell> drawn, Optional<String> attack, List<Optional<Cell>> attacked) {
    Column {
      drawn = List.copyOf(drawn);
      attacked = List.copyOf(attacked);
    }
  }

  /** Some of the columns. */
  SideBySide only(Predicate<Column> wanted) {
    return new SideBySide(rows, columns.stream().filter(wanted).toList());
  }

  /** The pictures; those under attack stand right of those that they are compared to. */
  Sheet sheet() {
    List<String> names = new ArrayList<>();
    for (Column column : columns) {
      names.add(column.name());
      if (column.attack().isPresent()) {
        names.add("attacked");
      }
    }
    List<List<Picture>> cells = new ArrayList<>();
    for (int row = 0; row < rows.size(); row++) {
      cells.add(pictures(row));
    }
    return Sheet.of(names, rows.stream().map(r -> r.prompt().caption()).toList(), cells);
  }

  private List<Picture> pictures(int row) {
    List<Picture> pictures = new ArrayList<>();
    for (Column column : columns) {
      Picture drawn = column.drawn().get(row).picture();
      pictures.add(drawn);
      if (column.attack().isPresent()) {
        pictures.add(column.attacked().get(row).map(Cell::picture).orElseGet(() -> blank(drawn)));
      }
    }
    return pictures;
  }

  private static Picture blank(Picture like) {
    byte[] rgb = new byte[3 * like.width() * like.height()];
    Arrays.fill(rgb, BLANK);
    return new Picture(like.width(), like.height(), rgb);
  }
}
