package palimpsest.engine.picture.erase;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import palimpsest.api.PictureEvidence.Domain;
import palimpsest.api.Split;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.discovery.image.Png;
import palimpsest.dossier.Dossier;
import palimpsest.dossier.Gallery;
import palimpsest.engine.picture.judge.Confusion;
import palimpsest.engine.picture.judge.TrainedJudge;
import palimpsest.methods.exact.Retrain;

/**
 * What the models of a grid draw of a target and of what stays, under attack too, for a dossier.
 *
 * @param settings of the grid
 * @param out folder of the grid
 * @param judge stays the caller's
 */
record GridGallery(GridSettings settings, Path out, TrainedJudge judge) {

  Gallery of(Target target, Path base, ImageCorpus training) {
    SideBySide pictures = new TargetPictures(settings, out, judge).of(target, base, training);
    List<Gallery.Row> rows = new ArrayList<>();
    for (int i = 0; i < pictures.rows().size(); i++) {
      rows.add(row(pictures, i));
    }
    Map<String, String> attacks = new TreeMap<>();
    for (SideBySide.Column column : pictures.columns()) {
      column
          .attack()
          .ifPresent(words -> labels(column.name()).forEach(label -> attacks.put(label, words)));
    }
    return new Gallery(
        target.toString().replace(':', ' '),
        judge.pinned().digest(),
        GridAttacks.SEEN,
        "DDIM, " + settings.drawing().steps() + " steps, guidance " + settings.drawing().guidance(),
        rows,
        attacks,
        List.of(
            told(Domain.OBJECT, judge.worth().objects()),
            told(Domain.STYLE, judge.worth().styles())));
  }

  /** Columns of the dossier that a model stands in. */
  private static List<String> labels(String name) {
    return switch (name) {
      case TargetPictures.BEFORE -> List.of(Dossier.ORIGINAL);
      case TargetPictures.RETRAINED -> List.of(Retrain.defaults().id(), Dossier.REFERENCE);
      default -> List.of(name);
    };
  }

  private static Gallery.Row row(SideBySide pictures, int at) {
    Map<String, Gallery.Shown> drawn = new TreeMap<>();
    Map<String, Gallery.Shown> attacked = new TreeMap<>();
    for (SideBySide.Column column : pictures.columns()) {
      for (String label : labels(column.name())) {
        drawn.put(label, shown(column.drawn().get(at)));
        column.attacked().get(at).ifPresent(cell -> attacked.put(label, shown(cell)));
      }
    }
    SideBySide.Row row = pictures.rows().get(at);
    return new Gallery.Row(
        row.prompt().caption(),
        row.toGo() ? Split.FORGET : Split.RETAIN,
        TargetPictures.seed(),
        drawn,
        attacked);
  }

  private static Gallery.Shown shown(SideBySide.Cell cell) {
    return new Gallery.Shown(
        Base64.getEncoder().encodeToString(Png.encode(cell.picture())), cell.probability());
  }

  private static Gallery.Errors told(Domain domain, Confusion errors) {
    return new Gallery.Errors(
        domain == Domain.OBJECT ? "object" : "style",
        errors.classes(),
        errors.counts(),
        errors.interval().low(),
        errors.interval().high());
  }
}
