package palimpsest.dossier;

import java.util.List;
import java.util.Map;
import palimpsest.api.Explanation;
import palimpsest.api.Metric;
import palimpsest.api.Score;

/** The scores with what they are made of, and what has no score and why. */
final class PageScores {
  private static final int PARTS = 6;

  private PageScores() {}

  static void write(Html html, Dossier dossier, List<Verdict> verdicts) {
    Page.section(html, "scores");
    if (dossier.scores().isEmpty()) {
      html.leaf("p", "Nothing was scored.");
    } else {
      dossier.gallery().ifPresent(gallery -> PageJudge.write(html, gallery));
      table(html, dossier);
      dossier.scores().forEach(row -> explanation(html, dossier, row));
    }
    html.close();
    Page.section(html, "gaps");
    gaps(html, dossier, verdicts);
    html.close();
  }

  private static void table(Html html, Dossier dossier) {
    Page.table(html, "Scores of every model");
    html.open("thead").open("tr").leaf("th", "Metric", "scope", "col");
    for (String column : dossier.columns()) {
      html.open("th", "scope", "col", "class", "number").foreign(column).close();
    }
    html.close().close().open("tbody");
    for (ScoreRow row : dossier.scores()) {
      html.open("tr").open("th", "scope", "row", "class", "wide").foreign(row.metric());
      html.text(" v" + row.version()).open("p", "class", "meaning");
      html.foreign(Html.clip(row.meaning(), 300))
          .text(" " + direction(row.better()))
          .close()
          .close();
      for (String column : dossier.columns()) {
        cell(html, row, column);
      }
      html.close();
    }
    html.close().close().close();
  }

  private static void cell(Html html, ScoreRow row, String column) {
    Score score = java.util.Objects.requireNonNull(row.scores().get(column));
    html.open("td", "class", "number");
    html.text(
        score.fold(
            m -> Numbers.aligned(m.value()) + (m.warnings().isEmpty() ? "" : " *"),
            n -> "not measured"));
    if (score instanceof Score.Measured && row.intervals().isPresent()) {
      String interval = java.util.Objects.requireNonNull(row.intervals().get().get(column));
      html.open("p", "class", "small").foreign(Html.clip(interval, 200)).close();
    }
    html.close();
  }

  private static void explanation(Html html, Dossier dossier, ScoreRow row) {
    html.open("details", "class", "explanation").open("summary").text("How ");
    html.foreign(row.metric()).text(" came about").close().open("ul");
    for (String column : dossier.columns()) {
      Score score = java.util.Objects.requireNonNull(row.scores().get(column));
      html.open("li").open("strong").foreign(column).close().text(": ");
      if (score instanceof Score.Measured measured) {
        tree(html, measured.because(), 2);
        measured
            .warnings()
            .forEach(w -> html.open("p", "class", "warning").text("* ").foreign(w).close());
      } else {
        html.foreign(score.fold(m -> "", Score.NotMeasured::reason));
      }
      html.close();
    }
    html.close().close();
  }

  private static void tree(Html html, Explanation node, int depth) {
    html.foreign(Html.clip(node.what(), 160)).text(" = " + Numbers.of(node.value()));
    if (node.from().isEmpty()) {
      return;
    }
    if (depth == 0) {
      html.text(" (from " + Numbers.count(node.from().size(), "part") + ")");
      return;
    }
    html.open("ul");
    for (Explanation part : node.from().stream().limit(PARTS).toList()) {
      html.open("li");
      tree(html, part, depth - 1);
      html.close();
    }
    int more = node.from().size() - PARTS;
    if (more > 0) {
      html.leaf("li", "and " + Numbers.count(more, "part") + " more in dossier.json");
    }
    html.close();
  }

  private static void gaps(Html html, Dossier dossier, List<Verdict> verdicts) {
    Page.table(html, "What was not measured, and why");
    html.head("What", "Of", "Why").open("tbody");
    dossier.gaps().forEach(g -> gap(html, g.what(), g.of(), g.why()));
    for (ScoreRow row : dossier.scores()) {
      for (Map.Entry<String, Score> entry : row.scores().entrySet()) {
        if (entry.getValue() instanceof Score.NotMeasured none) {
          gap(html, row.metric(), entry.getKey(), none.reason());
        }
      }
    }
    for (Outcome outcome : dossier.outcomes()) {
      for (Attempt attempt : outcome.attacks()) {
        if (attempt.result().broken().isEmpty()) {
          gap(html, attempt.result().attack(), outcome.label(), attempt.result().why());
        }
      }
    }
    for (Verdict verdict : verdicts) {
      for (Verdict.Mismatch point : verdict.checklist()) {
        if (point.status() == Verdict.Status.NOT_TESTED) {
          gap(html, "checklist " + point.number(), verdict.outcome(), point.finding());
        }
      }
    }
    gap(
        html,
        "checklist 4",
        "all",
        "How outputs are put to use is outside what this software can establish.");
    html.close().close().close();
  }

  private static void gap(Html html, String what, String of, String why) {
    html.open("tr").open("th", "scope", "row").foreign(what).close();
    html.open("td").foreign(of).close();
    html.open("td", "class", "wide").foreign(Html.clip(why, 400)).close().close();
  }

  private static String direction(Metric.Better better) {
    return switch (better) {
      case HIGHER -> "Higher is better.";
      case LOWER -> "Lower is better.";
      case NEARER_REFERENCE -> "Nearer the reference is better, on either side.";
    };
  }
}
