package palimpsest.engine.picture.erase;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import palimpsest.api.PictureAttack;
import palimpsest.api.PictureEvidence.Domain;
import palimpsest.discovery.image.CaptionedImage;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.engine.Console;
import palimpsest.engine.Fingerprints;
import palimpsest.engine.picture.PictureModel;
import palimpsest.engine.picture.Suppression;
import palimpsest.engine.picture.judge.TrainedJudge;
import palimpsest.torch.diffusion.attack.Campaign;
import palimpsest.torch.diffusion.attack.CaseSplit;
import palimpsest.torch.diffusion.attack.Cases;
import palimpsest.torch.diffusion.attack.Contest;
import palimpsest.torch.diffusion.attack.Drawing;
import palimpsest.torch.diffusion.attack.ImageAttack;
import palimpsest.torch.diffusion.attack.PromptPair;
import palimpsest.torch.diffusion.attack.Recognizer;
import palimpsest.torch.diffusion.attack.Victim;
import palimpsest.torch.diffusion.train.CaptionedPicture;
import palimpsest.torch.diffusion.train.PixelDrawing;

/**
 * The attacks of a grid on one target: where one has several settings, they are chosen with the
 * prompts and pictures of one half of the other domain's classes, and are judged with those of the
 * other half.
 *
 * @param pictures held out ones are what the attacker has of the target
 */
record GridAttacks(
    GridSettings settings,
    Target target,
    ImageCorpus.Division pictures,
    TrainedJudge judge,
    Console console) {
  private static final int PICTURES = 12;
  private static final double SEEN = 0.5;
  private static final List<Long> SEEDS = List.of(11L, 12L, 13L);

  /**
   * What a method left.
   *
   * @param weights folder of the model
   * @param suppression under which it draws
   */
  record Left(Path weights, Suppression suppression) {}

  /** Attacks what a method left and the model retrained without the target. */
  List<PictureAttack> run(Left left, Path retrained, Path before) {
    try (PictureModel subject = PictureModel.open(left.weights());
        PictureModel reference = PictureModel.open(retrained);
        PictureModel first = PictureModel.open(before)) {
      Contest contest =
          new Contest(
              victim(subject).behind(left.suppression().shield(settings.drawing().steps())),
              Optional.of(victim(reference)),
              first.model().text(),
              new CaseSplit(cases(first, 0), cases(first, 1)),
              SEEDS);
      List<PictureAttack> all = new ArrayList<>();
      for (List<ImageAttack> candidates : settings.candidates()) {
        try (Console.Bar bar = console.bar(candidates.get(0).id() + " on " + target, 1)) {
          Campaign campaign =
              new Campaign(
                  recognizer(), judge.pinned().digest(), SEEN, at -> !console.interrupted());
          all.add(campaign.run(candidates, contest));
          bar.at(1, "");
        }
      }
      return all;
    }
  }

  private Victim victim(PictureModel model) {
    Drawing drawing =
        new Drawing(
            model.sampler(),
            settings.drawing().steps(),
            settings.drawing().guidance(),
            model.side());
    return Victim.of(model.model(), model.tokenizer(), drawing);
  }

  /** P(target) by the judge. */
  private Recognizer recognizer() {
    boolean object = target.domain() == Domain.OBJECT;
    int at = judge.pinned().classes(target.domain()).indexOf(target.word());
    return pixels ->
        judge.classifier().read(PixelDrawing.bytes(pixels)).stream()
            .mapToDouble(said -> (object ? said.objects() : said.styles())[at])
            .toArray();
  }

  /** Those of every second class of the other domain. */
  private Cases cases(PictureModel reader, int half) {
    List<String> others =
        target.domain() == Domain.OBJECT
            ? pictures.training().styles()
            : pictures.training().objects();
    List<String> mine = new ArrayList<>();
    for (int i = half; i < others.size(); i += 2) {
      mine.add(others.get(i));
    }
    String anchor = target.instead(pictures.training());
    List<String> prompts = mine.stream().map(o -> target.caption(target.word(), o)).toList();
    List<PromptPair> pairs =
        mine.stream()
            .map(o -> new PromptPair(target.caption(target.word(), o), target.caption(anchor, o)))
            .toList();
    return new Cases(
        target.word(),
        shown(reader, mine),
        pairs,
        prompts,
        half == 0 ? List.of(0L) : List.of(1L, 2L, 3L));
  }

  /** Held out pictures of the target in these classes, the same ones in each run. */
  private List<CaptionedPicture> shown(PictureModel reader, List<String> others) {
    return pictures.heldOut().images().stream()
        .filter(target::isOf)
        .filter(i -> others.contains(other(i)))
        .sorted(Comparator.comparing(image -> Fingerprints.of(image.id()))) // of many drawings
        .limit(PICTURES)
        .map(i -> picture(reader, i))
        .toList();
  }

  private String other(CaptionedImage image) {
    return (target.domain() == Domain.OBJECT ? image.style() : image.object()).orElse("");
  }

  private static CaptionedPicture picture(PictureModel reader, CaptionedImage image) {
    return new CaptionedPicture(
        image.picture().rgb(),
        image.picture().height(),
        image.picture().width(),
        reader.tokenizer().encode(image.caption()));
  }
}
