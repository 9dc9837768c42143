package palimpsest.engine;

import java.util.List;
import palimpsest.api.Finding;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Request;
import palimpsest.discovery.Corpus;
import palimpsest.discovery.FindOptions;
import palimpsest.discovery.Finder;

/** Searches a corpus for what a request names. */
public final class Searching {
  private Searching() {}

  /**
   * All findings, at least one.
   *
   * @throws InvalidRequest where nothing is found
   */
  public static List<Finding> search(
      Request request, Corpus corpus, FindOptions options, Console console) {
    List<Finding> findings;
    try (Console.Bar bar = console.bar("Searching", corpus.examples().size())) {
      findings = Finder.find(request, corpus, options, done -> bar.at(done, ""));
    }
    if (findings.isEmpty()) {
      throw new InvalidRequest(
          "the request matches nothing in the corpus: check its names, texts and record ids");
    }
    return findings;
  }
}
