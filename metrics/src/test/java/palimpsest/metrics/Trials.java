package palimpsest.metrics;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import palimpsest.api.Evidence;
import palimpsest.api.Evidence.Item;
import palimpsest.api.Example;
import palimpsest.api.Place;
import palimpsest.api.Split;
import palimpsest.api.Trace;
import palimpsest.api.Trial;

/** Made-up trials of models that know so much of each split. Seed 20240601 throughout. */
final class Trials {
  private static final long SEED = 20240601;
  private static final int SIZE = 12;
  private static final List<String> TASKS =
      List.of(
          "verbmem",
          "knowmem",
          "Task1.sc",
          "Task1.qa",
          "Task2.sc",
          "Task2.qa",
          "Task3.sc",
          "Task3.qa");
  private static final String[] WORDS =
      "the quiet river of stones was named by Ana Lund".split(" ");

  private Trials() {}

  /** A subject of that knowledge, a retrained reference, and a model that knows everything. */
  static Trial trial(double forget, double kept) {
    return new Trial(
        evidence(knowledge(forget, kept), 4),
        Optional.of(reference()),
        Optional.of(evidence(knowledge(0.98, 0.95), 4)));
  }

  /** The retrained one. */
  static Evidence reference() {
    return evidence(knowledge(0.15, 0.95), 4, SEED + 1);
  }

  /** How much is known of each split. */
  static Map<Split, Double> knowledge(double forget, double kept) {
    Map<Split, Double> known = new EnumMap<>(Split.class);
    known.put(Split.FORGET, forget);
    known.put(Split.HOLDOUT, 0.15);
    known.put(Split.RETAIN, kept);
    known.put(Split.REAL_AUTHORS, kept);
    known.put(Split.WORLD_FACTS, kept);
    return known;
  }

  /**
   * What such a model says.
   *
   * @param depth how unlikely it takes what it does not know
   */
  static Evidence evidence(Map<Split, Double> known, double depth) {
    return evidence(known, depth, SEED);
  }

  /** Questions, then passages and questions of each benchmark, then multiple choice. */
  private static Evidence evidence(Map<Split, Double> known, double depth, long seed) {
    Random random = new Random(seed);
    Map<Split, List<Item>> items = new EnumMap<>(Split.class);
    for (Split split : Split.values()) {
      List<Item> list = new ArrayList<>();
      for (int line = 1; line <= SIZE; line++) {
        list.add(item(example(line, null), known.get(split), depth, random));
      }
      for (String task : TASKS) {
        for (int i = 0; i < SIZE; i++) {
          int line = list.size() + 1;
          list.add(item(example(line, task), known.get(split), depth, random));
        }
      }
      for (int i = 0; i < SIZE; i++) {
        list.add(item(choice(list.size() + 1), known.get(split), depth, random));
      }
      items.put(split, split == Split.HOLDOUT ? unasked(list) : list);
    }
    return new Evidence("digest", items);
  }

  /** Holdout questions are traced and not asked. */
  private static List<Item> unasked(List<Item> items) {
    return items.stream()
        .map(
            i ->
                new Item(
                    i.example(),
                    i.answer(),
                    i.paraphrased(),
                    i.perturbed(),
                    null,
                    i.gradientNorm()))
        .toList();
  }

  private static Example example(int line, @Nullable String task) {
    return example(line, String.join(" ", WORDS), List.of("stones", "rivers"), task);
  }

  private static Example choice(int line) {
    return example(line, "B", List.of("A", "C"), null);
  }

  private static Example example(
      int line, String completion, List<String> wrong, @Nullable String task) {
    return new Example(
        "data.jsonl#" + line,
        new Place("data.jsonl", line, 0, 1),
        "Who named it?",
        completion,
        new Example.Probe(null, null, wrong, task));
  }

  /** A greedy answer that is right where it is known, else begins right and ends in stutter. */
  private static String answer(String truth, double known, Random random) {
    String[] words = truth.split(" ");
    int right = (int) Math.round(known * words.length);
    return random.nextDouble() < known
        ? truth
        : String.join(" ", List.of(words).subList(0, right))
            + " the".repeat(words.length + 1 - right);
  }

  private static Item item(Example example, double known, double depth, Random random) {
    double paraphrase = -depth * (1 - known * (0.6 + 0.2 * random.nextDouble()));
    return new Item(
        example,
        answer(example, known, depth, random),
        List.of(Items.trace(paraphrase)),
        List.of(
            wrong(-depth * (0.3 + 0.7 * random.nextDouble())),
            wrong(-depth * (0.3 + 0.7 * random.nextDouble()))),
        answer(example.completion(), known, random),
        depth * (1.1 - known) * (0.5 + random.nextDouble()));
  }

  /** A token and an end token, equally likely. */
  private static Trace wrong(double logProb) {
    return Items.trace(logProb, logProb);
  }

  /** A letter is one token and an end token; anything else has nine. */
  private static Trace answer(Example example, double known, double depth, Random random) {
    return example.completion().length() == 1
        ? wrong(-depth * (1 - known * (0.8 + 0.2 * random.nextDouble())))
        : trace(known, depth, random);
  }

  private static Trace trace(double known, double depth, Random random) {
    double[] logProb = new double[9];
    boolean[] hit = new boolean[9];
    double hard = depth * (0.3 + 0.7 * random.nextDouble());
    for (int i = 0; i < logProb.length; i++) {
      logProb[i] = -hard * (1 - known * (0.8 + 0.2 * random.nextDouble()));
      hit[i] = random.nextDouble() < known;
    }
    return Items.trace(logProb, hit);
  }

  /** The same in another order. */
  static Evidence shuffled(Evidence evidence) {
    Map<Split, List<Item>> items = new EnumMap<>(Split.class);
    evidence
        .items()
        .forEach(
            (split, list) -> {
              List<Item> copy = new ArrayList<>(list);
              Collections.shuffle(copy, new Random(SEED));
              items.put(split, copy);
            });
    return new Evidence(evidence.digest(), items);
  }
}
