package palimpsest.engine.bench;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import palimpsest.api.Decision;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Split;
import palimpsest.api.Suggest;
import palimpsest.discovery.Corpus;
import palimpsest.engine.Suite;

/**
 * What a data set gives to a grid.
 *
 * @param name of the data set
 * @param corpus what the model was trained on
 * @param sets what is to be forgotten; hyper-parameters are searched for on the first
 * @param measures what is shown and selected by
 */
public record Benchmark(String name, Corpus corpus, List<ForgetSet> sets, Measures measures) {
  public Benchmark {
    sets = List.copyOf(sets);
    if (sets.isEmpty()) {
      throw new InvalidRequest(name + ": no forget set: give at least one");
    }
  }

  /**
   * Records to forget and what models are judged on, in two parts that share no question.
   *
   * @param records ids, sorted
   * @param validation decides on hyper-parameters
   * @param reported what the tables show
   */
  public record ForgetSet(String name, List<String> records, Suite validation, Suite reported) {
    public ForgetSet {
      records = List.copyOf(new TreeSet<>(records));
    }

    Decision decision() {
      return new Decision(
          Decision.Scope.LISTED,
          "the benchmark",
          name + " is defined as these " + records.size() + " records",
          records,
          List.of());
    }

    Suite part(Part part) {
      return part == Part.VALIDATION ? validation : reported;
    }

    /** Refuses, before anything is trained, questions that are not there. */
    void requireAsked() {
      for (Part which : Part.values()) {
        for (Split split : List.of(Split.FORGET, Split.RETAIN)) {
          if (part(which).of(split).isEmpty()) {
            throw new InvalidRequest(name + ": no question of " + split + " in the part " + which);
          }
        }
      }
    }

    /** Refuses to choose hyper-parameters on questions that are reported. */
    void requireApart() {
      for (Split split : List.of(Split.FORGET, Split.RETAIN)) {
        Set<Example> searched = new HashSet<>(validation.of(split));
        if (reported.of(split).stream().anyMatch(searched::contains)) {
          throw new InvalidRequest(
              name + " has no validation part of its own: name first the set that has one");
        }
      }
    }
  }

  /** The two parts of a forget set's questions. */
  enum Part {
    VALIDATION,
    REPORTED
  }

  /**
   * What is shown and selected by.
   *
   * @param columns of the tables, in order
   * @param utility id of the metric that has the floor; taken on the splits forget and retain alone
   * @param forgetting ids of the metrics that {@link Gap} is made of
   * @param targets where these should go when there is no retrained reference to take it from
   */
  public record Measures(
      List<Column> columns, String utility, List<String> forgetting, Map<String, Double> targets) {
    public Measures {
      columns = List.copyOf(columns);
      forgetting = List.copyOf(forgetting);
      targets = Map.copyOf(targets);
    }
  }

  /**
   * A column of the tables.
   *
   * @param title its heading
   * @param key id of a metric, or {@code id/part} for a number that the metric's explanation names
   * @param logarithmic whether the mean over seeds is a geometric one, of a p-value
   */
  public record Column(String title, String key, boolean logarithmic) {
    static Column of(String title, String key) {
      return new Column(title, key, false);
    }

    String metric() {
      return key.contains("/") ? key.substring(0, key.indexOf('/')) : key;
    }
  }

  /** The benchmark with some of its sets, in the order given. */
  public Benchmark with(List<String> names) {
    if (Set.copyOf(names).size() < names.size()) {
      throw new InvalidRequest("a forget set is named twice: " + names);
    }
    return new Benchmark(name, corpus, names.stream().map(this::set).toList(), measures);
  }

  ForgetSet set(String wanted) {
    return sets.stream()
        .filter(s -> s.name().equals(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidRequest(
                    name
                        + " has no forget set \""
                        + wanted
                        + "\""
                        + Suggest.nearest(wanted, sets.stream().map(ForgetSet::name).toList())));
  }
}
