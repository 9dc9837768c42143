package palimpsest.engine.picture.erase;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import palimpsest.api.PictureAttack;
import palimpsest.api.PictureEvidence.Domain;
import palimpsest.api.PictureEvidence.Prompt;
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
import palimpsest.torch.diffusion.attack.Shield;
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

  /** P(target) from which a picture counts as showing it. */
  static final double SEEN = 0.5;

  /** Seeds of every attack; pictures of the first are shown. */
  static final List<Long> SEEDS = List.of(11L, 12L, 13L);

  /** Number of the noise whose pictures are shown. */
  static final long NOISE = 1;

  private static final List<Long> TUNED_ON = List.of(0L);
  private static final List<Long> JUDGED_ON = List.of(NOISE, 2L, 3L);

  /**
   * Which models.
   *
   * @param subject folder of the weights that are attacked
   * @param suppression under which they draw
   * @param reference retrained without the target; none where it is the subject itself
   * @param before the model as it was, whose text encoder anybody has
   */
  record Models(Path subject, Suppression suppression, Optional<Path> reference, Path before) {}

  /**
   * What came of it.
   *
   * @param attacks in the order of the settings
   * @param pictures that the subject drew
   */
  record Found(List<PictureAttack> attacks, UnderAttack pictures) {
    Found {
      attacks = List.copyOf(attacks);
    }
  }

  /** Attacks a model and, where it is not kept yet, the one retrained without the target. */
  Found run(Models models) {
    try (PictureModel subject = PictureModel.open(models.subject());
        PictureModel before = PictureModel.open(models.before())) {
      if (models.reference().isEmpty()) {
        Found found =
            run(contest(victim(subject), Optional.empty(), before), (a, j, afresh) -> afresh.get());
        ReferenceSides kept = sides(models.subject(), victim(subject));
        found.attacks().forEach(kept::add);
        return found;
      }
      Path retrained = models.reference().get();
      try (PictureModel reference = PictureModel.open(retrained)) {
        Optional<Shield> shield = models.suppression().shield(settings.drawing().steps());
        return run(
            contest(victim(subject).behind(shield), Optional.of(victim(reference)), before),
            sides(retrained, victim(reference)));
      }
    }
  }

  private static ReferenceSides sides(Path retrained, Victim victim) {
    return new ReferenceSides(
        retrained.resolveSibling("attacked-as-reference.json"), victim.digest());
  }

  private Contest contest(Victim subject, Optional<Victim> reference, PictureModel before) {
    return new Contest(
        subject,
        reference,
        before.model().text(),
        new CaseSplit(cases(before, 0, TUNED_ON), cases(before, 1, JUDGED_ON)),
        SEEDS);
  }

  private Found run(Contest contest, Campaign.Memory memory) {
    KeepingRecognizer keeping = new KeepingRecognizer(recognizer(), SEEDS.get(0), NOISE);
    Campaign campaign =
        new Campaign(keeping, judge.pinned().digest(), SEEN, at -> !console.interrupted());
    List<PictureAttack> all = new ArrayList<>();
    List<UnderAttack.Shown> pictures = new ArrayList<>();
    for (List<ImageAttack> candidates : settings.candidates()) {
      String id = candidates.get(0).id();
      try (Console.Bar bar = console.bar(id + " on " + target, 1)) {
        keeping.begin(id);
        all.add(campaign.run(candidates, contest, memory));
        pictures.addAll(keeping.kept());
        bar.at(1, "");
      }
    }
    return new Found(all, new UnderAttack(pictures));
  }

  private Victim victim(PictureModel model) {
    Drawing drawing =
        new Drawing(
            model.sampler(),
            settings.drawing().steps(),
            settings.drawing().guidance(),
            model.side(),
            model.model().fold());
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

  /** Every second class of the other domain, from the first or the second on. */
  private static List<String> half(Target target, ImageCorpus training, int from) {
    List<String> others = target.others(training);
    return IntStream.range(0, others.size())
        .filter(i -> i % 2 == from)
        .mapToObj(others::get)
        .toList();
  }

  /** The prompts that attacks are judged by. */
  static List<Prompt> judgedBy(Target target, ImageCorpus training) {
    return half(target, training, 1).stream().map(o -> target.prompt(target.word(), o)).toList();
  }

  private Cases cases(PictureModel reader, int half, List<Long> noises) {
    List<String> mine = half(target, pictures.training(), half);
    String anchor = target.instead(pictures.training());
    List<String> prompts = mine.stream().map(o -> target.caption(target.word(), o)).toList();
    List<PromptPair> pairs =
        mine.stream()
            .map(o -> new PromptPair(target.caption(target.word(), o), target.caption(anchor, o)))
            .toList();
    return new Cases(target.word(), shown(reader, mine), pairs, prompts, noises);
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
