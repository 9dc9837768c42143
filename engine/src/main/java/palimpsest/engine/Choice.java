package palimpsest.engine;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.api.Recipe;
import palimpsest.methods.DescentMethod;
import palimpsest.methods.StagedMethod;
import palimpsest.methods.Tuning;

/**
 * A method chosen with its hyper-parameters and how it descends.
 *
 * @param label names it in results: the method's id, and a word for all that is not as usual, such
 *     as {@code llm.npo+gru}
 * @param method the method
 * @param recipe used by methods that descend a loss
 * @param tuning what of the model they train, and how their steps are made
 */
public record Choice(String label, Method method, Recipe recipe, Tuning tuning) {

  /** All weights trained as usual. */
  public Choice(Method method, Recipe recipe) {
    this(method.id(), method, recipe, Tuning.USUAL);
  }

  /** How approximate methods descend unless told otherwise: open-unlearning's 10 epochs at 1e-5. */
  public static final Recipe RECIPE =
      new Recipe(10, 32, 4, 1e-5, 0, Recipe.Decay.LINEAR, 0.01, 1, 0);

  /**
   * Reads {@code llm.npo} or {@code llm.npo:beta=0.1,lr=1e-4,epochs=5,gru=0.2,train=lora}.
   *
   * @throws InvalidRequest for an unknown method or parameter, or a value out of range
   */
  public static Choice parse(String text, Recipe base) {
    return parse(text, base, BuiltInMethods.byId(id(text)));
  }

  /** Reads {@code image.uce} or {@code image.uce:keepScale=0.1}; refuses as {@link #parse}. */
  public static Choice ofImages(String text, Recipe base) {
    return parse(text, base, BuiltInMethods.imageById(id(text)));
  }

  /** Reads a method of a list, which need not have its usual parameters; refuses as the others. */
  public static Choice among(String text, List<? extends Method> all) {
    return parse(text, RECIPE, BuiltInMethods.byId(id(text), all));
  }

  private static String id(String text) {
    int colon = text.indexOf(':');
    return colon < 0 ? text : text.substring(0, colon);
  }

  private static Choice parse(String text, Recipe base, Method usual) {
    String id = usual.id();
    int colon = text.indexOf(':');
    Map<String, Double> parameters = new TreeMap<>();
    Set<String> seen = new HashSet<>();
    Recipe recipe = base;
    TuningWords tuning = new TuningWords();
    for (String part : colon < 0 ? new String[0] : text.substring(colon + 1).split(",", -1)) {
      Word word = Word.of(text, part);
      if (!seen.add(word.name())) {
        throw word.wrong(word.name() + " is given twice");
      }
      boolean own = usual.parameters().containsKey(word.name()) && !word.name().equals("seed");
      if (own) {
        parameters.put(word.name(), word.number());
      } else if (isRecipe(word.name())) {
        recipe = change(recipe, word);
      } else if (!tuning.take(word)) {
        parameters.put(word.name(), word.number());
      }
    }
    if (usual.parameters().containsKey("seed")) {
      parameters.put("seed", (double) recipe.seed()); // a method draws from the run's own
    }
    Method method = usual.with(parameters);
    boolean draws = method.parameters().containsKey("seed"); // whether it takes a step or not
    Recipe comparable = draws ? recipe.withSeed(base.seed()) : recipe;
    requireApplicable(method, !comparable.equals(base), tuning.tuning());
    String label =
        Stream.concat(Stream.of(id), tuning.tuning().words().stream())
            .collect(Collectors.joining("+"));
    return new Choice(label, method, recipe, tuning.tuning());
  }

  /**
   * Reads a list of which every entry is another, none with a seed of its own.
   *
   * @param seeds says whose the seeds are
   * @throws InvalidRequest as {@link #parse}, and for an empty list, an entry given twice or a seed
   */
  public static List<Choice> parseAll(List<String> texts, Recipe base, String seeds) {
    if (texts.isEmpty()) {
      throw new InvalidRequest("no method: give at least one");
    }
    if (texts.stream().distinct().count() < texts.size()) {
      throw new InvalidRequest("a method is given twice with the same parameters: " + texts);
    }
    for (String text : texts) {
      if (text.matches(".*[:,]seed=.*")) {
        throw new InvalidRequest("method \"" + text + "\": " + seeds + "; leave it out");
      }
    }
    return texts.stream().map(text -> parse(text, base)).toList();
  }

  private static void requireApplicable(Method method, boolean otherRecipe, Tuning tuning) {
    if (otherRecipe && method.parameters().containsKey("learningRate")) {
      throw new InvalidRequest(
          method.id()
              + " has words of its own for how it descends: "
              + String.join(", ", method.parameters().keySet()));
    }
    if (otherRecipe && !descends(method)) {
      throw new InvalidRequest(
          method.id()
              + " does not descend a loss of its own: lr, epochs and the like do not apply to it");
    }
    if (!tuning.isUsual() && !(method instanceof DescentMethod)) {
      throw new InvalidRequest(
          method.id()
              + " does not descend a loss of its own: "
              + String.join(", ", tuning.words())
              + " cannot be applied to it");
    }
    boolean keeps = method instanceof DescentMethod descent && descent.needsRetain();
    boolean wants = tuning.retain().isPresent() || tuning.words().contains("gru");
    if (wants && !keeps) {
      throw new InvalidRequest(
          method.id()
              + " has no retain loss, which "
              + String.join(" and ", tuning.words())
              + (method.parameters().containsKey("retainWeight")
                  ? " want: give retainWeight above 0"
                  : " want: choose a method that has one"));
    }
  }

  /** What may stand after a method's colon beside its parameters; empty where nothing may. */
  public static String words(Method method) {
    String steps = "lr epochs batch micro-batch warmup decay weight-decay clip seed";
    if (method instanceof DescentMethod descent) {
      return steps
          + " train lora-rank lora-alpha lora-targets sam optimiser"
          + (descent.needsRetain()
              ? " gru retain"
              : method.parameters().containsKey("retainWeight")
                  ? "; with retainWeight above 0 gru retain"
                  : "");
    }
    return descends(method) ? steps : "";
  }

  private static boolean descends(Method method) {
    return method instanceof StagedMethod staged
        ? staged.steps(RECIPE, 1, 1) > 0
        : Applying.descends(method);
  }

  private static boolean isRecipe(String name) {
    return switch (name) {
      case "decay",
          "lr",
          "epochs",
          "batch",
          "micro-batch",
          "warmup",
          "weight-decay",
          "clip",
          "seed" ->
          true;
      default -> false;
    };
  }

  private static Recipe change(Recipe r, Word w) {
    String name = w.name();
    return new Recipe(
        name.equals("epochs") ? w.whole() : r.epochs(),
        name.equals("batch") ? w.whole() : r.batch(),
        name.equals("micro-batch") ? w.whole() : r.microBatch(),
        name.equals("lr") ? w.number() : r.learningRate(),
        name.equals("warmup") ? w.whole() : r.warmup(),
        name.equals("decay") ? decay(w) : r.decay(),
        name.equals("weight-decay") ? w.number() : r.weightDecay(),
        name.equals("clip") ? w.number() : r.clip(),
        name.equals("seed") ? w.whole() : r.seed());
  }

  private static Recipe.Decay decay(Word w) {
    return switch (w.value()) {
      case "constant" -> Recipe.Decay.CONSTANT;
      case "linear" -> Recipe.Decay.LINEAR;
      case "cosine" -> Recipe.Decay.COSINE;
      default -> throw w.wrong("decay is \"" + w.value() + "\"; wanted constant, linear or cosine");
    };
  }
}
