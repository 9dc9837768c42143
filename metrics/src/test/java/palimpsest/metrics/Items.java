package palimpsest.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import palimpsest.api.Evidence;
import palimpsest.api.Evidence.Item;
import palimpsest.api.Example;
import palimpsest.api.Place;
import palimpsest.api.Score;
import palimpsest.api.Score.Measured;
import palimpsest.api.Score.NotMeasured;
import palimpsest.api.Split;
import palimpsest.api.Trace;
import palimpsest.api.Trial;

/** Evidence written by hand. */
public final class Items {
  private Items() {}

  public static Example example(int line, String prompt, String completion) {
    return new Example(
        "data.jsonl#" + line,
        new Place("data.jsonl", line, 0, 1),
        prompt,
        completion,
        Example.Probe.NONE);
  }

  /** A trace of these log-probabilities whose hits are those above log 1/2. */
  public static Trace trace(double... logProb) {
    boolean[] hit = new boolean[logProb.length];
    for (int i = 0; i < hit.length; i++) {
      hit[i] = logProb[i] > Math.log(0.5);
    }
    return trace(logProb, hit);
  }

  public static Trace trace(double[] logProb, boolean[] hit) {
    double[] mean = new double[logProb.length];
    Arrays.fill(mean, -2);
    double[] variance = new double[logProb.length];
    Arrays.fill(variance, 1);
    return new Trace("x", new int[logProb.length], logProb, hit, mean, variance);
  }

  /**
   * An item of a one-token answer with that log-probability; paraphrase and wrong ones likewise.
   */
  public static Item item(int line, double right, double paraphrased, double... wrong) {
    return new Item(
        example(line, "q", "a word of truth"),
        trace(right),
        List.of(trace(paraphrased)),
        DoubleStream.of(wrong).mapToObj(Items::trace).toList(),
        "a word of truth");
  }

  /** An item of this answer and nothing else. */
  public static Item item(int line, Trace answer) {
    return new Item(example(line, "q", "a word of truth"), answer, List.of(), List.of(), "");
  }

  public static List<Item> items(Trace... answers) {
    return IntStream.range(0, answers.length).mapToObj(i -> item(i + 1, answers[i])).toList();
  }

  public static Evidence on(Split split, List<Item> items) {
    return new Evidence("digest", Map.of(split, items));
  }

  public static double value(Score score) {
    return measured(score).value();
  }

  public static Measured measured(Score score) {
    return score.fold(
        m -> m,
        n -> {
          throw new AssertionError("not measured: " + n.reason());
        });
  }

  public static String reason(Score score) {
    return score.fold(
        m -> {
          throw new AssertionError("measured: " + m.value());
        },
        NotMeasured::reason);
  }

  public static Trial alone(Evidence subject) {
    return new Trial(subject, Optional.empty());
  }

  public static Trial against(Evidence subject, Evidence reference) {
    return new Trial(subject, Optional.of(reference));
  }
}
