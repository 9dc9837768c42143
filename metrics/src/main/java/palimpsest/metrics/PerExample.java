package palimpsest.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import palimpsest.api.Diverged;
import palimpsest.api.Evidence;
import palimpsest.api.Evidence.Item;
import palimpsest.api.Explanation;
import palimpsest.api.Score;
import palimpsest.api.Score.Measured;
import palimpsest.api.Score.NotMeasured;
import palimpsest.api.Split;

/**
 * A quantity that each example of a split has on its own.
 *
 * @param what the quantity, such as {@code "probability of the true answer"}
 * @param need what an example must have for it, such as {@code "a paraphrased answer"}
 * @param has whether an example has that; those that do not are left out, with a warning
 * @param value the quantity
 */
public record PerExample(
    String what, String need, Predicate<Item> has, ToDoubleFunction<Item> value) {

  /** A quantity that every example has. */
  public static PerExample of(String what, ToDoubleFunction<Item> value) {
    return new PerExample(what, "an answer", item -> true, value);
  }

  /** A quantity of the answer's tokens before the end token. */
  public static PerExample beforeEnd(String what, ToDoubleFunction<Item> value) {
    return new PerExample(
        what, "an answer token besides the end token", item -> item.answer().length() > 1, value);
  }

  /** A quantity of the examples of one subtask. */
  public static PerExample ofTask(String task, String what, ToDoubleFunction<Item> value) {
    return new PerExample(
        what,
        "the task \"" + task + "\"",
        item -> task.equals(item.example().probe().task()),
        value);
  }

  /**
   * The examples' values, in the order of the evidence.
   *
   * @throws Diverged if a value is not finite
   */
  public List<Explanation> leaves(Evidence evidence, Split split) {
    return evidence.of(split).stream().filter(has).map(item -> leaf(split, item)).toList();
  }

  private Explanation leaf(Split split, Item item) {
    String example = name(split) + ": " + item.example().id();
    double x = value.applyAsDouble(item);
    if (!Double.isFinite(x)) {
      throw new Diverged(
          example + ": " + what + " is " + x + "; the model's output for it is not finite");
    }
    return Explanation.leaf(example, x);
  }

  /** Mean over the split, absent where no example has the quantity. */
  public Optional<Explanation> mean(Evidence evidence, Split split) {
    List<Explanation> leaves = leaves(evidence, split);
    return leaves.isEmpty()
        ? Optional.empty()
        : Optional.of(Explain.mean(what + " over " + name(split), leaves));
  }

  /** Mean over the split of a quantity in [0, 1], with warnings: examples left out, saturation. */
  public Score score(Evidence evidence, Split split) {
    return mean(evidence, split)
        .<Score>map(mean -> new Measured(mean, warnings(mean, evidence, split)))
        .orElseGet(() -> new NotMeasured(lack(evidence, split)));
  }

  /** Why there is nothing to measure. */
  public String lack(Evidence evidence, Split split) {
    return evidence.of(split).isEmpty()
        ? "no " + name(split) + " examples were evaluated: add that split to the evaluation"
        : "no " + name(split) + " example has " + need;
  }

  private List<String> warnings(Explanation mean, Evidence evidence, Split split) {
    List<String> warnings = leftOut(evidence, split);
    warnings.addAll(Saturation.ofMean(mean));
    return warnings;
  }

  /** A warning where some but not all examples have the quantity. */
  public List<String> leftOut(Evidence evidence, Split split) {
    List<Item> items = evidence.of(split);
    long without = items.stream().filter(has.negate()).count();
    List<String> warnings = new ArrayList<>();
    if (without > 0 && without < items.size()) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "%d of %d %s examples left out: they lack %s",
              without,
              items.size(),
              name(split),
              need));
    }
    return warnings;
  }

  /** The same of two models; the second one's where it differs. */
  public List<String> leftOut(Evidence subject, Evidence reference, Split split) {
    return beside(leftOut(subject, split), leftOut(reference, split));
  }

  /** A subject's warnings, and those of the reference that are not the same. */
  public static List<String> beside(List<String> subject, List<String> reference) {
    List<String> warnings = new ArrayList<>(subject);
    reference.stream()
        .filter(w -> !subject.contains(w))
        .forEach(w -> warnings.add("the retrained reference: " + w));
    return warnings;
  }

  /** A split's name in running text: {@code real authors}. */
  public static String name(Split split) {
    return split.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
