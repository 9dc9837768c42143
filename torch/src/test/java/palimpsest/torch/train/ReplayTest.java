package palimpsest.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.Interrupted;
import palimpsest.api.Recipe;
import palimpsest.torch.checkpoint.LlamaConfig;
import palimpsest.torch.llm.InitialWeights;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;

/** A replay equals the run from the start without the examples, bit for bit. */
class ReplayTest {
  private static final LlamaConfig TINY = LlamaConfig.plain(24, 8, 12, 1, 2, 1, 24, true);
  private static final int CASES = 200;
  private static final RunHeader HEADER =
      new RunHeader(Map.of("start", "a"), Map.of("blas", "b"), List.of());

  @TempDir Path folder;

  /** What a case is made of. */
  private record Drawn(
      List<TokenizedExample> data,
      Recipe recipe,
      Slicing slicing,
      RunFolder.Saving saving,
      Stepping stepping,
      List<NavigableSet<Integer>> requests) {

    static Drawn of(Random random) {
      int n = 3 + random.nextInt(14);
      int batch = 1 + random.nextInt(5);
      Recipe recipe =
          new Recipe(
              1 + random.nextInt(3),
              batch,
              1 + random.nextInt(batch),
              5e-3,
              random.nextInt(3),
              List.of(Recipe.Decay.CONSTANT, Recipe.Decay.LINEAR, Recipe.Decay.COSINE)
                  .get(random.nextInt(3)),
              random.nextInt(2) * 0.1,
              random.nextInt(2),
              random.nextInt(1000));
      NavigableSet<Integer> kept = new TreeSet<>();
      int slices = random.nextBoolean() ? 1 : 2 + random.nextInt(2);
      Slicing slicing =
          slices == 1
              ? Slicing.NONE
              : new Slicing(
                  slices,
                  random.nextInt(3),
                  random.nextInt(2) * 0.5,
                  n > 5 && random.nextBoolean() ? Optional.of(0.5) : Optional.empty(),
                  random.nextBoolean() ? Optional.of(0.5) : Optional.empty());
      int steps = slicing.steps(recipe, n);
      for (int i = random.nextInt(4); i > 0; i--) {
        kept.add(1 + random.nextInt(steps));
      }
      kept.add(steps);
      List<NavigableSet<Integer>> requests = new ArrayList<>();
      for (int i = 1 + random.nextInt(5); i > 0; i--) {
        NavigableSet<Integer> request = new TreeSet<>();
        for (int k = 1 + random.nextInt(3); k > 0; k--) {
          request.add(random.nextInt(n));
        }
        requests.add(request);
      }
      Optimiser.Kind optimiser = random.nextBoolean() ? Optimiser.Kind.ADAMW : Optimiser.Kind.SIGN;
      return new Drawn(
          examples(n, random),
          recipe,
          slicing,
          new RunFolder.Saving(random.nextInt(4), kept),
          new Stepping(optimiser, new Direction.Sum()),
          requests);
    }

    Schedule schedule() {
      return slicing.schedule(recipe, data.size());
    }

    private static List<TokenizedExample> examples(int n, Random random) {
      return IntStream.range(0, n)
          .mapToObj(
              i ->
                  new TokenizedExample(
                      random.ints(3 + random.nextInt(8), 0, 24).toArray(), 1 + random.nextInt(2)))
          .toList();
    }
  }

  @Test
  void replays_ofRandomRunsKilledAnywhere_equalTheRunsWithoutTheExamples() throws IOException {
    int shorter = 0;
    for (int c = 0; c < CASES; c++) {
      Random random = new Random(c);
      Drawn drawn = Drawn.of(random);
      Path run = folder.resolve(c + "-0");
      toTheEnd(drawn, drawn.data, course(drawn), new TreeSet<>(), run, random);
      NavigableSet<Integer> gone = new TreeSet<>();
      for (int k = 0; k < drawn.requests.size(); k++) {
        gone.addAll(drawn.requests.get(k));
        Path next = folder.resolve(c + "-" + (k + 1));
        Replay replay =
            Replay.of(run, HEADER, true, drawn.data.size(), gone)
                .by(drawn.recipe, drawn.schedule());
        shorter += replay.kept() > 0 ? 1 : 0;
        replayed(drawn, replay, next, random);
        Path scratch = folder.resolve(c + "-scratch-" + k);
        toTheEnd(drawn, drawn.data, course(drawn), gone, scratch, new Random(0));
        requireSame(next, scratch, drawn, "case " + c + ", request " + k);
        run = next;
      }
    }
    assertThat(shorter).as("replays that began behind the start").isGreaterThan(CASES / 4);
  }

  /** The expected cost of a placement is the mean of what replays without one example take. */
  @Test
  void again_overAllExamples_isTheExpectedCost() {
    for (int c = 0; c < 20; c++) {
      Random random = new Random(c);
      Drawn drawn = Drawn.of(random);
      int n = drawn.data.size();
      Path run = folder.resolve("cost-" + c);
      Course course = course(drawn);
      Placement placement = new Placement(course.steps(), Placement.firstTouches(course, n));
      NavigableSet<Integer> kept = placement.best(1 + random.nextInt(3));
      try (Llama model = new Llama(TINY, InitialWeights.draw(TINY, 3));
          RunFolder into =
              new RunFolder(run, HEADER.json(), new RunFolder.Saving(0, kept), none())) {
        new Descent(
                drawn.data,
                course,
                none(),
                Loss.NLL,
                drawn.recipe,
                Optional.of(into),
                p -> {},
                () -> false)
            .run(model);
      }
      double mean =
          IntStream.range(0, n)
              .map(i -> Replay.of(run, HEADER, true, n, new TreeSet<>(List.of(i))).again())
              .average()
              .orElseThrow();
      assertThat(mean).as("case " + c).isCloseTo(placement.cost(kept), within(1e-9));
    }
  }

  private static NavigableSet<Integer> none() {
    return new TreeSet<>();
  }

  private static void requireSame(Path replayed, Path scratch, Drawn drawn, String where)
      throws IOException {
    String state = String.format("step-%08d.packed", steps(drawn));
    for (String file : List.of("ledger.jsonl", state)) {
      assertThat(Files.mismatch(replayed.resolve(file), scratch.resolve(file)))
          .as(where + ": " + file)
          .isEqualTo(-1);
    }
  }

  private static Course course(Drawn drawn) {
    return drawn.slicing.course(drawn.data, drawn.recipe);
  }

  private static int steps(Drawn drawn) {
    return drawn.slicing.steps(drawn.recipe, drawn.data.size());
  }

  private static void replayed(Drawn drawn, Replay replay, Path out, Random random) {
    List<TokenizedExample> left = vacate(drawn.data, replay.gone());
    boolean done = false;
    while (!done) {
      RunFolder into = replay.into(out);
      done = part(drawn, left, replay.course(), replay.gone(), into, random);
    }
  }

  /** Anything in the places that stay empty. */
  private static List<TokenizedExample> vacate(
      List<TokenizedExample> data, NavigableSet<Integer> gone) {
    List<TokenizedExample> left = new ArrayList<>(data);
    gone.forEach(i -> left.set(i, new TokenizedExample(new int[] {7, 7, 7}, 1)));
    return left;
  }

  private static void toTheEnd(
      Drawn drawn,
      List<TokenizedExample> data,
      Course course,
      NavigableSet<Integer> gone,
      Path out,
      Random random) {
    boolean done = false;
    while (!done) {
      RunFolder into = new RunFolder(out, HEADER.json(), drawn.saving, gone);
      done = part(drawn, data, course, gone, into, random);
    }
  }

  /** Goes on until the end, or until it is stopped or dies at some step. */
  private static boolean part(
      Drawn drawn,
      List<TokenizedExample> data,
      Course course,
      NavigableSet<Integer> gone,
      RunFolder into,
      Random random) {
    int dies = random.nextInt(3 * course.steps());
    boolean stops = random.nextBoolean();
    int[] steps = {0};
    try (Llama model = new Llama(TINY, InitialWeights.draw(TINY, 3))) {
      new Descent(
              data,
              List.of(),
              course,
              gone::contains,
              Objective.of(Loss.NLL),
              drawn.recipe,
              drawn.stepping,
              Optional.of(into),
              p -> {
                if (!stops && ++steps[0] == dies) {
                  throw new IllegalStateException("dies");
                }
              },
              () -> stops && ++steps[0] == dies)
          .run(model);
      return true;
    } catch (Interrupted e) {
      return false;
    } catch (IllegalStateException e) {
      assertThat(e).hasMessage("dies");
      return false;
    }
  }
}
