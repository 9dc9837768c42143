package palimpsest.engine.picture.erase;

import java.nio.file.Files;
import java.nio.file.Path;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.engine.Console;
import palimpsest.engine.Moves;
import palimpsest.engine.Outputs;
import palimpsest.engine.picture.judge.JudgeTraining;
import palimpsest.engine.picture.judge.TrainedJudge;
import palimpsest.torch.picture.PictureClassifier;
import palimpsest.torch.picture.PictureClassifierConfig;

/**
 * The judge of a grid: trained on all pictures of the grid, of which the models may see few, and
 * tried on those held out.
 *
 * @param folder where it is kept
 * @param pictures what it is trained and tried on
 * @param how it is trained
 */
record GridJudge(Path folder, ImageCorpus.Division pictures, JudgeTraining how, Console console) {

  /** Reads it, or trains it first; the caller closes it. */
  TrainedJudge get() {
    if (!Files.exists(folder)) {
      Path fresh = folder.resolveSibling(folder.getFileName() + ".new");
      Outputs.delete(fresh);
      try (TrainedJudge trained = trained()) {
        trained.write(Outputs.folder(fresh));
      }
      Moves.atomically(fresh, folder);
    }
    return TrainedJudge.read(folder);
  }

  private TrainedJudge trained() {
    ImageCorpus training = pictures.training();
    PictureClassifierConfig config =
        PictureClassifierConfig.small(training.objects(), training.styles());
    int steps = how.recipe().steps(training.images().size());
    try (Console.Bar bar = console.bar("Training the judge", steps)) {
      PictureClassifier classifier =
          how.train(config, training, p -> bar.at(p.step(), ""), console::interrupted);
      return new TrainedJudge(classifier, JudgeTraining.worth(classifier, pictures.heldOut()));
    }
  }
}
