package palimpsest.dossier;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * The dossier as one page for people: no scripts, nothing from elsewhere, every text escaped. The
 * same content gives the same bytes.
 */
final class Page {
  /** Raised whenever a byte of the page changes for the same content. */
  static final int VERSION = 2;

  static final String PICTURES = "pictures";

  static final String CSS = css();

  /** Sections: id and heading, in order. */
  private static final List<Map.Entry<String, String>> CONTENTS =
      List.of(
          Map.entry("verdicts", "Verdicts"),
          Map.entry("checklist", "Checklist"),
          Map.entry("request", "Request and scope"),
          Map.entry("found", "What was found"),
          Map.entry("done", "What was done"),
          Map.entry(PICTURES, "Pictures side by side"),
          Map.entry("answers", "Answers side by side"),
          Map.entry("plots", "Trade-off and relearning"),
          Map.entry("attacks", "Attacks"),
          Map.entry("scores", "Scores"),
          Map.entry("gaps", "What was not measured"),
          Map.entry("verify", "How to verify"));

  private Page() {}

  static byte[] render(Sealed sealed, String keyId) {
    Dossier dossier = sealed.dossier();
    Html html = new Html();
    html.open("html", "lang", "en");
    head(html, dossier);
    html.open("body");
    top(html, dossier);
    html.open("main");
    PageVerdicts.write(html, dossier, sealed.verdicts());
    PageRequest.write(html, dossier);
    PageDone.write(html, dossier);
    PagePictures.write(html, dossier);
    PageAnswers.write(html, dossier);
    PagePlots.write(html, dossier);
    PageAttacks.write(html, dossier);
    PageScores.write(html, dossier, sealed.verdicts());
    PageProof.write(html, sealed, keyId);
    html.close();
    html.open("footer")
        .leaf(
            "p",
            "Targeted removal (from parameters) and targeted suppression (in outputs) are judged"
                + " apart, after Cooper et al., arXiv 2412.06966. Nothing here is a legal finding.")
        .close();
    return html.close().close().finish().getBytes(UTF_8);
  }

  private static void head(Html html, Dossier dossier) {
    String hash = Base64.getEncoder().encodeToString(Sha256.bytes(CSS.getBytes(UTF_8)));
    html.open("head")
        .empty("meta", "charset", "utf-8")
        .empty(
            "meta",
            "http-equiv",
            "Content-Security-Policy",
            "content",
            "default-src 'none'; style-src 'sha256-"
                + hash
                + (dossier.gallery().isPresent() ? "'; img-src data:" : "'")
                + "; base-uri 'none'; form-action 'none'")
        .empty("meta", "name", "referrer", "content", "no-referrer")
        .empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1")
        .leaf("title", "Dossier " + Html.clip(dossier.request().id(), 80))
        .style(CSS)
        .close();
  }

  private static void top(Html html, Dossier dossier) {
    html.open("header", "class", "top");
    html.leaf("p", "Palimpsest dossier", "class", "kicker");
    html.open("h1").text("Request ").foreign(dossier.request().id()).close();
    html.open("p", "class", "sub").text("Model ").open("strong");
    html.foreign(dossier.original().name()).close();
    html.text(" · made " + dossier.created() + " by ").foreign(dossier.generator()).close();
    html.open("nav", "aria-label", "Contents").open("ul");
    for (Map.Entry<String, String> entry : contents(dossier)) {
      html.open("li").leaf("a", entry.getValue(), "href", "#" + entry.getKey()).close();
    }
    html.close().close().close();
  }

  /** A model that draws has pictures, one that writes has answers. */
  private static List<Map.Entry<String, String>> contents(Dossier dossier) {
    String other = dossier.gallery().isPresent() ? "answers" : PICTURES;
    return CONTENTS.stream().filter(e -> !e.getKey().equals(other)).toList();
  }

  /** Opens a section of the contents. */
  static void section(Html html, String id) {
    String title =
        CONTENTS.stream()
            .filter(e -> e.getKey().equals(id))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElseThrow();
    html.open("section", "id", id).leaf("h2", title);
  }

  /** Opens a table that scrolls by itself where it is wider than the page. */
  static void table(Html html, String caption) {
    html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", caption);
    html.open("table").leaf("caption", caption);
  }

  static void term(Html html, String term, String text) {
    html.leaf("dt", term).open("dd").foreign(Html.clip(text, 2000)).close();
  }

  private static String css() {
    try (InputStream in = Page.class.getResourceAsStream("dossier.css")) {
      if (in == null) {
        throw new IllegalStateException("dossier.css is missing from the jar");
      }
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
