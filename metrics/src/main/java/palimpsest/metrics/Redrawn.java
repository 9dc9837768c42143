package palimpsest.metrics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import palimpsest.api.Explanation;
import palimpsest.api.Split;

/** An explanation that can be worked out again from examples drawn anew. */
final class Redrawn {
  private static final int REDRAWS = 1000;

  /** Draws of values in this order are in order, which spares their sorting. */
  private static final Comparator<Explanation> ASCENDING =
      Comparator.comparingDouble(Explanation::value).thenComparing(Explanation::what);

  /** Examples of each split; a split without any has no say. */
  private final int[] sizes;

  private final List<Group> groups;
  private final Node root;

  private Redrawn(int[] sizes, List<Group> groups, Node root) {
    this.sizes = sizes;
    this.groups = groups;
    this.root = root;
  }

  /** Empty where no example is in it, a split has but one, or a rule cannot be resampled. */
  static Optional<Redrawn> of(Explanation e) {
    Map<Split, Set<String>> labels = new EnumMap<>(Split.class);
    collect(e, labels);
    if (labels.isEmpty()
        || labels.values().stream().anyMatch(ids -> ids.size() < 2)
        || !canBeResampled(e)) {
      return Optional.empty();
    }
    Map<String, Unit> units = new HashMap<>();
    int[] sizes = new int[labels.size()];
    int split = 0;
    for (Set<String> ids : labels.values()) {
      for (String id : ids) {
        units.put(id, new Unit(split, sizes[split]++));
      }
      split++;
    }
    List<Group> groups = new ArrayList<>();
    return Optional.of(new Redrawn(sizes, groups, node(e, units, groups)));
  }

  /** An example: its split's number, and its own in it. */
  private record Unit(int split, int number) {}

  /** The value of the next draw; NaN where a part stays without examples however often drawn. */
  double next(SplittableRandom random) {
    for (int i = 0; i < REDRAWS; i++) {
      int[][] times = new int[sizes.length][];
      for (int split = 0; split < sizes.length; split++) {
        times[split] = new int[sizes[split]];
        for (int n = 0; n < sizes[split]; n++) {
          times[split][random.nextInt(sizes[split])]++;
        }
      }
      if (groups.stream().allMatch(group -> group.size(times) > 0)) {
        return root.value(times);
      }
    }
    return Double.NaN;
  }

  private static void collect(Explanation e, Map<Split, Set<String>> labels) {
    split(e).ifPresent(split -> labels.computeIfAbsent(split, s -> new TreeSet<>()).add(e.what()));
    e.from().forEach(part -> collect(part, labels));
  }

  /** The split of a leaf that is an example's value. */
  private static Optional<Split> split(Explanation e) {
    if (e.from().isEmpty()) {
      for (Split split : Split.values()) {
        if (e.what().startsWith(PerExample.name(split) + ": ")) {
          return Optional.of(split);
        }
      }
    }
    return Optional.empty();
  }

  private static boolean canBeResampled(Explanation e) {
    return e.from().isEmpty()
        || (Rule.of(e).map(Rule::canBeResampled).orElse(false)
            && e.from().stream().allMatch(Redrawn::canBeResampled));
  }

  private static Node node(Explanation e, Map<String, Unit> units, List<Group> groups) {
    Optional<Rule> rule = Rule.of(e);
    if (rule.isEmpty()) {
      return new Constant(e.value());
    }
    List<Unit> drawn = new ArrayList<>();
    List<Explanation> leaves = e.from().stream().sorted(ASCENDING).toList();
    leaves.forEach(leaf -> Optional.ofNullable(units.get(leaf.what())).ifPresent(drawn::add));
    if (drawn.size() < leaves.size()) {
      return new Inner(
          rule.get(), e.from().stream().map(part -> node(part, units, groups)).toList());
    }
    int[] numbers = drawn.stream().mapToInt(Unit::number).toArray();
    Group group = new Group(rule.get(), drawn.get(0).split(), numbers, Explain.values(leaves));
    groups.add(group);
    return group;
  }

  /** A number that can be worked out given how often each example of each split was drawn. */
  private interface Node {
    double[] parts(int[][] times);

    double value(int[][] times);
  }

  private record Constant(double constant) implements Node {
    @Override
    public double[] parts(int[][] times) {
      return new double[0];
    }

    @Override
    public double value(int[][] times) {
      return constant;
    }
  }

  private record Inner(Rule rule, List<Node> nodes) implements Node {
    @Override
    public double[] parts(int[][] times) {
      return nodes.stream().mapToDouble(node -> node.value(times)).toArray();
    }

    @Override
    public double value(int[][] times) {
      return rule.of(parts(times), nodes.stream().map(node -> node.parts(times)).toList());
    }
  }

  /** A number made directly from examples of one split. */
  @SuppressWarnings("ArrayRecordComponent") // lives for one call
  private record Group(Rule rule, int split, int[] unit, double[] values) implements Node {

    int size(int[][] times) {
      int size = 0;
      for (int u : unit) {
        size += times[split][u];
      }
      return size;
    }

    @Override
    public double[] parts(int[][] times) {
      double[] drawn = new double[size(times)];
      int at = 0;
      for (int i = 0; i < unit.length; i++) {
        for (int n = 0; n < times[split][unit[i]]; n++) {
          drawn[at++] = values[i];
        }
      }
      return drawn;
    }

    @Override
    public double value(int[][] times) {
      return rule.of(parts(times), List.of());
    }
  }
}
