package palimpsest.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.Pointer;
import palimpsest.api.Recipe;
import palimpsest.torch.checkpoint.LlamaConfig;
import palimpsest.torch.llm.InitialWeights;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Descent;
import palimpsest.torch.train.Loss;

/** Memory of the process while the quickstart's model is trained: flat, or something leaks. */
public final class MemoryBench {
  private static final int ROWS = 16;
  private static final int MICRO_ROWS = 4;
  private static final int LONGEST = 96;

  private MemoryBench() {}

  /**
   * Memory after a step.
   *
   * @param step optimiser steps taken
   * @param pointers native objects that Java holds, {@code Pointer.totalCount()}
   * @param bytes their bytes as far as they are known, {@code Pointer.totalBytes()}
   * @param resident resident bytes of the process; absent where the system does not say
   */
  public record Point(int step, long pointers, long bytes, OptionalLong resident) {}

  /** Trains on rows of many lengths, as real ones are, and looks every so many steps. */
  public static List<Point> measure(int steps, int every) {
    LlamaConfig config = Quickstart.SHAPE.config();
    SplittableRandom random = new SplittableRandom(1);
    List<TokenizedExample> data = new ArrayList<>();
    for (int i = 0; i < ROWS * steps; i++) {
      int length = random.nextInt(2, LONGEST + 1);
      data.add(new TokenizedExample(random.ints(length, 0, config.vocabSize()).toArray(), 1));
    }
    Recipe recipe = new Recipe(1, ROWS, MICRO_ROWS, 1e-4, 0, Recipe.Decay.CONSTANT, 0.01, 1, 1);
    List<Point> points = new ArrayList<>();
    try (Llama model = new Llama(config, InitialWeights.draw(config, 1))) {
      new Descent(
              data,
              Loss.NLL,
              recipe,
              Optional.empty(),
              p -> {
                if (p.step() % every == 0) {
                  points.add(now(p.step()));
                }
              },
              () -> false)
          .run(model);
    }
    return points;
  }

  private static Point now(int step) {
    return new Point(step, Pointer.totalCount(), Pointer.totalBytes(), resident());
  }

  /** VmRSS of Linux' /proc/self/status. */
  private static OptionalLong resident() {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return OptionalLong.empty();
    }
    try {
      return Files.readAllLines(status, StandardCharsets.UTF_8).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }
}
