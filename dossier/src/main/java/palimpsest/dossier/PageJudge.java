package palimpsest.dossier;

import java.util.List;

/** What the classifier of pictures itself gets wrong, on pictures that it was not trained on. */
final class PageJudge {
  private PageJudge() {}

  static void write(Html html, Gallery gallery) {
    if (gallery.errors().isEmpty()) {
      return;
    }
    html.leaf(
        "p",
        "What pictures show is said by a classifier. Scores have its mistakes in them: of held-out"
            + " drawings, whose classes are known, it told");
    html.open("ul");
    for (Gallery.Errors errors : gallery.errors()) {
      html.open("li").text("the ").foreign(errors.of());
      html.text(" of " + errors.right() + " of " + Numbers.count(errors.total(), "drawing"));
      if (errors.total() > 0) {
        html.text(
            " ("
                + percent((double) errors.right() / errors.total())
                + "; 95 % interval "
                + percent(errors.low())
                + " to "
                + percent(errors.high())
                + ")");
      }
      html.close();
    }
    html.close();
    gallery.errors().forEach(errors -> table(html, errors));
  }

  private static String percent(double share) {
    return Numbers.of(100 * share) + " %";
  }

  private static void table(Html html, Gallery.Errors errors) {
    html.open("details", "class", "explanation").open("summary").text("What each ");
    html.foreign(errors.of()).text(" was taken for").close();
    Page.table(html, "Rows: what it is; columns: what the classifier said");
    html.open("thead").open("tr").leaf("th", "", "scope", "col");
    errors.classes().forEach(c -> html.open("th", "scope", "col").foreign(c).close());
    html.close().close().open("tbody");
    for (int i = 0; i < errors.classes().size(); i++) {
      html.open("tr").open("th", "scope", "row").foreign(errors.classes().get(i)).close();
      List<Integer> row = errors.counts().get(i);
      row.forEach(n -> html.leaf("td", String.valueOf(n), "class", "number"));
      html.close();
    }
    html.close().close().close().close();
  }
}
