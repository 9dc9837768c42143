package palimpsest.engine.meta;

import java.util.ArrayList;
import java.util.List;
import palimpsest.api.Check;
import palimpsest.api.Guarantee;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.engine.Choice;
import palimpsest.engine.Training;

/**
 * Which models are made.
 *
 * @param shape of every model
 * @param recipe of the training, with the first seed; each further model has the next
 * @param seeds models with the knowledge, and as many without
 * @param unlearned of the former, how many each method is applied to
 * @param specs methods as {@link Choice#parse} takes them; the same may come with other parameters
 * @param base how methods descend unless their spec says otherwise, and how models are relearned
 * @param floor least utility of an unlearned model, in parts of the one it was made from
 * @param relearnRate learning rate of the relearning
 * @param maxNewTokens most tokens of an answer
 */
public record MetaSettings(
    Training.Shape shape,
    Recipe recipe,
    int seeds,
    int unlearned,
    List<String> specs,
    Recipe base,
    double floor,
    double relearnRate,
    int maxNewTokens) {
  /** Methods, at rates that leave the small world's utility. */
  public static final List<String> SPECS =
      List.of("llm.grad-diff:lr=7e-4", "llm.npo:lr=4e-4", "llm.refusal:lr=8e-4");

  /** Of the relearning, unless another is given. */
  public static final double RELEARN_RATE = 1e-3;

  /** Trainings take as long as all else: more than this many are a slip. */
  private static final int MOST = 100;

  /**
   * Checks everything that needs no data.
   *
   * @throws InvalidRequest for an unknown method or parameter, one that changes no weights
   *     approximately, a spec given twice or with a seed
   */
  public MetaSettings {
    specs = List.copyOf(specs);
    Check.atLeast(seeds, 2, "seeds");
    if (seeds > MOST) {
      throw new InvalidRequest("seeds must be at most " + MOST + ", got " + seeds);
    }
    Check.atLeast(unlearned, 1, "unlearned");
    if (unlearned > seeds) {
      throw new InvalidRequest("unlearned must be at most seeds, " + seeds + ", got " + unlearned);
    }
    Check.fraction(floor, "floor");
    Check.positive(relearnRate, "relearn-lr");
    Check.atLeast(maxNewTokens, 1, "max new tokens");
    for (Choice choice : Choice.parseAll(specs, base, "seeds are those of the models")) {
      if (choice.method().guarantee() != Guarantee.APPROXIMATE) {
        throw new InvalidRequest(
            choice.method().id() + " makes no unlearned model: give an approximate method");
      }
    }
  }

  /** Small models of the embedded world: width 64, 2 layers. */
  public static MetaSettings small(long seed, int seeds, int unlearned) {
    return new MetaSettings(
        new Training.Shape(1024, 64, 192, 2, 4, 2, 128),
        new Recipe(16, 16, 16, 8e-3, 20, Recipe.Decay.COSINE, 0.01, 1, seed),
        seeds,
        unlearned,
        SPECS,
        new Recipe(4, 8, 8, 2e-4, 0, Recipe.Decay.CONSTANT, 0.01, 1, seed),
        0.8,
        RELEARN_RATE,
        32);
  }

  /** The same models with other methods, floor and relearning. */
  public MetaSettings with(List<String> methods, double least, double rate) {
    return new MetaSettings(
        shape, recipe, seeds, unlearned, methods, base, least, rate, maxNewTokens);
  }

  /** A model made by a method. */
  record Unlearned(String name, String spec, int seed) {}

  /** All of them, method by method; the same label's second spec is marked by its number. */
  List<Unlearned> plan() {
    List<Unlearned> all = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    for (String spec : specs) {
      String label = Choice.parse(spec, base).label().replaceAll("[^A-Za-z0-9.+_-]", "_");
      long before = labels.stream().filter(label::equals).count();
      labels.add(label);
      for (int seed = 1; seed <= unlearned; seed++) {
        all.add(
            new Unlearned(
                label + (before == 0 ? "" : "~" + (before + 1)) + "-" + seed, spec, seed));
      }
    }
    return all;
  }

  /** A recipe with the seed of a model, counted from 1. */
  Recipe seeded(Recipe r, int model) {
    return r.withSeed(recipe.seed() + model - 1);
  }
}
