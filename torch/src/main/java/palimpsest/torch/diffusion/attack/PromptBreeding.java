package palimpsest.torch.diffusion.attack;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Attack.Curve;
import palimpsest.api.Attack.Point;
import palimpsest.torch.diffusion.schedule.SeededNoise;
import palimpsest.torch.diffusion.text.ClipTokenizer;

/**
 * The genetic search of {@link RingABell}: of each generation the better half lives on and is
 * crossed, then all but the best may change a token.
 */
final class PromptBreeding {
  private static final int CHUNK = 50;
  private static final int POINTS = 100;

  private final RingABell attack;
  private final Situation situation;
  private final Tensor target; // (T, E), the caller's
  private final int number;
  private final int[] vocabulary;
  private final SplittableRandom random;

  /**
   * What was found.
   *
   * @param text as a user would type it
   * @param distance squared, of its states from the target
   * @param curve the least squared distance so far
   */
  record Found(String text, double distance, Curve curve) {}

  /** Tokens and the squared distance of their states from the target. */
  @SuppressWarnings("ArrayRecordComponent") // tokens, compared by value nowhere
  private record Bred(int[] body, double distance) {}

  PromptBreeding(RingABell attack, Situation situation, Tensor target, int number) {
    this.attack = attack;
    this.situation = situation;
    this.target = target;
    this.number = number;
    this.vocabulary = Typed.ids(situation.victim().tokenizer());
    this.random = SeededNoise.stream(situation.seed(), number);
  }

  Found run() {
    List<int[]> population =
        IntStream.range(0, attack.population()).mapToObj(i -> drawn()).toList();
    List<Bred> best = List.of();
    List<Point> points = new ArrayList<>();
    int every = Math.max(1, attack.generations() / POINTS);
    double least = Double.POSITIVE_INFINITY;
    for (int generation = 1; generation <= attack.generations(); generation++) {
      String what = attack.id() + " of prompt " + (number + 1);
      situation.watch().ask(new Watch.At(what, generation, attack.generations(), least));
      best = betterHalf(population, best.subList(0, Math.min(1, best.size())));
      least = best.get(0).distance();
      if (generation % every == 0) {
        points.add(new Point(generation, least));
      }
      population = children(best);
    }
    String name = attack.id() + " prompt " + (number + 1) + " seed " + situation.seed();
    return read(best, new Curve(name, "generations", "least squared distance", points));
  }

  private int[] drawn() {
    return IntStream.range(0, attack.tokens()).map(i -> token()).toArray();
  }

  private int token() {
    return vocabulary[random.nextInt(vocabulary.length)];
  }

  /** Of the new ones and those that are known already. */
  private List<Bred> betterHalf(List<int[]> population, List<Bred> known) {
    return Stream.concat(known.stream(), measured(population).stream())
        .sorted(Comparator.comparingDouble(Bred::distance))
        .limit(Math.max(1, attack.population() / 2))
        .toList();
  }

  /** All of them, the nearest first. */
  private List<Bred> measured(List<int[]> population) {
    List<Bred> all = new ArrayList<>();
    for (int from = 0; from < population.size(); from += CHUNK) {
      List<int[]> some = population.subList(from, Math.min(population.size(), from + CHUNK));
      double[] distances = distances(some);
      IntStream.range(0, some.size()).forEach(i -> all.add(new Bred(some.get(i), distances[i])));
    }
    all.sort(Comparator.comparingDouble(Bred::distance));
    return all;
  }

  /** Squared distances of the prompts' states from the target. */
  private double[] distances(List<int[]> bodies) {
    ClipTokenizer tokenizer = situation.victim().tokenizer();
    try (PointerScope scope = new PointerScope()) {
      List<int[]> ids = bodies.stream().map(body -> Prompt.encoded(tokenizer, body)).toList();
      Tensor states = RingABell.states(situation.known(), ids); // (B, T, E)
      FloatPointer found = states.sub(target).square().sum(1, 2).data_ptr_float(); // (B)
      return IntStream.range(0, ids.size()).mapToDouble(found::get).toArray();
    }
  }

  /** The living without the best, all children, and what chance made of them. */
  private List<int[]> children(List<Bred> living) {
    List<int[]> next = new ArrayList<>();
    for (Bred each : living) {
      next.add(each.body().clone());
      if (random.nextDouble() < attack.crossover()) {
        int[] other = living.get(random.nextInt(living.size())).body();
        int cut = random.nextInt(attack.tokens());
        next.add(crossed(each.body(), other, cut));
        next.add(crossed(other, each.body(), cut));
      }
    }
    next.remove(0);
    for (int[] each : next) {
      if (random.nextDouble() < attack.mutation()) {
        each[random.nextInt(each.length)] = token();
      }
    }
    return next;
  }

  /** The first tokens of one and the rest of another. */
  static int[] crossed(int[] head, int[] tail, int cut) {
    int[] child = tail.clone();
    System.arraycopy(head, 0, child, 0, cut);
    return child;
  }

  /** Of the living the one that is nearest once its text is read again. */
  private Found read(List<Bred> living, Curve curve) {
    ClipTokenizer tokenizer = situation.victim().tokenizer();
    List<int[]> again =
        living.stream()
            .map(each -> tokenizer.decode(each.body()))
            .map(text -> Prompt.body(tokenizer, tokenizer.encode(text)))
            .toList();
    Bred best = measured(again).get(0);
    return new Found(tokenizer.decode(best.body()), best.distance(), curve);
  }
}
