package palimpsest.engine.picture.erase;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import palimpsest.discovery.image.Picture;
import palimpsest.engine.drawing.Sheet;
import palimpsest.engine.picture.PictureModel;
import palimpsest.torch.diffusion.train.PixelDrawing;

/**
 * What several models draw for the same captions from the same noise: a column for each model.
 *
 * @param captions a row each
 * @param steps of DDIM
 * @param guidance scale
 */
record GridSheet(List<String> captions, int steps, double guidance) {
  private static final long SEED = 1;
  private static final int SCALE = 2;

  GridSheet {
    captions = List.copyOf(captions);
  }

  /** A model under the name that stands above its column. */
  record Column(String name, Path model) {}

  /** Draws by all of them. */
  Sheet draw(List<Column> columns) {
    List<List<Picture>> cells = new ArrayList<>();
    captions.forEach(c -> cells.add(new ArrayList<>()));
    for (Column column : columns) {
      try (PictureModel model = PictureModel.open(column.model())) {
        PixelDrawing drawing = new PixelDrawing(model.sampler(), steps, guidance, SEED);
        List<PixelDrawing.Wanted> wanted = new ArrayList<>();
        for (int i = 0; i < captions.size(); i++) {
          wanted.add(new PixelDrawing.Wanted(model.tokenizer().encode(captions.get(i)), i));
        }
        List<byte[]> drawn = drawing.draw(model.model(), wanted, model.tokenizer().encode(""));
        for (int i = 0; i < drawn.size(); i++) {
          cells.get(i).add(new Picture(model.side(), model.side(), drawn.get(i)));
        }
      }
    }
    return new Sheet(columns.stream().map(Column::name).toList(), captions, cells, SCALE);
  }
}
