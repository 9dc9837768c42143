package palimpsest.dossier;

import java.util.List;
import palimpsest.api.Attack;

/** Every attack tried, those that failed as fully as those that did not. */
final class PageAttacks {
  private static final int TRANSCRIPTS = 4;

  private PageAttacks() {}

  static void write(Html html, Dossier dossier) {
    Page.section(html, "attacks");
    boolean any = dossier.outcomes().stream().anyMatch(o -> !o.attacks().isEmpty());
    if (!any) {
      html.leaf("p", "No attack was tried.").close();
      return;
    }
    html.leaf("p", "Attempts to read the old text in the changed model, all of them.");
    Page.table(html, "Attacks and their results");
    html.head("Attack", "Outcome", "Result", "Numbers").open("tbody");
    for (Outcome outcome : dossier.outcomes()) {
      outcome.attacks().forEach(a -> attack(html, outcome, a));
    }
    html.close().close().close();
    dossier.outcomes().forEach(o -> transcripts(html, o));
    html.close();
  }

  private static void attack(Html html, Outcome outcome, Attempt attempt) {
    Attack.Outcome result = attempt.result();
    String style = result.broken().map(b -> b ? "bad" : "ok").orElse("none");
    String word = result.broken().map(b -> b ? "came back" : "attack failed").orElse("not decided");
    html.open("tr").open("th", "scope", "row", "class", "wide").foreign(result.attack());
    html.text(" v" + attempt.version());
    html.open("p", "class", "meaning").foreign(Html.clip(attempt.meaning(), 300)).close().close();
    html.open("td").foreign(outcome.label()).close();
    html.open("td", "class", "ruling");
    PageVerdicts.icon(html, style);
    html.leaf("span", word, "class", "chip " + style).close();
    html.open("td", "class", "wide").open("p").foreign(Html.clip(result.why(), 600)).close();
    numbers(html, result.scores());
    html.close().close();
  }

  private static void numbers(Html html, List<Attack.Named> scores) {
    if (scores.isEmpty()) {
      return;
    }
    html.open("ul", "class", "plain small");
    for (Attack.Named named : scores.stream().limit(12).toList()) {
      html.open("li").foreign(named.name()).text(": ");
      html.foreign(
          named
              .score()
              .fold(
                  m -> Numbers.of(m.value()), n -> "not measured, " + Html.clip(n.reason(), 200)));
      html.close();
    }
    html.close();
  }

  private static void transcripts(Html html, Outcome outcome) {
    if (outcome.attacks().stream().allMatch(a -> a.result().transcripts().isEmpty())) {
      return;
    }
    html.open("details").open("summary").text("Transcripts of attacks on ");
    html.foreign(outcome.label()).close();
    for (Attempt attempt : outcome.attacks()) {
      List<Attack.Transcript> all = attempt.result().transcripts();
      int shown = Math.min(TRANSCRIPTS, all.size());
      if (shown > 0) {
        html.open("h4").foreign(attempt.result().attack());
        html.text(": " + shown + " of " + all.size()).close();
      }
      all.subList(0, shown).forEach(t -> transcript(html, t));
    }
    html.close();
  }

  private static void transcript(Html html, Attack.Transcript transcript) {
    html.open("dl", "class", "transcript");
    Page.term(html, "Example, model", transcript.exampleId() + ", " + transcript.model());
    Page.term(html, "Prompt", Html.clip(transcript.prompt(), 700));
    Page.term(html, "Answer", Html.clip(transcript.answer(), 500));
    Page.term(html, "Truth", Html.clip(transcript.truth(), 500));
    html.close();
  }
}
