package palimpsest.engine;

import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import palimpsest.api.Decision;
import palimpsest.api.Finding;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.Corpus;

/** Turns a person's scope into the list of records to forget. */
final class Deciding {
  private Deciding() {}

  /**
   * The decision.
   *
   * @throws InvalidRequest where nothing or everything would be in scope
   */
  static Decision decide(
      Decision.Scope scope, String by, String reason, List<Finding> findings, Corpus corpus) {
    Set<String> in = inScope(scope, findings);
    Set<String> out = new TreeSet<>(records(findings, f -> true));
    out.removeAll(in);
    if (in.isEmpty()) {
      throw new InvalidRequest(
          findings.isEmpty()
              ? "the request matches nothing in the corpus: check its names, texts and record ids"
              : "no finding is in scope \""
                  + scope.name().toLowerCase(java.util.Locale.ROOT)
                  + "\" though "
                  + findings.size()
                  + " were found: give a wider --scope");
    }
    if (in.size() == corpus.examples().size()) {
      throw new InvalidRequest(
          "all "
              + in.size()
              + " records of the corpus are in scope: nothing would be left to keep; narrow the"
              + " request or delete the model instead");
    }
    return new Decision(scope, by, reason, List.copyOf(in), List.copyOf(out));
  }

  /** Ids of the records that the scope covers. */
  static Set<String> inScope(Decision.Scope scope, List<Finding> findings) {
    return new TreeSet<>(records(findings, f -> inScope(scope, f)));
  }

  private static boolean inScope(Decision.Scope scope, Finding f) {
    boolean listed = f.target().equals("record:" + f.exampleId());
    return switch (scope) {
      case LISTED -> listed;
      case EXACT ->
          listed || EnumSet.of(Finding.Match.EXACT, Finding.Match.NORMALISED).contains(f.match());
      case FOUND -> true;
    };
  }

  private static Collection<String> records(
      List<Finding> findings, java.util.function.Predicate<Finding> which) {
    return findings.stream().filter(which).map(Finding::exampleId).collect(Collectors.toSet());
  }
}
