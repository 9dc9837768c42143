package palimpsest.dossier;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import palimpsest.api.Split;

/** Questions with the answers of every model beside each other. */
final class PageAnswers {
  private static final int SHOWN_TO_GO = 6;
  private static final int SHOWN_TO_STAY = 4;

  private PageAnswers() {}

  static void write(Html html, Dossier dossier) {
    if (dossier.gallery().isPresent()) {
      return;
    }
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
    List<Sample> shown = new ArrayList<>(spread(dossier, true, SHOWN_TO_GO));
    shown.addAll(spread(dossier, false, SHOWN_TO_STAY));
    shown.forEach(s -> sample(html, dossier, s));
    int more = dossier.samples().size() - shown.size();
    if (more > 0) {
      html.leaf(
          "p", Numbers.count(more, "more sample") + " in dossier.json; all are counted above.");
    }
    html.close();
  }

  /** As many as wanted of the samples to go or of the others, at equal distances. */
  private static List<Sample> spread(Dossier dossier, boolean toGo, int most) {
    List<Sample> all =
        dossier.samples().stream().filter(s -> (s.split() == Split.FORGET) == toGo).toList();
    int count = Math.min(most, all.size());
    return IntStream.range(0, count).mapToObj(i -> all.get(i * all.size() / count)).toList();
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
