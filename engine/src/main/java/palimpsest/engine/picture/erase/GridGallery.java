package palimpsest.engine.picture.erase;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import palimpsest.api.PictureEvidence.Domain;
import palimpsest.api.PictureEvidence.Prompt;
import palimpsest.api.Split;
import palimpsest.discovery.image.Captions;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.discovery.image.Png;
import palimpsest.dossier.Dossier;
import palimpsest.dossier.Gallery;
import palimpsest.engine.picture.PictureModel;
import palimpsest.engine.picture.Suppression;
import palimpsest.engine.picture.judge.PictureJudge;
import palimpsest.engine.picture.judge.TrainedJudge;
import palimpsest.methods.exact.Retrain;

/**
 * What the models of a grid draw of a target and of what stays, for a dossier.
 *
 * @param settings of the grid
 * @param out folder of the grid
 */
record GridGallery(GridSettings settings, Path out, TrainedJudge judge) {
  private static final int ROWS = 5; // of the target, and of what stays
  private static final int BATCH = 16;
  private static final double SEEN = 0.5;

  Gallery of(Target target, Path base, ImageCorpus training) {
    Map<String, PictureJudge.Judged> byColumn = new LinkedHashMap<>();
    List<Prompt> prompts = prompts(target, training);
    byColumn.put(Dossier.ORIGINAL, drawn(base, prompts));
    long seed = settings.seeds().get(0);
    String retrain = Retrain.defaults().id();
    PictureJudge.Judged absent = drawn(model(target, retrain, seed), prompts);
    byColumn.put(retrain, absent);
    byColumn.put(Dossier.REFERENCE, absent);
    settings
        .methods()
        .forEach(
            m ->
                byColumn.put(
                    m.id(),
                    drawn(
                        Suppression.isOne(m) ? base : model(target, m.id(), seed),
                        prompts,
                        Erasing.suppression(m, target))));
    List<Gallery.Row> rows = new ArrayList<>();
    for (int i = 0; i < prompts.size(); i++) {
      rows.add(row(target, prompts.get(i), i, byColumn));
    }
    return new Gallery(
        target.toString().replace(':', ' '),
        judge.pinned().digest(),
        SEEN,
        "DDIM, " + settings.drawing().steps() + " steps, guidance " + settings.drawing().guidance(),
        rows);
  }

  private Path model(Target target, String method, long seed) {
    return ErasureGrid.place(out, target, method, seed).resolve("model");
  }

  private Gallery.Row row(
      Target target, Prompt prompt, int at, Map<String, PictureJudge.Judged> byColumn) {
    int place = judge.pinned().classes(target.domain()).indexOf(target.word());
    Map<String, Gallery.Shown> shown = new TreeMap<>();
    byColumn.forEach(
        (column, judged) ->
            shown.put(
                column,
                new Gallery.Shown(
                    Base64.getEncoder().encodeToString(Png.encode(judged.pictures().get(at))),
                    Math.min(
                        1,
                        judged.evidence().pictures().get(at).shares(target.domain()).get(place)))));
    boolean toGo = prompt.asked(target.domain()).equals(target.word());
    return new Gallery.Row(
        prompt.caption(),
        toGo ? Split.FORGET : Split.RETAIN,
        settings.drawing().noises().get(0),
        shown,
        Map.of());
  }

  private PictureJudge.Judged drawn(Path folder, List<Prompt> prompts) {
    return drawn(folder, prompts, Suppression.NONE);
  }

  private PictureJudge.Judged drawn(Path folder, List<Prompt> prompts, Suppression under) {
    try (PictureModel model = PictureModel.open(folder)) {
      PictureJudge.Drawing how =
          new PictureJudge.Drawing(
              model.sampler(), settings.drawing().steps(), settings.drawing().guidance(), BATCH);
      return new PictureJudge(judge, how, settings.drawing().noises().subList(0, 1))
          .of(
              new PictureJudge.Subject(model.model(), model.tokenizer(), under),
              prompts,
              (done, all) -> {});
    }
  }

  /** The target with the first classes of the other domain, then other classes with these. */
  private static List<Prompt> prompts(Target target, ImageCorpus training) {
    boolean style = target.domain() == Domain.STYLE;
    List<String> mine = style ? training.styles() : training.objects();
    List<String> others = style ? training.objects() : training.styles();
    List<Prompt> prompts = new ArrayList<>();
    others.stream().limit(ROWS).forEach(o -> prompts.add(prompt(target.word(), o, style)));
    List<String> kept = mine.stream().filter(m -> !m.equals(target.word())).toList();
    for (int i = 0; i < ROWS; i++) {
      prompts.add(prompt(kept.get(i % kept.size()), others.get(i % others.size()), style));
    }
    return prompts.stream().distinct().toList();
  }

  private static Prompt prompt(String own, String other, boolean style) {
    String object = style ? other : own;
    String inStyle = style ? own : other;
    return new Prompt(object, inStyle, Captions.of(object, inStyle, 0));
  }
}
