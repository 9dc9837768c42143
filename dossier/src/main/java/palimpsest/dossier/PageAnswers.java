package palimpsest.dossier;

import palimpsest.api.Split;

/** Questions with the answers of every model beside each other. */
final class PageAnswers {
  private static final int SHOWN = 16;

  private PageAnswers() {}

  static void write(Html html, Dossier dossier) {
    Page.section(html, "answers");
    if (dossier.samples().isEmpty()) {
      html.leaf("p", "No sample answers were recorded.").close();
      return;
    }
    html.leaf(
        "p",
        "An answer is marked as giving the truth where at least seven tenths of the true answer's"
            + " words, those of the question left aside, stand in it in the same order. Paraphrases"
            + " escape this; the attacks look for them.");
    dossier.samples().stream().limit(SHOWN).forEach(s -> sample(html, dossier, s));
    int more = dossier.samples().size() - SHOWN;
    if (more > 0) {
      html.leaf(
          "p", Numbers.count(more, "more sample") + " in dossier.json; all are counted above.");
    }
    html.close();
  }

  private static void sample(Html html, Dossier dossier, Sample sample) {
    html.open("article", "class", "sample");
    html.open("p", "class", "where");
    html.leaf("span", split(sample.split()), "class", "chip none").text(" ");
    html.open("code").foreign(sample.exampleId()).close().close();
    html.open("p", "class", "question").foreign(Html.clip(sample.question(), 500)).close();
    html.open("div", "class", "answers").open("div", "class", "answer truth");
    html.leaf("p", "true answer", "class", "who");
    html.open("p", "dir", "auto").text(Html.clip(sample.truth(), 500)).close().close();
    for (String column : dossier.columns()) {
      String answer = sample.answers().get(column);
      if (answer != null) {
        answer(html, column, answer, sample);
      }
    }
    html.close().close();
  }

  private static void answer(Html html, String column, String answer, Sample sample) {
    boolean gives = Overlap.gives(answer, sample);
    boolean forget = sample.split() == Split.FORGET;
    boolean judged =
        forget && !column.equals(Dossier.ORIGINAL) && !column.equals(Dossier.REFERENCE);
    String style = !judged ? "none" : gives ? "bad" : "ok";
    html.open("div", "class", "answer").open("p", "class", "who");
    html.foreign(column).text(" ");
    html.leaf("span", gives ? "gives it" : "does not give it", "class", "chip " + style).close();
    html.open("p", "dir", "auto");
    html.text(answer.isBlank() ? "(nothing)" : Html.clip(answer, 500)).close().close();
  }

  private static String split(Split split) {
    return switch (split) {
      case FORGET -> "to go";
      case RETAIN -> "to stay";
      case HOLDOUT -> "never trained on";
      case REAL_AUTHORS -> "to stay, nearby";
      case WORLD_FACTS -> "to stay, far";
    };
  }
}
