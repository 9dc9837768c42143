package palimpsest.engine.picture.judge;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import palimpsest.api.InvalidRequest;
import palimpsest.api.PictureEvidence;
import palimpsest.api.PictureEvidence.Domain;
import palimpsest.api.PictureEvidence.Drawn;
import palimpsest.api.PictureEvidence.Prompt;
import palimpsest.discovery.image.Picture;
import palimpsest.discovery.image.Png;
import palimpsest.engine.drawing.Sheet;
import palimpsest.engine.picture.judge.PictureJudge.Judged;
import palimpsest.torch.checkpoint.AtomicFile;

/**
 * What several models drew from the same noise when asked the same: before, after, retrained, under
 * attack.
 *
 * @param models names of the models, a column each
 * @param rows prompts and seeds with the pictures of each model
 */
public record SideBySide(List<String> models, List<Row> rows) {

  public SideBySide {
    models = List.copyOf(models);
    rows = List.copyOf(rows);
  }

  /**
   * One prompt and one seed.
   *
   * @param prompt what was asked for
   * @param seed of the noise
   * @param cells one for each model
   */
  public record Row(Prompt prompt, long seed, List<Cell> cells) {
    public Row {
      cells = List.copyOf(cells);
    }
  }

  /**
   * A picture and what the judge takes it for.
   *
   * @param picture the pixels
   * @param object that the judge says
   * @param style that the judge says
   */
  public record Cell(Picture picture, String object, String style) {

    /** The PNG file in base 64, as a page embeds it: some 2 to 4 kB for 32 x 32 pixels. */
    public String base64() {
      return Base64.getEncoder().encodeToString(Png.encode(picture));
    }
  }

  /**
   * The pictures of models for some prompts and seeds.
   *
   * @param judged by the models' names, in the order of the columns; each drew all of these
   * @throws InvalidRequest if one did not
   */
  public static SideBySide of(Map<String, Judged> judged, List<Prompt> prompts, List<Long> seeds) {
    Map<String, Map<String, Cell>> cells = new LinkedHashMap<>();
    judged.forEach((name, model) -> cells.put(name, cells(model)));
    List<Row> rows = new ArrayList<>();
    for (Prompt prompt : prompts) {
      for (long seed : seeds) {
        List<Cell> row = new ArrayList<>();
        cells.forEach((name, drawn) -> row.add(cell(name, drawn, prompt, seed)));
        rows.add(new Row(prompt, seed, row));
      }
    }
    return new SideBySide(List.copyOf(judged.keySet()), rows);
  }

  private static Map<String, Cell> cells(Judged judged) {
    PictureEvidence.Judge judge = judged.evidence().judge();
    Map<String, Cell> cells = new LinkedHashMap<>();
    for (int i = 0; i < judged.pictures().size(); i++) {
      Drawn drawn = judged.evidence().pictures().get(i);
      String object = judge.objects().get(drawn.said(Domain.OBJECT));
      String style = judge.styles().get(drawn.said(Domain.STYLE));
      cells.put(drawn.id(), new Cell(judged.pictures().get(i), object, style));
    }
    return cells;
  }

  private static Cell cell(String name, Map<String, Cell> drawn, Prompt prompt, long seed) {
    Cell cell = drawn.get(prompt.caption() + " #" + seed);
    if (cell == null) {
      throw new InvalidRequest(
          name
              + " did not draw \""
              + prompt.caption()
              + "\" with seed "
              + seed
              + "; draw the same prompts and seeds from each model");
    }
    return cell;
  }

  /** All pictures as a sheet: a column for each model, a row for each prompt and seed. */
  public Sheet sheet(int scale) {
    List<String> labels =
        rows.stream()
            .map(r -> r.prompt().object() + " " + r.prompt().style() + " " + r.seed())
            .toList();
    List<List<Picture>> pictures =
        rows.stream().map(r -> r.cells().stream().map(Cell::picture).toList()).toList();
    return new Sheet(models, labels, pictures, scale);
  }

  /** Writes the sheet as a PNG file. */
  public void write(Path file, int scale) {
    AtomicFile.write(file, sheet(scale).png());
  }
}
