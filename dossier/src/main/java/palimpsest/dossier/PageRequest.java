package palimpsest.dossier;

import java.util.List;
import java.util.Locale;
import palimpsest.api.Decision;
import palimpsest.api.Finding;
import palimpsest.api.Objective;
import palimpsest.api.Release;
import palimpsest.api.Request;
import palimpsest.api.Target;

/** Who asked what, which scope was decided, and what the search found. */
final class PageRequest {
  private static final int FINDINGS = 40;

  private PageRequest() {}

  static void write(Html html, Dossier dossier) {
    Page.section(html, "request");
    html.open("div", "class", "two");
    request(html, dossier.request());
    decision(html, dossier.decision());
    html.close().close();
    Page.section(html, "found");
    found(html, dossier.found());
    html.close();
  }

  private static void request(Html html, Request request) {
    html.open("div").leaf("h3", "Who asked what").open("dl");
    Page.term(html, "Asked by", request.requester());
    Page.term(html, "Ground", lower(request.reason()));
    Page.term(html, "Asked for", objective(request.objective()));
    Page.term(
        html,
        "Model is",
        request.release() == Release.HOSTED
            ? "hosted: a guard can be enforced"
            : "given away: a guard cannot be enforced");
    Page.term(html, "Kind of target", kind(request.target().kind()));
    listing(html, "Names", request.target().names());
    listing(html, "Passages", request.target().texts());
    listing(html, "Records", request.target().records());
    if (!request.notes().isBlank()) {
      Page.term(html, "Notes", request.notes());
    }
    html.close().close();
  }

  private static void decision(Html html, Decision decision) {
    html.open("div").leaf("h3", "Scope decided").open("dl");
    Page.term(html, "Scope", scope(decision.scope()));
    Page.term(html, "Decided by", decision.by());
    Page.term(html, "Because", decision.reason());
    Page.term(html, "In scope", Numbers.count(decision.examples().size(), "training record"));
    Page.term(
        html,
        "Left out",
        decision.leftOut().isEmpty()
            ? "nothing that was found"
            : Numbers.count(decision.leftOut().size(), "record")
                + " found and left in training: may still leak");
    html.close().close();
  }

  private static void listing(Html html, String term, List<String> items) {
    if (!items.isEmpty()) {
      html.leaf("dt", term).open("dd").open("ul", "class", "plain");
      items.stream().limit(20).forEach(i -> html.open("li").foreign(Html.clip(i, 400)).close());
      if (items.size() > 20) {
        html.leaf("li", "and " + (items.size() - 20) + " more");
      }
      html.close().close();
    }
  }

  private static void found(Html html, Found found) {
    html.open("p", "class", "lead").leaf("strong", Numbers.count(found.total(), "occurrence"));
    html.text(" in " + Numbers.count(found.records(), "training record") + ".").close();
    if (found.total() == 0) {
      return;
    }
    Page.table(html, "Occurrences per file and kind of match");
    html.open("thead").open("tr").leaf("th", "File", "scope", "col");
    for (Finding.Match match : Finding.Match.values()) {
      html.leaf("th", match(match), "scope", "col", "class", "number");
    }
    html.close().close().open("tbody");
    for (String file :
        found.counts().stream().map(Found.Count::file).distinct().limit(50).toList()) {
      html.open("tr").open("th", "scope", "row").foreign(file).close();
      for (Finding.Match match : Finding.Match.values()) {
        int n =
            found.counts().stream()
                .filter(c -> c.file().equals(file) && c.match() == match)
                .mapToInt(Found.Count::findings)
                .sum();
        html.leaf("td", Integer.toString(n), "class", "number");
      }
      html.close();
    }
    html.close().close().close();
    if (!found.shown().isEmpty()) {
      excerpts(html, found);
    }
  }

  private static void excerpts(Html html, Found found) {
    int shown = Math.min(FINDINGS, found.shown().size());
    html.open("details", "class", "excerpts")
        .leaf("summary", "First " + shown + " of " + found.total());
    html.open("ul", "class", "plain");
    for (Finding finding : found.shown().subList(0, shown)) {
      html.open("li").open("p", "class", "where").open("code").foreign(finding.place().toString());
      html.close().text(" · " + match(finding.match()));
      html.text(" · similarity " + Numbers.of(finding.score()) + " · ").foreign(finding.target());
      html.close().open("blockquote", "dir", "auto");
      highlighted(html, Html.clip(finding.excerpt(), 600));
      html.close().close();
    }
    html.close().close();
  }

  /** The passage between the first ⟦ and the ⟧ after it, marked. */
  private static void highlighted(Html html, String excerpt) {
    int from = excerpt.indexOf('⟦');
    int to = excerpt.indexOf('⟧', from + 1);
    if (from < 0 || to < 0) {
      html.text(excerpt);
      return;
    }
    html.text(excerpt.substring(0, from));
    html.leaf("mark", excerpt.substring(from + 1, to));
    html.text(excerpt.substring(to + 1));
  }

  private static String match(Finding.Match match) {
    return switch (match) {
      case EXACT -> "exact";
      case NORMALISED -> "same when normalised";
      case NEAR_DUPLICATE -> "near-duplicate";
    };
  }

  private static String scope(Decision.Scope scope) {
    return switch (scope) {
      case LISTED -> "only the records that the request lists";
      case EXACT -> "listed records and exact or normalised matches";
      case FOUND -> "everything found, near-duplicates too";
    };
  }

  private static String objective(Objective objective) {
    return switch (objective) {
      case REMOVAL -> "removal from the parameters";
      case SUPPRESSION -> "suppression in the outputs";
      case BOTH -> "removal from the parameters and suppression in the outputs";
    };
  }

  private static String kind(Target.Kind kind) {
    return switch (kind) {
      case OBSERVED -> "observed: stands in training records";
      case LATENT -> "latent: can be inferred, stands in no one record; its removal is not defined";
      case CONCEPT -> "a concept; its removal is not defined";
    };
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
