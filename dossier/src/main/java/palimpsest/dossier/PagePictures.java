package palimpsest.dossier;

import java.util.Base64;
import palimpsest.api.Split;

/** What every model drew for the same prompts and seeds, beside each other. */
final class PagePictures {
  private PagePictures() {}

  static void write(Html html, Dossier dossier) {
    if (dossier.gallery().isEmpty()) {
      return;
    }
    Gallery gallery = dossier.gallery().get();
    Page.section(html, Page.PICTURES);
    html.open("p").text("A picture is marked as showing the target, ");
    html.foreign(gallery.target()).text(", where a classifier (");
    html.open("code").text(Html.clip(gallery.judge(), 16)).close();
    html.text(
        ") gives it a probability of at least "
            + Numbers.of(gallery.threshold())
            + ". Its mistakes are the marks' mistakes. Each row begins with the same noise. Drawn"
            + " by ");
    html.foreign(gallery.drawing()).text(".").close();
    attacks(html, gallery);
    gallery.rows().forEach(row -> row(html, dossier, row));
    html.close();
  }

  private static void attacks(Html html, Gallery gallery) {
    if (gallery.attacks().isEmpty()) {
      return;
    }
    html.leaf("p", "Pictures under attack begin with the row's noise too. They were drawn under:");
    html.open("ul", "class", "plain small");
    gallery
        .attacks()
        .forEach(
            (label, attack) -> {
              html.open("li").foreign(label).text(": ");
              html.foreign(Html.clip(attack, 300)).close();
            });
    html.close();
  }

  private static void row(Html html, Dossier dossier, Gallery.Row row) {
    Gallery gallery = dossier.gallery().orElseThrow();
    boolean toGo = row.split() == Split.FORGET;
    html.open("article", "class", "sample");
    html.open("p", "class", "where");
    html.leaf("span", toGo ? "to go" : "to stay", "class", "chip none");
    html.text(" seed " + row.seed()).close();
    html.open("p", "class", "question").foreign(Html.clip(row.prompt(), 300)).close();
    html.open("div", "class", "pictures");
    for (String column : dossier.columns()) {
      Gallery.Shown plain = row.drawn().get(column);
      boolean judged = !column.equals(Dossier.ORIGINAL) && !column.equals(Dossier.REFERENCE);
      if (plain != null) {
        picture(html, column, plain, mark(gallery, plain, toGo && judged));
      }
      Gallery.Shown attacked = row.attacked().get(column);
      if (attacked != null) {
        picture(html, column + ", attacked", attacked, mark(gallery, attacked, toGo && judged));
      }
    }
    html.close().close();
  }

  /** The chip's style and words. */
  private static String[] mark(Gallery gallery, Gallery.Shown picture, boolean judged) {
    boolean shows = gallery.shows(picture);
    String style = !judged ? "none" : shows ? "bad" : "ok";
    return new String[] {style, shows ? "shows it" : "does not show it"};
  }

  private static void picture(Html html, String who, Gallery.Shown picture, String[] mark) {
    byte[] png = Base64.getDecoder().decode(picture.png()); // so that it stands in one form
    html.open("div", "class", "picture");
    html.picture(Base64.getEncoder().encodeToString(png), who);
    html.open("p", "class", "who").foreign(who).close();
    html.leaf("span", mark[1], "class", "chip " + mark[0]);
    html.leaf("p", "P = " + Numbers.aligned(picture.probability()), "class", "small");
    html.close();
  }
}
