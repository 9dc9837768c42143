package palimpsest.metrics.attack;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import palimpsest.api.Attack.Relearner;
import palimpsest.api.Attack.Situation;
import palimpsest.api.Attack.Watched;
import palimpsest.api.Decoding;
import palimpsest.api.Example;
import palimpsest.api.Explanation;
import palimpsest.api.LanguageModel;
import palimpsest.api.Trace;

/** A language model that is a table: what it answers to a prompt, and one probability for all. */
record Toy(String digest, Map<String, List<String>> table, double probability)
    implements LanguageModel {

  static Toy mute() {
    return new Toy("d", Map.of(), 0.1);
  }

  Toy saying(String prompt, String... answers) {
    Map<String, List<String>> more = new HashMap<>(table);
    more.put(prompt, List.of(answers));
    return new Toy(digest, more, probability);
  }

  Toy withProbability(double p) {
    return new Toy(digest, table, p);
  }

  @Override
  public List<Trace> trace(List<Example> examples) {
    return examples.stream()
        .map(
            e ->
                new Trace(
                    e.id(),
                    new int[1],
                    new double[] {Math.log(probability)},
                    new boolean[1],
                    new double[1],
                    new double[1]))
        .toList();
  }

  @Override
  public List<List<String>> answer(List<String> prompts, Decoding decoding) {
    return prompts.stream().map(prompt -> drawn(prompt, decoding.samples())).toList();
  }

  private List<String> drawn(String prompt, int samples) {
    List<String> known = table.getOrDefault(prompt, List.of());
    return samples == 1
        ? List.of(known.isEmpty() ? "I cannot say." : known.get(0))
        : known.isEmpty() ? Collections.nCopies(samples, "I cannot say.") : known;
  }

  /** Each step on n examples moves the probability a fixed share of the way to 1. */
  record Tutor(double share) implements Relearner {
    @Override
    public List<Watched> relearn(
        LanguageModel start,
        List<Example> examples,
        int steps,
        int every,
        Function<LanguageModel, Explanation> watch) {
      List<Watched> points = new ArrayList<>();
      Toy toy = (Toy) start;
      double p = toy.probability;
      for (int step = 0; step <= steps; step++) {
        if (step % every == 0) {
          points.add(new Watched(step, watch.apply(toy.withProbability(p))));
        }
        p += share * toy.probability * (1 - p);
      }
      return points;
    }
  }

  /** A situation with these models; raw is deployed unless given. */
  static Situation situation(
      List<Example> forget,
      LanguageModel deployed,
      LanguageModel raw,
      Optional<LanguageModel> ref) {
    return new Situation(
        forget, deployed, raw, mute().withProbability(0.9), ref, new Tutor(0.5), 11);
  }
}
