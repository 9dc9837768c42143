package palimpsest.dossier;

import java.util.List;
import palimpsest.dossier.Verdict.Mismatch;
import palimpsest.dossier.Verdict.Ruling;
import palimpsest.dossier.Verdict.Status;
import palimpsest.dossier.Verdict.Tone;

/** The two verdicts, what to beware of, and the checklist. */
final class PageVerdicts {
  private PageVerdicts() {}

  static void write(Html html, Dossier dossier, List<Verdict> verdicts) {
    Page.section(html, "verdicts");
    if (verdicts.isEmpty()) {
      html.leaf("p", "Nothing was done, so there is nothing to judge.", "class", "lead");
    }
    for (Verdict verdict : verdicts) {
      if (dossier.primary().filter(verdict.outcome()::equals).isPresent()) {
        primary(html, dossier, verdict);
      }
    }
    if (verdicts.size() > 1) {
      all(html, dossier, verdicts);
    }
    html.close();
    Page.section(html, "checklist");
    html.leaf(
        "p",
        "Five ways in which removal, suppression and use come apart. Each is tested, not tested, or"
            + " cannot be tested.");
    for (Verdict verdict : verdicts) {
      checklist(html, dossier, verdict);
    }
    html.close();
  }

  private static void primary(Html html, Dossier dossier, Verdict verdict) {
    Outcome outcome = dossier.outcome(verdict.outcome()).orElseThrow();
    html.open("p", "class", "lead").text("About the outcome ").open("strong");
    html.foreign(outcome.label()).close();
    html.text(" (").foreign(outcome.remedy().method());
    html.text(outcome.guard() ? ", behind a guard): " : "): ");
    html.text(outcome.remedy().guarantee().meaning() + ".").close();
    html.open("div", "class", "cards");
    card(html, "Removal", "Was it taken out of the parameters?", verdict.removal());
    card(html, "Suppression", "Is it kept out of the outputs?", verdict.suppression());
    html.close();
    if (!verdict.flags().isEmpty()) {
      html.open("div", "class", "flags", "role", "note").leaf("h3", "Beware");
      list(html, verdict.flags());
      html.close();
    }
  }

  private static void card(Html html, String name, String question, Ruling ruling) {
    html.open("article", "class", "card " + style(ruling.tone()));
    html.open("p", "class", "question").leaf("strong", name).text(" " + question).close();
    html.open("p", "class", "headline");
    icon(html, style(ruling.tone()));
    html.leaf("span", ruling.headline()).close();
    html.open("p", "class", "tone");
    html.leaf("span", word(ruling.tone()), "class", "chip " + style(ruling.tone())).close();
    list(html, ruling.lines());
    html.close();
  }

  private static void all(Html html, Dossier dossier, List<Verdict> verdicts) {
    html.leaf("h3", "Every outcome");
    Page.table(html, "The two verdicts on every outcome");
    html.head("Outcome", "Guarantee class", "Removal", "Suppression", "Flags").open("tbody");
    for (Verdict verdict : verdicts) {
      Outcome outcome = dossier.outcome(verdict.outcome()).orElseThrow();
      html.open("tr").open("th", "scope", "row").foreign(verdict.outcome()).close();
      html.leaf("td", outcome.remedy().guarantee().name());
      ruling(html, verdict.removal());
      ruling(html, verdict.suppression());
      html.open("td");
      list(html, verdict.flags().stream().map(f -> f.substring(0, f.indexOf(':'))).toList());
      html.close().close();
    }
    html.close().close().close();
  }

  private static void ruling(Html html, Ruling ruling) {
    html.open("td", "class", "ruling " + style(ruling.tone()));
    icon(html, style(ruling.tone()));
    html.leaf("span", ruling.headline()).close();
  }

  private static void checklist(Html html, Dossier dossier, Verdict verdict) {
    boolean open = dossier.primary().filter(verdict.outcome()::equals).isPresent();
    html.open(open ? "div" : "details", "class", "checks");
    html.open(open ? "h3" : "summary").text("Outcome ").foreign(verdict.outcome()).close();
    html.open("ol");
    for (Mismatch point : verdict.checklist()) {
      String style = style(point.status());
      html.open("li", "class", style).open("div");
      html.leaf("p", point.statement(), "class", "statement");
      html.open("p");
      icon(html, style);
      html.leaf("span", word(point.status()), "class", "chip " + style).text(" ");
      html.foreign(Html.clip(point.finding(), 1200)).close();
      html.close().close();
    }
    html.close().close();
  }

  private static void list(Html html, List<String> lines) {
    if (!lines.isEmpty()) {
      html.open("ul");
      lines.forEach(l -> html.open("li").foreign(Html.clip(l, 1200)).close());
      html.close();
    }
  }

  private static String style(Tone tone) {
    return switch (tone) {
      case SHOWN -> "ok";
      case PARTLY -> "warn";
      case NOT_SHOWN -> "bad";
      case NOT_TESTED -> "none";
    };
  }

  private static String word(Tone tone) {
    return switch (tone) {
      case SHOWN -> "shown";
      case PARTLY -> "shown in part";
      case NOT_SHOWN -> "not shown";
      case NOT_TESTED -> "not tested";
    };
  }

  private static String style(Status status) {
    return switch (status) {
      case HELD -> "ok";
      case BROKEN -> "bad";
      case NOT_TESTED, NOT_TESTABLE -> "none";
    };
  }

  private static String word(Status status) {
    return switch (status) {
      case HELD -> "tested: held";
      case BROKEN -> "tested: broken";
      case NOT_TESTED -> "not tested";
      case NOT_TESTABLE -> "not testable";
    };
  }

  /** A tick, a cross, a half or a question mark, in a ring. */
  static void icon(Html html, String style) {
    html.open("svg", "viewBox", "0 0 20 20", "class", "icon " + style, "aria-hidden", "true");
    html.empty("circle", "cx", "10", "cy", "10", "r", "9");
    html.empty(
        "path",
        "d",
        switch (style) {
          case "ok" -> "M5.5 10.5l3 3l6-6.5";
          case "bad" -> "M6.5 6.5l7 7M13.5 6.5l-7 7";
          case "warn" -> "M10 5.5v5.5M10 13.6v.8";
          default -> "M6 10h8";
        });
    html.close();
  }
}
