package palimpsest.api;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** An attempt to read the old text in the changed model. A record of its parameters. */
public interface Attack {

  /** {@code attack.name}, unique. */
  String id();

  /** Raised whenever the arithmetic changes. */
  int version();

  /** What it tries and what its numbers mean, one line for people. */
  String meaning();

  /** Tries; a failed attack is reported as fully as one that succeeds. */
  Outcome attack(Situation situation);

  /**
   * What an attacker is given.
   *
   * @param forget examples that were to be forgotten, with their probes
   * @param deployed the model as users meet it, guard included
   * @param raw the same weights without any guard
   * @param original the model before the remedy
   * @param reference the model retrained without the data, where there is one
   * @param relearner trains copies of these models further
   * @param seed of whatever is drawn
   */
  record Situation(
      List<Example> forget,
      LanguageModel deployed,
      LanguageModel raw,
      LanguageModel original,
      Optional<LanguageModel> reference,
      Relearner relearner,
      long seed) {
    public Situation {
      forget = List.copyOf(forget);
    }
  }

  /** Trains a copy of a model further on a few examples and watches it. */
  interface Relearner {
    /**
     * Trains a copy and measures it as it goes.
     *
     * @param start whose copy is trained; itself unchanged
     * @param examples what it is trained on
     * @param steps optimiser steps, each over all the examples
     * @param every a point is taken before the first step and after each {@code every} steps
     * @param watch what is measured at each point
     */
    List<Watched> relearn(
        LanguageModel start,
        List<Example> examples,
        int steps,
        int every,
        Function<LanguageModel, Explanation> watch);
  }

  /**
   * What was seen of a model while it was trained further.
   *
   * @param step optimiser steps taken before
   * @param seen the measurement, explained
   */
  record Watched(int step, Explanation seen) {
    public Point point() {
      return new Point(step, seen.value());
    }
  }

  /** A point of a curve. */
  record Point(double x, double y) {}

  /** A named line of points. */
  record Curve(String name, String xLabel, String yLabel, List<Point> points) {
    public Curve {
      points = List.copyOf(points);
    }
  }

  /** A number or the reason why there is none, under a name. */
  record Named(String name, Score score) {}

  /** A prompt and what came back, for a reader to see. */
  record Transcript(String exampleId, String model, String prompt, String answer, String truth) {}

  /**
   * What an attack found.
   *
   * @param attack id of the attack
   * @param broken true where information that was to go came back, absent where it could not be
   *     decided; with {@code why} always given
   * @param why the numbers behind {@code broken}, one sentence
   * @param scores all its numbers
   * @param curves its curves, possibly none
   * @param transcripts samples, possibly none
   */
  record Outcome(
      String attack,
      Optional<Boolean> broken,
      String why,
      List<Named> scores,
      List<Curve> curves,
      List<Transcript> transcripts) {
    public Outcome {
      scores = List.copyOf(scores);
      curves = List.copyOf(curves);
      transcripts = List.copyOf(transcripts);
    }
  }
}
