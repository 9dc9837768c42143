package palimpsest.engine.picture.erase;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import palimpsest.api.Method;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.discovery.image.Picture;
import palimpsest.engine.drawing.Sheet;
import palimpsest.engine.picture.Painting;
import palimpsest.engine.picture.PictureModel;
import palimpsest.engine.picture.Suppression;
import palimpsest.torch.checkpoint.AtomicFile;
import palimpsest.torch.diffusion.train.PixelDrawing;

/**
 * What the model as it was draws of a target and of what would take its place, by itself and under
 * each suppression, from the same noise. A sheet apart from that of the models that were changed:
 * these weights were not.
 *
 * @param settings of the grid
 * @param base folder of the model
 */
record SuppressedSheet(GridSettings settings, Target target, ImageCorpus training, Path base) {
  private static final int ROWS = 6;
  private static final long SEED = 1;
  private static final int SCALE = 2;

  /** Writes it, if it is not there and anything is suppressed. */
  void write(Path file) {
    List<Method> methods = settings.methods().stream().filter(Suppression::isOne).toList();
    if (!methods.isEmpty() && !Files.exists(file)) {
      AtomicFile.write(file, draw(methods).png());
    }
  }

  private Sheet draw(List<Method> methods) {
    List<String> names = new ArrayList<>(List.of("before"));
    List<Suppression> columns = new ArrayList<>(List.of(Suppression.NONE));
    for (Method method : methods) {
      names.add(method.id().substring(method.id().indexOf('.') + 1));
      columns.add(Erasing.suppression(method, target));
    }
    List<String> captions = captions();
    List<List<Picture>> rows = new ArrayList<>();
    captions.forEach(caption -> rows.add(new ArrayList<>()));
    try (PictureModel model = PictureModel.open(base)) {
      for (Suppression under : columns) {
        List<byte[]> drawn = painting(model, under).draw(asked(captions));
        for (int i = 0; i < drawn.size(); i++) {
          rows.get(i).add(new Picture(model.side(), model.side(), drawn.get(i)));
        }
      }
    }
    return new Sheet(names, captions, rows, SCALE);
  }

  private Painting painting(PictureModel model, Suppression under) {
    GridSettings.Asking asking = settings.drawing();
    PixelDrawing how = new PixelDrawing(model.sampler(), asking.steps(), asking.guidance(), SEED);
    return new Painting(model.model(), model.tokenizer(), how, under);
  }

  private List<String> captions() {
    return Stream.of(target.word(), target.instead(training))
        .flatMap(
            word -> target.others(training).stream().limit(ROWS).map(o -> target.caption(word, o)))
        .toList();
  }

  private static List<Painting.Asked> asked(List<String> captions) {
    List<Painting.Asked> asked = new ArrayList<>();
    for (int i = 0; i < captions.size(); i++) {
      asked.add(new Painting.Asked(captions.get(i), i));
    }
    return asked;
  }
}
