package palimpsest.engine.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.engine.Choice;

/**
 * What a grid runs over.
 *
 * @param specs methods with hyper-parameters, as {@link Choice#parse} takes them; those of one
 *     label are candidates of which one is taken
 * @param seeds the reported cells run with seeds 1 to this
 * @param floor least utility of a candidate, in parts of the original's
 * @param best methods that are also run on the other forget sets
 * @param base how methods descend unless their spec says otherwise
 * @param searchTokens most tokens of an answer while hyper-parameters are chosen
 * @param maxNewTokens most tokens of an answer that is reported
 * @param keepModels whether the weights of cells stay on disk
 * @param keepEvidence whether all that models answered stays on disk
 */
public record Settings(
    List<String> specs,
    int seeds,
    double floor,
    int best,
    Recipe base,
    int searchTokens,
    int maxNewTokens,
    boolean keepModels,
    boolean keepEvidence) {
  /** Of the cells that decide on hyper-parameters; none of the reported ones. */
  static final long SEARCH_SEED = 0;

  /**
   * Checks everything that needs no data.
   *
   * @throws InvalidRequest for an unknown method or parameter, a spec given twice or with a seed
   */
  public Settings {
    specs = List.copyOf(specs);
    Check.atLeast(seeds, 1, "seeds");
    Check.fraction(floor, "floor");
    Check.atLeast(best, 0, "best");
    Check.atLeast(searchTokens, 1, "search tokens");
    Check.atLeast(maxNewTokens, 1, "max new tokens");
    for (Choice choice : Choice.parseAll(specs, base, "seeds are the grid's own, 1 to " + seeds)) {
      if (DefaultSearch.isExact(choice.method())) {
        throw new InvalidRequest(
            choice.label() + " is exact, as the reference of every grid is: leave it out");
      }
    }
  }

  /** Candidates by the label of their method, in the order given. */
  Map<String, List<String>> candidates() {
    Map<String, List<String>> all = new LinkedHashMap<>();
    for (String spec : specs) {
      all.computeIfAbsent(Choice.parse(spec, base).label(), k -> new java.util.ArrayList<>())
          .add(spec);
    }
    return all;
  }

  int tokens(Cell.Phase phase) {
    return tokens(phase.part());
  }

  int tokens(Benchmark.Part part) {
    return part == Benchmark.Part.VALIDATION ? searchTokens : maxNewTokens;
  }
}
