package palimpsest.engine.picture.erase;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import palimpsest.api.PictureEvidence;
import palimpsest.api.PictureEvidence.Prompt;
import palimpsest.discovery.image.Captions;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.engine.Console;
import palimpsest.engine.JsonFiles;
import palimpsest.engine.picture.PictureModel;
import palimpsest.engine.picture.Suppression;
import palimpsest.engine.picture.judge.PictureJudge;
import palimpsest.engine.picture.judge.TrainedJudge;

/**
 * What the models of a grid draw when asked for every object in every style, as the judge sees it.
 *
 * @param judge stays the caller's
 * @param asking how models are asked
 * @param training whose objects and styles
 */
record GridEvidence(
    TrainedJudge judge, GridSettings.Asking asking, ImageCorpus training, Console console) {
  private static final int BATCH = 24;

  /** Reads what a model drew under a suppression, or has it draw first. */
  PictureEvidence of(Path model, Suppression suppression, Path file) {
    if (!Files.exists(file)) {
      try (PictureModel read = PictureModel.open(model);
          Console.Bar bar = console.bar("Drawing by " + file, 1)) {
        PictureJudge.Drawing how =
            new PictureJudge.Drawing(read.sampler(), asking.steps(), asking.guidance(), BATCH);
        PictureJudge asked = new PictureJudge(judge, how, asking.noises());
        PictureJudge.Subject subject =
            new PictureJudge.Subject(read.model(), read.tokenizer(), suppression);
        JsonFiles.write(file, asked.of(subject, prompts(), (n, all) -> {}).evidence());
        bar.at(1, "");
      }
    }
    return JsonFiles.read(file, PictureEvidence.class);
  }

  private List<Prompt> prompts() {
    List<Prompt> prompts = new ArrayList<>();
    for (String object : training.objects()) {
      for (String style : training.styles()) {
        prompts.add(new Prompt(object, style, Captions.of(object, style, 0)));
      }
    }
    return prompts;
  }
}
