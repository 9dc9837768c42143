package palimpsest.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import palimpsest.api.Recipe;
import palimpsest.torch.Native;
import palimpsest.torch.checkpoint.LlamaConfig;
import palimpsest.torch.llm.InitialWeights;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Descent;
import palimpsest.torch.train.Loss;

/** Training throughput as a share of the machine's own matrix-multiplication rate, in one run. */
public final class SpeedBench {
  private SpeedBench() {}

  /**
   * What was measured.
   *
   * @param model name of the shape
   * @param parameters P
   * @param tokensPerStep label tokens of a step; every token is a label
   * @param tokensPerSecond median over the steps after the first two
   * @param gemmBefore GFLOP/s of the machine before the steps
   * @param gemmAfter GFLOP/s of the machine after them
   * @param share 6 P tokensPerSecond over the mean of both rates
   */
  public record Result(
      String model,
      long parameters,
      int tokensPerStep,
      double tokensPerSecond,
      double gemmBefore,
      double gemmAfter,
      double share) {}

  /** The quickstart's model. */
  public static Result quickstart(int steps) {
    return measure("quickstart", Quickstart.SHAPE, new Step(32, 32, 64), steps);
  }

  /** A Llama of 135 million parameters, the shape of SmolLM2-135M. */
  public static Result llama135m(int steps) {
    Training.Shape shape = new Training.Shape(49152, 576, 1536, 30, 9, 3, 2048);
    return measure("llama-135m", shape, new Step(16, 8, 256), steps);
  }

  /** Examples of a step, of a micro-batch, and tokens of each. */
  private record Step(int rows, int microRows, int width) {}

  private static Result measure(String name, Training.Shape s, Step step, int steps) {
    int rows = step.rows();
    int width = step.width();
    LlamaConfig config = s.config();
    SplittableRandom random = new SplittableRandom(1);
    List<TokenizedExample> data = new ArrayList<>();
    for (int i = 0; i < rows * steps; i++) {
      data.add(new TokenizedExample(random.ints(width, 0, s.vocabulary()).toArray(), 1));
    }
    double before = Native.gemmGflops();
    List<Long> nanos = new ArrayList<>();
    long parameters;
    try (Llama model = new Llama(config, InitialWeights.draw(config, 1))) {
      parameters = model.weights().count();
      Recipe recipe =
          new Recipe(1, rows, step.microRows(), 1e-4, 0, Recipe.Decay.CONSTANT, 0.01, 1, 1);
      new Descent(data, Loss.NLL, recipe, Optional.empty(), p -> nanos.add(p.nanos()), () -> false)
          .run(model);
    }
    double after = Native.gemmGflops();
    double perSecond = rows * (width - 1) * 1e9 / medianStep(nanos);
    double share = 6.0 * parameters * perSecond / 1e9 / ((before + after) / 2);
    return new Result(name, parameters, rows * (width - 1), perSecond, before, after, share);
  }

  private static double medianStep(List<Long> ends) {
    List<Long> steps = new ArrayList<>();
    for (int i = 2; i < ends.size(); i++) {
      steps.add(ends.get(i) - ends.get(i - 1));
    }
    steps.sort(null);
    return steps.get(steps.size() / 2);
  }
}
