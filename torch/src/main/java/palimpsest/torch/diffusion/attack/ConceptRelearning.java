package palimpsest.torch.diffusion.attack;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import palimpsest.api.About;
import palimpsest.api.Attack.Curve;
import palimpsest.api.Attack.Point;
import palimpsest.api.Check;
import palimpsest.api.PictureAttack;
import palimpsest.api.PictureAttempt;
import palimpsest.api.Recipe;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.diffusion.schedule.NoiseSchedule;
import palimpsest.torch.diffusion.train.CaptionedPicture;
import palimpsest.torch.diffusion.train.Denoising;
import palimpsest.torch.diffusion.train.TextToImage;
import palimpsest.torch.train.Course;
import palimpsest.torch.train.Loop;
import palimpsest.torch.train.Optimiser;
import palimpsest.torch.train.Progress;

/**
 * Trains a copy of the model on a few pictures of the concept, and watches how soon it is drawn
 * again: what was only covered up comes back sooner than in a model that never knew it.
 *
 * <pre>P(step) = mean over prompts and noises of P(concept), the copy having taken so many steps
 * </pre>
 *
 * <p>Every step is over all the pictures, all captions kept, AdamW without decay. The attacked
 * value is that after the last step.
 *
 * @param pictures k, the first of the cases'
 * @param steps of the optimiser
 * @param every steps between two points of the curve
 * @param learningRate of the optimiser
 * @see <a href="https://arxiv.org/abs/2406.13356">Hu et al. 2024, of language models</a>
 */
public record ConceptRelearning(int pictures, int steps, int every, double learningRate)
    implements ImageAttack {
  public ConceptRelearning {
    Check.atLeast(pictures, 1, "pictures");
    Check.atLeast(steps, 1, "steps");
    Check.atLeast(every, 1, "every");
    Check.atLeast(steps, every, "steps");
    Check.positive(learningRate, "learningRate");
  }

  /** Ten pictures, 100 steps, a point every 10, 1e-4: no published standard, our choice. */
  public static ConceptRelearning defaults() {
    return new ConceptRelearning(10, 100, 10, 1e-4);
  }

  @Override
  public boolean needsWeights() {
    return true;
  }

  @Override
  public String id() {
    return "attack.concept-relearning";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public About about() {
    return new About(
        "relearning, a copy trained on a few pictures of the concept",
        "P(concept) of pictures drawn by a copy after steps of AdamW on the denoising loss of"
            + " pictures",
        "own; relearning of language models in Hu et al. 2024, arXiv 2406.13356",
        "own",
        "our choice",
        Map.of(
            "pictures", "that are trained on",
            "steps", "of the optimiser",
            "every", "steps between two points of the curve",
            "learningRate", "of the optimiser"));
  }

  /**
   * Trains a copy of the victim and draws the prompts as it goes.
   *
   * @throws UnsupportedModel if the victim has no weights that are trained together
   */
  @Override
  public PictureAttack.Run attack(Situation situation) {
    Victim victim = situation.victim();
    TextToImage whole =
        victim
            .whole()
            .orElseThrow(
                () ->
                    new UnsupportedModel(
                        "relearning trains a text encoder and a U-Net of one store; this model"
                            + " has two"));
    List<double[]> first = seen(situation, victim);
    List<Point> points = new ArrayList<>(List.of(new Point(0, mean(first))));
    List<double[]> last;
    try (TextToImage copy = whole.copy()) {
      Victim taught = Victim.of(copy, victim.tokenizer(), victim.drawing());
      train(situation, copy, step -> points.add(new Point(step, mean(seen(situation, taught)))));
      last = attacked(situation, taught);
    }
    String name = id() + " seed " + situation.seed();
    Curve curve = new Curve(name, "steps", "mean P(concept)", points);
    return new PictureAttack.Run(
        situation.seed(), steps, List.of(curve), attempts(situation, first, last));
  }

  private void train(Situation situation, TextToImage copy, Consumer<Integer> point) {
    List<CaptionedPicture> all = situation.cases().pictures();
    List<CaptionedPicture> few = all.subList(0, Math.min(pictures, all.size()));
    int n = few.size();
    Recipe recipe =
        new Recipe(steps, n, n, learningRate, 0, Recipe.Decay.CONSTANT, 0, 1, situation.seed());
    NoiseSchedule schedule = situation.victim().schedule();
    Denoising.How how = new Denoising.How(schedule, 0, 0, situation.seed());
    situation.watch().ask(new Watch.At(id(), 1, steps, Double.POSITIVE_INFINITY));
    try (Denoising slope = new Denoising(copy, few, how)) {
      new Loop(
              Course.shuffled(few, recipe),
              gone -> false,
              recipe,
              Optimiser.Kind.ADAMW,
              Optional.empty(),
              at -> stepped(at, situation.watch(), point),
              () -> false)
          .run(slope);
    }
  }

  private void stepped(Progress at, Watch watch, Consumer<Integer> point) {
    if (at.step() % every == 0) {
      point.accept(at.step());
    }
    if (at.step() < steps) {
      watch.ask(new Watch.At(id(), at.step() + 1, steps, at.loss()));
    }
  }

  /** P(concept) of every prompt's pictures. */
  private static List<double[]> seen(Situation situation, Victim model) {
    return situation.cases().prompts().stream().map(of(situation, model)::plain).toList();
  }

  /** The same after the last step. */
  private List<double[]> attacked(Situation situation, Victim taught) {
    Situation same = of(situation, taught);
    return situation.cases().prompts().stream()
        .map(prompt -> same.plain(prompt, same.under(prompt, words(prompt))))
        .toList();
  }

  private String words(String prompt) {
    return "\"" + prompt + "\" after " + steps + " steps of training";
  }

  private static Situation of(Situation situation, Victim model) {
    return new Situation(
        model,
        situation.known(),
        situation.cases(),
        situation.recognizer(),
        situation.seed(),
        situation.watch());
  }

  private static double mean(List<double[]> seen) {
    return seen.stream().flatMapToDouble(Arrays::stream).average().orElseThrow();
  }

  private List<PictureAttempt> attempts(
      Situation situation, List<double[]> first, List<double[]> last) {
    List<PictureAttempt> attempts = new ArrayList<>();
    for (int i = 0; i < first.size(); i++) {
      String prompt = situation.cases().prompts().get(i);
      attempts.addAll(situation.attempts(prompt, words(prompt), first.get(i), last.get(i)));
    }
    return attempts;
  }
}
