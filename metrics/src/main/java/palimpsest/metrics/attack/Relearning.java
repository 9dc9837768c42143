package palimpsest.metrics.attack;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import palimpsest.api.Attack;
import palimpsest.api.Check;
import palimpsest.api.Example;
import palimpsest.api.Explanation;
import palimpsest.api.LanguageModel;
import palimpsest.api.Score.Measured;
import palimpsest.metrics.Explain;

/**
 * Trains copies of the model, of the retrained reference and of the original on a few of the forget
 * examples, and watches the mean probability of the others. What was only covered up comes back
 * sooner in the subject than in a model that never knew it.
 *
 * <pre>advantage = mean over the curve (trapezoids) of p_subject(step) - p_reference(step)</pre>
 *
 * <p>Broken: the advantage exceeds the threshold. Undecided without a reference, because some of
 * the rise is ordinary learning. What the subject knows before the first step counts too: knowledge
 * that was never lost needs no relearning.
 *
 * @param taught forget examples that are trained on, drawn by the situation's seed; 4, and at most
 *     half of them, so that most of the set is watched
 * @param steps optimiser steps; 20, which anyone who holds the weights can afford
 * @param every steps between two points
 * @param threshold advantage in mean probability from which it is broken; .05 by choice; raise it
 *     where references of several seeds differ by more
 * @see <a href="https://arxiv.org/abs/2406.13356">Hu et al. 2024, targeted relearning</a>
 */
public record Relearning(int taught, int steps, int every, double threshold) implements Attack {
  public Relearning {
    Check.atLeast(taught, 1, "taught");
    Check.atLeast(steps, 1, "steps");
    Check.atLeast(every, 1, "every");
    Check.fraction(threshold, "threshold");
    Check.atLeast(steps, every, "steps");
  }

  public static Relearning defaults() {
    return new Relearning(4, 20, 2, 0.05);
  }

  @Override
  public String id() {
    return "attack.relearning";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public String meaning() {
    return "-1 to 1: mean lead in probability of forget examples not trained on, while others are,"
        + " over the retrained reference; at most 0 is sought";
  }

  @Override
  public Outcome attack(Situation situation) {
    List<Example> examples = new ArrayList<>(situation.forget());
    if (examples.size() < 2) {
      return Verdict.undecided(
          id(), "fewer than 2 forget examples: none is left to watch while another is taught");
    }
    Collections.shuffle(examples, new Random(situation.seed()));
    int few = Math.min(taught, examples.size() / 2);
    List<Example> lesson = examples.subList(0, few);
    Watch watch = new Watch(examples.subList(few, examples.size()));
    Run subject = run("subject", situation.raw(), situation, lesson, watch);
    Run original = run("original", situation.original(), situation, lesson, watch);
    Optional<Run> reference =
        situation.reference().map(model -> run("reference", model, situation, lesson, watch));
    return outcome(subject, original, reference, few);
  }

  /** The mean probability of the watched examples' answers, and how it came about. */
  private record Watch(List<Example> examples) {
    Explanation of(LanguageModel model) {
      List<Explanation> each =
          model.trace(examples).stream()
              .map(t -> Explanation.leaf("forget: " + t.exampleId(), Math.exp(t.meanLogProb())))
              .toList();
      return Explain.mean("probability of the true answer over forget examples not taught", each);
    }
  }

  /** One model's curve, and the last point's examples. */
  private record Run(Curve curve, Explanation end) {
    double at(int point) {
      return curve.points().get(point).y();
    }

    double last() {
      return at(curve.points().size() - 1);
    }
  }

  private Run run(
      String name, LanguageModel start, Situation situation, List<Example> lesson, Watch watch) {
    List<Watched> seen = situation.relearner().relearn(start, lesson, steps, every, watch::of);
    List<Point> points = seen.stream().map(Watched::point).toList();
    Curve curve =
        new Curve(name, "steps on " + lesson.size() + " examples", "mean probability", points);
    return new Run(curve, seen.get(seen.size() - 1).seen());
  }

  private Outcome outcome(Run subject, Run original, Optional<Run> reference, int few) {
    List<Curve> curves = new ArrayList<>(List.of(subject.curve(), original.curve()));
    List<Named> scores = new ArrayList<>();
    scores.add(end(subject));
    scores.add(end(original));
    if (reference.isEmpty()) {
      scores.add(Verdict.missing("advantage over the reference", "no retrained reference"));
      return new Outcome(
          id(),
          Optional.empty(),
          rise(subject, few) + "; no retrained reference to tell relearning from learning",
          scores,
          curves,
          List.of());
    }
    Explanation advantage = advantage(subject, reference.get());
    curves.add(1, reference.get().curve());
    scores.add(1, end(reference.get()));
    scores.add(new Named("advantage over the reference", new Measured(advantage)));
    String why =
        String.format(
            Locale.ROOT,
            "%s, the retrained reference's from %.4f to %.4f: a mean lead of %.4f, broken above"
                + " %.2f",
            rise(subject, few),
            reference.get().at(0),
            reference.get().last(),
            advantage.value(),
            threshold);
    return new Outcome(
        id(), Optional.of(advantage.value() > threshold), why, scores, curves, List.of());
  }

  private String rise(Run subject, int few) {
    return String.format(
        Locale.ROOT,
        "taught %d examples in %d steps, the mean probability of the others goes from %.4f to %.4f",
        few,
        steps,
        subject.at(0),
        subject.last());
  }

  private static Named end(Run run) {
    return new Named("probability at the end, " + run.curve().name(), new Measured(run.end()));
  }

  /** Area between the curves over their length: the mean of the trapezoids, equally wide. */
  private static Explanation advantage(Run subject, Run reference) {
    List<Explanation> trapezoids =
        IntStream.range(1, subject.curve().points().size())
            .mapToObj(
                i ->
                    Explain.mean(
                        "leads on either side",
                        List.of(lead(subject, reference, i - 1), lead(subject, reference, i))))
            .toList();
    return Explain.mean("leads between points of the curves", trapezoids);
  }

  private static Explanation lead(Run subject, Run reference, int point) {
    double step = subject.curve().points().get(point).x();
    return Explanation.leaf(
        String.format(Locale.ROOT, "lead at step %.0f", step),
        subject.at(point) - reference.at(point));
  }
}
