package palimpsest.engine;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.api.Recipe;
import palimpsest.methods.DescentMethod;
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
   * Reads {@code llm.npo} or {@code llm.npo:beta=0.1,lr=1e-4,epochs=5,gru=0.9,train=lora}.
   *
   * @throws InvalidRequest for an unknown method or parameter, or a value out of range
   */
  public static Choice parse(String text, Recipe base) {
    int colon = text.indexOf(':');
    String id = colon < 0 ? text : text.substring(0, colon);
    Method usual = BuiltInMethods.byId(id);
    Map<String, Double> parameters = new TreeMap<>();
    Set<String> seen = new HashSet<>();
    Recipe recipe = base;
    TuningWords tuning = new TuningWords(text);
    for (String part : colon < 0 ? new String[0] : text.substring(colon + 1).split(",", -1)) {
      int equals = part.indexOf('=');
      if (equals < 1) {
        throw new InvalidRequest(
            "method \"" + text + "\": wanted name=value after the colon, got \"" + part + "\"");
      }
      String name = part.substring(0, equals);
      String value = part.substring(equals + 1);
      if (!seen.add(name)) {
        throw new InvalidRequest("method \"" + text + "\": " + name + " is given twice");
      }
      if (isRecipe(name)) {
        recipe = change(recipe, name, number(text, value));
      } else if (!tuning.take(name, value)) {
        parameters.put(name, number(text, value));
      }
    }
    if (usual.parameters().containsKey("seed")) {
      parameters.put("seed", (double) recipe.seed()); // a method draws from the run's own
    }
    Method method = usual.with(parameters);
    requireApplicable(method, !recipe.equals(base), tuning.tuning());
    String label =
        java.util.stream.Stream.concat(
                java.util.stream.Stream.of(id), tuning.tuning().words().stream())
            .collect(java.util.stream.Collectors.joining("+"));
    return new Choice(label, method, recipe, tuning.tuning());
  }

  private static void requireApplicable(Method method, boolean otherRecipe, Tuning tuning) {
    if (otherRecipe && !Applying.descends(method)) {
      throw new InvalidRequest(
          method.id()
              + " does not descend a loss of its own: lr, epochs and the like do not apply to it");
    }
    if (!tuning.isUsual() && !(method instanceof DescentMethod)) {
      throw new InvalidRequest(
          method.id()
              + " does not descend a loss of its own: "
              + String.join(", ", tuning.words())
              + " do not apply to it");
    }
    boolean keeps = method instanceof DescentMethod descent && descent.needsRetain();
    boolean wants = tuning.retain().isPresent() || tuning.words().contains("gru");
    if (wants && !keeps) {
      throw new InvalidRequest(
          method.id() + " has no retain loss: " + String.join(", ", tuning.words()) + " need one");
    }
  }

  private static boolean isRecipe(String name) {
    return switch (name) {
      case "lr", "epochs", "batch", "micro-batch", "warmup", "weight-decay", "clip", "seed" -> true;
      default -> false;
    };
  }

  private static Recipe change(Recipe r, String name, double v) {
    return new Recipe(
        name.equals("epochs") ? whole(name, v) : r.epochs(),
        name.equals("batch") ? whole(name, v) : r.batch(),
        name.equals("micro-batch") ? whole(name, v) : r.microBatch(),
        name.equals("lr") ? v : r.learningRate(),
        name.equals("warmup") ? whole(name, v) : r.warmup(),
        r.decay(),
        name.equals("weight-decay") ? v : r.weightDecay(),
        name.equals("clip") ? v : r.clip(),
        name.equals("seed") ? whole(name, v) : r.seed());
  }

  private static int whole(String name, double value) {
    if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
      throw new InvalidRequest(name + " must be a whole number, got " + value);
    }
    return (int) value;
  }

  private static double number(String text, String value) {
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException e) {
      throw new InvalidRequest("method \"" + text + "\": \"" + value + "\" is not a number", e);
    }
  }
}
